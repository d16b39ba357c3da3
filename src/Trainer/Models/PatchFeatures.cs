using TorchSharp.Modules;
using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Models;

/// <summary>
/// The part of an encoder that <see cref="Architecture.Klt"/> and <see cref="Architecture.LumaChroma"/> share: features of stride × stride patches, from a
/// residual network that is told the rate point.
/// </summary>
/// <remarks>Its layers are the encoder's own in a checkpoint (<c>encoder.stem</c>, <c>encoder.blocks.0…</c>, <c>encoder.rates</c>), so it registers them there.</remarks>
internal sealed class PatchFeatures : nn.Module
{
    private readonly Convolution _stem;
    private readonly ModuleList<ResidualBlock> _blocks;
    private Embedding? _rates;

    public PatchFeatures(ModelSpec spec)
        : base(nameof(PatchFeatures))
    {
        _stem = Layers.Conv(spec.InputChannels, spec.Hidden, spec.Stride, spec.Stride);
        _blocks = ResidualBlock.Stack(spec.EncoderBlocks, spec.Hidden, secondKernel: 3, reluFirst: false);
    }

    /// <summary>Registers the layers, but for the rate points' biases, in the encoder that they belong to.</summary>
    public void Register(nn.Module encoder)
    {
        encoder.register_module("stem", _stem);
        encoder.register_module("blocks", _blocks);
    }

    /// <summary>
    /// Makes the rate points' biases, where there are several, and registers them. They come last in an encoder: a seed's weights depend on the order in
    /// which layers are made.
    /// </summary>
    public void AddRates(nn.Module encoder, ModelSpec spec)
    {
        if (spec.RatePoints == 1) return;
        _rates = Layers.BiasTable(spec.RatePoints, spec.Hidden);
        encoder.register_module("rates", _rates);
    }

    /// <summary>An image <c>[N,C,H,W]</c> to features <c>[N,hidden,H/stride,W/stride]</c>.</summary>
    public Tensor Extract(Tensor x, int ratePoint)
    {
        using var scope = NewDisposeScope();
        var h = _stem.call(x);
        if (_rates is not null) h = h.add(_rates.Biases(ratePoint, h.dtype));
        h = nn.functional.relu(h);
        foreach (var block in _blocks) h = block.call(h);
        return h.MoveToOuterDisposeScope();
    }
}
