using VqVae.Models;
using VqVae.Trainer.Quantization;
using static TorchSharp.torch;

namespace VqVae.Trainer.Models;

/// <summary>
/// Encoder, quantizer and decoder of one model. The names of its parameters and buffers are those of <see cref="ModelTensors"/>.
/// </summary>
public sealed class Autoencoder : nn.Module
{
    private readonly nn.Module<Tensor, Tensor> _encoder;
    private readonly nn.Module<Tensor, Tensor, Tensor> _decoder;

    /// <summary>Builds a model with freshly initialised weights, from torch's global random state.</summary>
    /// <param name="spec">The hyperparameters.</param>
    /// <param name="learning">How the codebooks learn.</param>
    public Autoencoder(ModelSpec spec, CodebookLearning learning)
        : base(nameof(Autoencoder))
    {
        ArgumentNullException.ThrowIfNull(spec);
        spec.Validate();
        Spec = spec;
        (_encoder, _decoder) = spec.Architecture switch
        {
            Architecture.Klt => ((nn.Module<Tensor, Tensor>)new KltEncoder(spec), (nn.Module<Tensor, Tensor, Tensor>)new KltDecoder(spec)),
            Architecture.VqVae => (new VqVaeEncoder(spec), new VqVaeDecoder(spec)),
            _ => throw new ArgumentException($"no networks for {spec.Architecture}"),
        };
        Quantizer = new ResidualQuantizer(spec.Stages, spec.Codes, spec.EmbeddingDim, learning);
        register_module("encoder", _encoder);
        register_module("decoder", _decoder);
        register_module("quantizer", Quantizer);
    }

    /// <summary>The hyperparameters.</summary>
    public ModelSpec Spec { get; }

    /// <summary>The codebooks.</summary>
    public ResidualQuantizer Quantizer { get; }

    /// <summary>Images to latents.</summary>
    /// <param name="x">float32 <c>[N,C,H,W]</c>; height and width are multiples of the stride.</param>
    /// <returns>float32 <c>[N,D,h,w]</c>.</returns>
    public Tensor Encode(Tensor x) => _encoder.call(x);

    /// <summary>Quantized latents to images.</summary>
    /// <param name="quantized">float32 <c>[N,D,h,w]</c>, the sum of the leading stages' codes.</param>
    /// <param name="stages">int64 <c>[N]</c>: how many stages each was summed from, 1 to L.</param>
    /// <returns>float32 <c>[N,C,H,W]</c>.</returns>
    public Tensor Decode(Tensor quantized, Tensor stages) => _decoder.call(quantized, stages);

    /// <summary>Decodes all samples from the same number of leading stages.</summary>
    /// <param name="indices">int64 <c>[N,L,h,w]</c>.</param>
    /// <param name="stages">1 to L.</param>
    public Tensor DecodeIndices(Tensor indices, int stages)
    {
        using var scope = NewDisposeScope();
        var quantized = Quantizer.Lookup(indices, stages);
        return Decode(quantized, full([indices.shape[0]], stages, ScalarType.Int64, indices.device)).MoveToOuterDisposeScope();
    }

    /// <summary>A trained model.</summary>
    /// <param name="checkpoint">Its weights.</param>
    /// <param name="device">Where it computes.</param>
    public static Autoencoder Load(Checkpoint checkpoint, Device device)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        using var gradients = no_grad();

        // The model outlives the scope, which would take its buffers along.
        var model = new Autoencoder(checkpoint.Spec, CodebookLearning.Ema);
        TorchSharp.ModuleExtensionMethods.to(model, device);
        using var scope = NewDisposeScope();
        foreach (var (name, target) in model.NamedTensors()) target.copy_(tensor(checkpoint.Values(name).ToArray()).view(target.shape));
        return model;
    }

    /// <summary>Images to indices, as the exported encoder finds them.</summary>
    /// <param name="images">float32 <c>[N,C,H,W]</c>; height and width are multiples of the largest stride.</param>
    /// <param name="ratePoint">The rate point, from 0.</param>
    /// <param name="lambda">λ of the search in squared 8-bit units a bit; 0 for the nearest code.</param>
    /// <returns>For each plane int64 <c>[N,L,h,w]</c>.</returns>
    public IReadOnlyList<Tensor> EncodeIndices(Tensor images, int ratePoint, double lambda)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(ratePoint, 0);
        using var scope = NewDisposeScope();
        return [Quantizer.Search(Encode(images), lambda).Indices.MoveToOuterDisposeScope()];
    }

    /// <summary>Indices to images.</summary>
    /// <param name="indices">For each plane int64 <c>[N,L,h,w]</c>.</param>
    /// <param name="stages">How many leading stages of each plane are used, from 1; a plane has at most its own.</param>
    /// <param name="ratePoint">The rate point, from 0.</param>
    /// <returns>float32 <c>[N,C,H,W]</c>.</returns>
    public Tensor DecodeIndices(IReadOnlyList<Tensor> indices, int stages, int ratePoint)
    {
        ArgumentNullException.ThrowIfNull(indices);
        ArgumentOutOfRangeException.ThrowIfNotEqual(ratePoint, 0);
        return DecodeIndices(indices[0], stages);
    }

    /// <summary>Every tensor of the model by its documented name.</summary>
    public IEnumerable<(string Name, Tensor Value)> NamedTensors() =>
        named_parameters().Select(p => (p.name, (Tensor)p.parameter)).Concat(named_buffers().Select(b => (b.name, b.buffer)));
}
