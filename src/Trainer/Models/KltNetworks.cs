using TorchSharp.Modules;
using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Models;

/// <summary>
/// A linear transform of stride × stride patches (the KLT of the training images: <see cref="KltStart"/>) plus a residual network
/// whose last layer starts at zero.
/// </summary>
internal sealed class KltEncoder : nn.Module<Tensor, Tensor>
{
    private readonly Conv2d _klt;
    private readonly nn.Module<Tensor, Tensor> _stem;
    private readonly ModuleList<ResidualBlock> _blocks;
    private readonly Conv2d _head;

    public KltEncoder(ModelSpec spec)
        : base(nameof(KltEncoder))
    {
        _klt = nn.Conv2d(spec.InputChannels, spec.EmbeddingDim, spec.Stride, stride: spec.Stride);
        _stem = nn.Conv2d(spec.InputChannels, spec.Hidden, spec.Stride, stride: spec.Stride);
        _blocks = ResidualBlock.Stack(spec.EncoderBlocks, spec.Hidden, secondKernel: 3, reluFirst: false);
        _head = nn.Conv2d(spec.Hidden, spec.EmbeddingDim, 1);
        using (no_grad())
        {
            nn.init.zeros_(_head.weight);
            nn.init.zeros_(_head.bias!);
        }

        register_module("klt", _klt);
        register_module("stem", _stem);
        register_module("blocks", _blocks);
        register_module("head", _head);
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        var h = nn.functional.relu(_stem.call(x));
        foreach (var block in _blocks) h = block.call(h);
        return _klt.call(x).add(_head.call(h)).MoveToOuterDisposeScope();
    }
}

/// <summary>
/// The inverse linear transform plus a residual of two scales: a trunk at the latent's resolution, told how many stages it decodes
/// from, then features at half the image's resolution beside the linear image, whose last layer starts at zero.
/// </summary>
internal sealed class KltDecoder : nn.Module<Tensor, Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> _klt;
    private readonly Embedding _stages;
    private readonly nn.Module<Tensor, Tensor> _stem;
    private readonly ModuleList<ResidualBlock> _blocks;
    private readonly nn.Module<Tensor, Tensor> _expand;
    private readonly RefineNetwork _refine;
    private readonly int _half;
    private readonly int _imagePlanes;

    public KltDecoder(ModelSpec spec)
        : base(nameof(KltDecoder))
    {
        _half = spec.Stride / 2;
        _imagePlanes = 4 * spec.InputChannels;
        _klt = nn.Conv2d(spec.EmbeddingDim, _imagePlanes * _half * _half, 1);
        _stages = nn.Embedding(spec.Stages, spec.Hidden);
        _stem = nn.Conv2d(spec.EmbeddingDim, spec.Hidden, 3, padding: 1);
        _blocks = ResidualBlock.Stack(spec.DecoderBlocks, spec.Hidden, secondKernel: 3, reluFirst: false);
        _expand = nn.Conv2d(spec.Hidden, (spec.RefineChannels - _imagePlanes) * _half * _half, 1);
        _refine = new RefineNetwork(spec.RefineChannels, spec.RefineBlocks, _imagePlanes);
        using (no_grad()) nn.init.zeros_(_stages.weight!);

        register_module("klt", _klt);
        register_module("stages", _stages);
        register_module("stem", _stem);
        register_module("blocks", _blocks);
        register_module("expand", _expand);
        register_module("refine", _refine);
    }

    public override Tensor forward(Tensor quantized, Tensor stages)
    {
        using var scope = NewDisposeScope();
        var bias = _stages.call(stages.sub(1)).unsqueeze(-1).unsqueeze(-1);
        var h = nn.functional.relu(_stem.call(quantized).add(bias));
        foreach (var block in _blocks) h = block.call(h);
        var planes = nn.functional.pixel_shuffle(cat([_klt.call(quantized), _expand.call(h)], 1), _half);
        var image = planes.narrow(1, 0, _imagePlanes).add(_refine.call(planes));
        return nn.functional.pixel_shuffle(image, 2).MoveToOuterDisposeScope();
    }

    /// <summary>The part at half the image's resolution.</summary>
    private sealed class RefineNetwork : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> _stem;
        private readonly ModuleList<ResidualBlock> _blocks;
        private readonly Conv2d _head;

        public RefineNetwork(int channels, int blocks, int output)
            : base(nameof(RefineNetwork))
        {
            _stem = nn.Conv2d(channels, channels, 3, padding: 1);
            _blocks = ResidualBlock.Stack(blocks, channels, secondKernel: 3, reluFirst: false);
            _head = nn.Conv2d(channels, output, 3, padding: 1);
            using (no_grad())
            {
                nn.init.zeros_(_head.weight);
                nn.init.zeros_(_head.bias!);
            }

            register_module("stem", _stem);
            register_module("blocks", _blocks);
            register_module("head", _head);
        }

        public override Tensor forward(Tensor planes)
        {
            using var scope = NewDisposeScope();
            var h = nn.functional.relu(_stem.call(planes));
            foreach (var block in _blocks) h = block.call(h);
            return _head.call(h).MoveToOuterDisposeScope();
        }
    }
}
