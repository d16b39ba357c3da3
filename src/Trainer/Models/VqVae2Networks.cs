using TorchSharp.Modules;
using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Models;

/// <summary>
/// VQ-VAE-2's encoder (Razavi et al. 2019): bottom features, top features at half their resolution, and the bottom's latents from its features beside the
/// decoded top codes. Planes: top, then bottom.
/// </summary>
internal sealed class VqVae2Encoder : EncoderNetwork
{
    private readonly Downsampler _bottom;
    private readonly Downsampler _top;
    private readonly Upsampler _topDecoder;

    public VqVae2Encoder(ModelSpec spec)
        : base(nameof(VqVae2Encoder))
    {
        _bottom = new Downsampler(spec, spec.InputChannels, spec.Stride, spec.EmbeddingDim + spec.Hidden);
        _top = new Downsampler(spec, spec.Hidden, 2, spec.Hidden);
        _topDecoder = new Upsampler(spec, spec.EmbeddingDim, spec.EmbeddingDim, 2, spec.EncoderBlocks);
        register_module("bottom", _bottom);
        register_module("top", _top);
        register_module("top_decoder", _topDecoder);
    }

    public override void Encode(Tensor x, int ratePoint, PlaneQuantizer quantize)
    {
        using var scope = NewDisposeScope();
        var bottom = _bottom.Features(x);
        var top = quantize(0, _top.Latents(_top.Features(bottom)));
        quantize(1, _bottom.Latents(cat([_topDecoder.call(top), bottom], 1)));
    }

    /// <summary>Strided 4×4 convolutions, a 3×3, residual blocks, ReLU; and the 1×1 to a plane's latents.</summary>
    private sealed class Downsampler : nn.Module
    {
        private readonly ModuleList<Convolution> _down;
        private readonly Convolution _stem;
        private readonly ModuleList<ResidualBlock> _blocks;
        private readonly Convolution _head;

        public Downsampler(ModelSpec spec, int input, int stride, int headInput)
            : base(nameof(Downsampler))
        {
            var half = spec.Hidden / 2;
            _down = new([.. (Convolution[])(stride == 4 ? [Layers.Conv(input, half, 4, 2), Layers.Conv(half, spec.Hidden, 4, 2)] : [Layers.Conv(input, half, 4, 2)])]);
            _stem = Layers.Conv(stride == 4 ? spec.Hidden : half, spec.Hidden, 3);
            _blocks = ResidualBlock.Stack(spec.EncoderBlocks, spec.Hidden, secondKernel: 1, reluFirst: true, spec.ResidualChannels);
            _head = Layers.Conv(headInput, spec.EmbeddingDim, 1);
            register_module("down", _down);
            register_module("stem", _stem);
            register_module("blocks", _blocks);
            register_module("head", _head);
        }

        public Tensor Features(Tensor x)
        {
            using var scope = NewDisposeScope();
            foreach (var down in _down) x = nn.functional.relu(down.call(x));
            x = _stem.call(x);
            foreach (var block in _blocks) x = block.call(x);
            return nn.functional.relu(x).MoveToOuterDisposeScope();
        }

        public Tensor Latents(Tensor features) => _head.call(features);
    }
}

/// <summary>VQ-VAE-2's decoder: the top's codes upsampled to the bottom's resolution, joined with the bottom's, then up to the image.</summary>
internal sealed class VqVae2Decoder : DecoderNetwork
{
    private readonly Convolution _upsample;
    private readonly Upsampler _layers;

    public VqVae2Decoder(ModelSpec spec)
        : base(nameof(VqVae2Decoder))
    {
        _upsample = Layers.Upsample(spec.EmbeddingDim, spec.EmbeddingDim);
        _layers = new Upsampler(spec, 2 * spec.EmbeddingDim, spec.InputChannels, spec.Stride, spec.DecoderBlocks);
        register_module("upsample", _upsample);

        // The layers are the decoder's own in a checkpoint.
        foreach (var (name, layer) in _layers.named_children()) register_module(name, layer);
    }

    public override Tensor Decode(IReadOnlyList<Tensor> quantized, Tensor stages, int ratePoint)
    {
        using var scope = NewDisposeScope();
        return _layers.call(cat([_upsample.call(quantized[0]), quantized[1]], 1)).MoveToOuterDisposeScope();
    }
}

/// <summary>A 3×3 convolution, residual blocks, and transposed 4×4 convolutions with ReLU before each.</summary>
internal sealed class Upsampler : nn.Module<Tensor, Tensor>
{
    private readonly Convolution _stem;
    private readonly ModuleList<ResidualBlock> _blocks;
    private readonly ModuleList<Convolution> _up;

    public Upsampler(ModelSpec spec, int input, int output, int stride, int blocks)
        : base(nameof(Upsampler))
    {
        var half = spec.Hidden / 2;
        _stem = Layers.Conv(input, spec.Hidden, 3);
        _blocks = ResidualBlock.Stack(blocks, spec.Hidden, secondKernel: 1, reluFirst: true, spec.ResidualChannels);
        _up = new([.. (Convolution[])(stride == 4 ? [Layers.Upsample(spec.Hidden, half), Layers.Upsample(half, output)] : [Layers.Upsample(spec.Hidden, output)])]);
        register_module("stem", _stem);
        register_module("blocks", _blocks);
        register_module("up", _up);
    }

    public override Tensor forward(Tensor x)
    {
        using var scope = NewDisposeScope();
        x = _stem.call(x);
        foreach (var block in _blocks) x = block.call(x);
        foreach (var up in _up) x = up.call(nn.functional.relu(x));
        return x.MoveToOuterDisposeScope();
    }
}
