using TorchSharp.Modules;
using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Models;

/// <summary>
/// Linear transforms of luma patches and of chroma patches of twice their side (<see cref="KltStart"/>), each plus the output of one residual network
/// that starts at zero.
/// </summary>
internal sealed class LumaChromaEncoder : EncoderNetwork
{
    private readonly PlaneHead _luma;
    private readonly PlaneHead _chroma;
    private readonly PatchFeatures _features;

    public LumaChromaEncoder(ModelSpec spec)
        : base(nameof(LumaChromaEncoder))
    {
        _luma = new PlaneHead(spec.InputChannels, spec.EmbeddingDim, spec.Stride, spec.Hidden, down: false);
        _chroma = new PlaneHead(spec.InputChannels, spec.ChromaDim, 2 * spec.Stride, spec.Hidden, down: true);
        _features = new PatchFeatures(spec);
        register_module("luma", _luma);
        register_module("chroma", _chroma);
        _features.Register(this);
        _features.AddRates(this, spec);
    }

    public override void Encode(Tensor x, int ratePoint, PlaneQuantizer quantize)
    {
        using var scope = NewDisposeScope();
        var h = _features.Extract(x, ratePoint);
        quantize(0, _luma.call(x, h));
        quantize(1, _chroma.call(x, h));
    }

    /// <summary>One plane's latents from the image and the network's features.</summary>
    private sealed class PlaneHead : nn.Module<Tensor, Tensor, Tensor>
    {
        private readonly Convolution _klt;
        private readonly Convolution? _down;
        private readonly Convolution _head;

        public PlaneHead(int channels, int dimension, int stride, int hidden, bool down)
            : base(nameof(PlaneHead))
        {
            _klt = Layers.Conv(channels, dimension, stride, stride);
            _head = Layers.Conv(hidden, dimension, 1);
            _head.StartAtZero();
            register_module("klt", _klt);
            register_module("head", _head);
            if (!down) return;
            _down = Layers.Conv(hidden, hidden, 2, 2);
            register_module("down", _down);
        }

        public override Tensor forward(Tensor x, Tensor features)
        {
            using var scope = NewDisposeScope();
            if (_down is not null) features = nn.functional.relu(_down.call(features));
            return _klt.call(x).add(_head.call(features)).MoveToOuterDisposeScope();
        }
    }
}

/// <summary>
/// The inverse linear transforms of both planes, summed, plus a residual of two scales (<see cref="RefinementNetwork"/>) of both, whose trunk is told
/// from how many stages of each plane it decodes and at which rate point.
/// </summary>
internal sealed class LumaChromaDecoder : DecoderNetwork
{
    private readonly PlaneStem _luma;
    private readonly PlaneStem _chroma;
    private readonly RefinementNetwork _refinement;
    private readonly int _half;

    public LumaChromaDecoder(ModelSpec spec)
        : base(nameof(LumaChromaDecoder))
    {
        _half = spec.Stride / 2;
        var image = 4 * spec.InputChannels;
        _luma = new PlaneStem(spec.EmbeddingDim, image * _half * _half, spec.Stages, spec.Hidden, kernel: 3);
        _chroma = new PlaneStem(spec.ChromaDim, image * spec.Stride * spec.Stride, spec.ChromaStages, spec.Hidden, kernel: 1, shuffle: 2);
        _refinement = new RefinementNetwork(spec);
        register_module("luma", _luma);
        register_module("chroma", _chroma);
        _refinement.Register(this);
    }

    public override Tensor Decode(IReadOnlyList<Tensor> quantized, Tensor stages, int ratePoint)
    {
        using var scope = NewDisposeScope();
        var (luma, chroma) = (quantized[0], quantized[1]);
        var h = _luma.Features(luma, stages).add(_chroma.Features(chroma, stages));
        var linear = nn.functional.pixel_shuffle(_luma.Linear(luma), _half).add(nn.functional.pixel_shuffle(_chroma.Linear(chroma), 2 * _half));
        return _refinement.Decode(h, linear, ratePoint).MoveToOuterDisposeScope();
    }

    /// <summary>What one plane's codes give the trunk and the linear image.</summary>
    private sealed class PlaneStem : nn.Module
    {
        private readonly Convolution _klt;
        private readonly Convolution _stem;
        private readonly Embedding _stages;
        private readonly int _shuffle;
        private readonly int _stageCount;

        public PlaneStem(int dimension, int image, int stages, int hidden, int kernel, int shuffle = 1)
            : base(nameof(PlaneStem))
        {
            (_shuffle, _stageCount) = (shuffle, stages);
            _klt = Layers.Conv(dimension, image, 1);
            _stem = Layers.Conv(dimension, hidden * shuffle * shuffle, kernel);
            _stages = Layers.BiasTable(stages, hidden);
            register_module("klt", _klt);
            register_module("stem", _stem);
            register_module("stages", _stages);
        }

        public Tensor Linear(Tensor codes) => _klt.call(codes);

        public Tensor Features(Tensor codes, Tensor stages)
        {
            using var scope = NewDisposeScope();
            var h = _stem.call(codes);
            if (_shuffle > 1) h = nn.functional.pixel_shuffle(h, _shuffle);
            return h.add(_stages.Biases(stages.clamp_max(_stageCount).sub(1), h.dtype)).MoveToOuterDisposeScope();
        }
    }
}
