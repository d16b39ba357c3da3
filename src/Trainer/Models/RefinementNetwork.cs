using TorchSharp.Modules;
using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Models;

/// <summary>
/// The part of a decoder behind its stem that <see cref="Architecture.Klt"/> and <see cref="Architecture.LumaChroma"/> share: a trunk at the latent's
/// resolution that is told the rate point, then features at half the image's resolution beside the linear image, whose last layer starts at zero.
/// </summary>
/// <remarks>Its layers are the decoder's own in a checkpoint (<c>decoder.blocks.0…</c>, <c>decoder.rates</c>), so it registers them there.</remarks>
internal sealed class RefinementNetwork : nn.Module
{
    private readonly ModuleList<ResidualBlock> _blocks;
    private readonly Convolution _expand;
    private readonly HalfResolution _refine;
    private readonly Embedding? _rates;
    private readonly int _half;
    private readonly int _imagePlanes;

    public RefinementNetwork(ModelSpec spec)
        : base(nameof(RefinementNetwork))
    {
        _half = spec.Stride / 2;
        _imagePlanes = 4 * spec.InputChannels;
        _blocks = ResidualBlock.Stack(spec.DecoderBlocks, spec.Hidden, secondKernel: 3, reluFirst: false);
        _expand = Layers.Conv(spec.Hidden, (spec.RefineChannels - _imagePlanes) * _half * _half, 1);
        _refine = new HalfResolution(spec.RefineChannels, spec.RefineBlocks, _imagePlanes);
        if (spec.RatePoints > 1) _rates = Layers.BiasTable(spec.RatePoints, spec.Hidden);
    }

    /// <summary>Registers the layers in the decoder that they belong to, as its last.</summary>
    public void Register(nn.Module decoder)
    {
        decoder.register_module("blocks", _blocks);
        decoder.register_module("expand", _expand);
        decoder.register_module("refine", _refine);
        if (_rates is not null) decoder.register_module("rates", _rates);
    }

    /// <summary>Stem features <c>[N,hidden,h,w]</c> and the linear image at half resolution <c>[N,4C,H/2,W/2]</c> to the image <c>[N,C,H,W]</c>.</summary>
    public Tensor Decode(Tensor stem, Tensor linear, int ratePoint)
    {
        using var scope = NewDisposeScope();
        var h = _rates is null ? stem : stem.add(_rates.Biases(ratePoint, stem.dtype));
        h = nn.functional.relu(h);
        foreach (var block in _blocks) h = block.call(h);
        var planes = cat([linear, nn.functional.pixel_shuffle(_expand.call(h), _half)], 1);
        return nn.functional.pixel_shuffle(linear.add(_refine.call(planes)), 2).MoveToOuterDisposeScope();
    }

    /// <summary>The part at half the image's resolution.</summary>
    private sealed class HalfResolution : nn.Module<Tensor, Tensor>
    {
        private readonly Convolution _stem;
        private readonly ModuleList<ResidualBlock> _blocks;
        private readonly Convolution _head;

        public HalfResolution(int channels, int blocks, int output)
            : base(nameof(HalfResolution))
        {
            _stem = Layers.Conv(channels, channels, 3);
            _blocks = ResidualBlock.Stack(blocks, channels, secondKernel: 3, reluFirst: false);
            _head = Layers.Conv(channels, output, 3);
            _head.StartAtZero();
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
