using TorchSharp.Modules;
using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Models;

/// <summary>
/// A linear transform of stride × stride patches (the KLT of the training images: <see cref="KltStart"/>) plus a residual network
/// whose last layer starts at zero.
/// </summary>
internal sealed class KltEncoder : EncoderNetwork
{
    private readonly Convolution _klt;
    private readonly PatchFeatures _features;
    private readonly Convolution _head;

    public KltEncoder(ModelSpec spec)
        : base(nameof(KltEncoder))
    {
        _klt = Layers.Conv(spec.InputChannels, spec.EmbeddingDim, spec.Stride, spec.Stride);
        _features = new PatchFeatures(spec);
        _head = Layers.Conv(spec.Hidden, spec.EmbeddingDim, 1);
        _head.StartAtZero();
        register_module("klt", _klt);
        _features.Register(this);
        register_module("head", _head);
        _features.AddRates(this, spec);
    }

    public override void Encode(Tensor x, int ratePoint, PlaneQuantizer quantize)
    {
        using var scope = NewDisposeScope();
        quantize(0, _klt.call(x).add(_head.call(_features.Extract(x, ratePoint))));
    }
}

/// <summary>
/// The inverse linear transform plus a residual of two scales (<see cref="RefinementNetwork"/>), whose trunk is told how many stages it decodes from
/// and at which rate point.
/// </summary>
internal sealed class KltDecoder : DecoderNetwork
{
    private readonly Convolution _klt;
    private readonly Embedding _stages;
    private readonly Convolution _stem;
    private readonly RefinementNetwork _refinement;
    private readonly int _half;

    public KltDecoder(ModelSpec spec)
        : base(nameof(KltDecoder))
    {
        _half = spec.Stride / 2;
        _klt = Layers.Conv(spec.EmbeddingDim, 4 * spec.InputChannels * _half * _half, 1);
        _stages = Layers.BiasTable(spec.Stages, spec.Hidden);
        _stem = Layers.Conv(spec.EmbeddingDim, spec.Hidden, 3);
        _refinement = new RefinementNetwork(spec);
        register_module("klt", _klt);
        register_module("stages", _stages);
        register_module("stem", _stem);
        _refinement.Register(this);
    }

    public override Tensor Decode(IReadOnlyList<Tensor> quantized, Tensor stages, int ratePoint)
    {
        using var scope = NewDisposeScope();
        var codes = quantized[0];
        var h = _stem.call(codes).add(_stages.Biases(stages.sub(1), codes.dtype));
        return _refinement.Decode(h, nn.functional.pixel_shuffle(_klt.call(codes), _half), ratePoint).MoveToOuterDisposeScope();
    }
}
