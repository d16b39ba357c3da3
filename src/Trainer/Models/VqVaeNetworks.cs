using TorchSharp.Modules;
using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Models;

/// <summary>The plain VQ-VAE's encoder: strided 4×4 convolutions, residual blocks, 1×1 to the code dimension.</summary>
internal sealed class VqVaeEncoder : EncoderNetwork
{
    private readonly ModuleList<Convolution> _down;
    private readonly ModuleList<ResidualBlock> _blocks;
    private readonly Convolution _head;

    public VqVaeEncoder(ModelSpec spec)
        : base(nameof(VqVaeEncoder))
    {
        _down = new([.. Enumerable.Range(0, int.Log2(spec.Stride)).Select(i => Layers.Conv(i == 0 ? spec.InputChannels : spec.Hidden, spec.Hidden, 4, 2))]);
        _blocks = ResidualBlock.Stack(spec.EncoderBlocks, spec.Hidden, secondKernel: 1, reluFirst: true);
        _head = Layers.Conv(spec.Hidden, spec.EmbeddingDim, 1);
        register_module("down", _down);
        register_module("blocks", _blocks);
        register_module("head", _head);
    }

    public override void Encode(Tensor x, int ratePoint, PlaneQuantizer quantize)
    {
        using var scope = NewDisposeScope();
        for (var i = 0; i < _down.Count; i++)
        {
            x = _down[i].call(x);
            if (i < _down.Count - 1) x = nn.functional.relu(x);
        }

        foreach (var block in _blocks) x = block.call(x);
        quantize(0, _head.call(nn.functional.relu(x)));
    }
}

/// <summary>The plain VQ-VAE's decoder, the encoder mirrored with transposed convolutions. It does not use the number of stages.</summary>
internal sealed class VqVaeDecoder : DecoderNetwork
{
    private readonly Convolution _stem;
    private readonly ModuleList<ResidualBlock> _blocks;
    private readonly ModuleList<Convolution> _up;

    public VqVaeDecoder(ModelSpec spec)
        : base(nameof(VqVaeDecoder))
    {
        var depth = int.Log2(spec.Stride);
        _stem = Layers.Conv(spec.EmbeddingDim, spec.Hidden, 1);
        _blocks = ResidualBlock.Stack(spec.DecoderBlocks, spec.Hidden, secondKernel: 1, reluFirst: true);
        _up = new([.. Enumerable.Range(0, depth).Select(i => Layers.Upsample(spec.Hidden, i == depth - 1 ? spec.InputChannels : spec.Hidden))]);
        register_module("stem", _stem);
        register_module("blocks", _blocks);
        register_module("up", _up);
    }

    public override Tensor Decode(IReadOnlyList<Tensor> quantized, Tensor stages, int ratePoint)
    {
        using var scope = NewDisposeScope();
        var x = _stem.call(quantized[0]);
        foreach (var block in _blocks) x = block.call(x);
        foreach (var up in _up) x = up.call(nn.functional.relu(x));
        return x.MoveToOuterDisposeScope();
    }
}
