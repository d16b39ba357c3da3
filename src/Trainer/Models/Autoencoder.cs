using VqVae.Models;
using VqVae.Trainer.Quantization;
using static TorchSharp.torch;

namespace VqVae.Trainer.Models;

/// <summary>
/// Encoder, quantizers and decoder of one model. The names of its parameters and buffers are those of <see cref="ModelTensors"/>.
/// </summary>
public sealed class Autoencoder : nn.Module
{
    private readonly EncoderNetwork _encoder;
    private readonly DecoderNetwork _decoder;

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
            Architecture.Klt => ((EncoderNetwork)new KltEncoder(spec), (DecoderNetwork)new KltDecoder(spec)),
            Architecture.VqVae => (new VqVaeEncoder(spec), new VqVaeDecoder(spec)),
            Architecture.VqVae2 => (new VqVae2Encoder(spec), new VqVae2Decoder(spec)),
            Architecture.LumaChroma => (new LumaChromaEncoder(spec), new LumaChromaDecoder(spec)),
            _ => throw new ArgumentException($"no networks for {spec.Architecture}"),
        };
        Quantizers = [.. spec.Latents.Select(layout => spec.FsqLevels is { } levels
            ? (Quantizer)new FiniteScalarQuantizer(layout, levels)
            : new CodebookQuantizer(layout, learning, spec.RateLambdas))];
        register_module("encoder", _encoder);
        register_module("decoder", _decoder);
        register_module("quantizer", Quantizers.Count == 1 ? Quantizers[0] : new PlaneQuantizers(Quantizers));
    }

    /// <summary>The hyperparameters.</summary>
    public ModelSpec Spec { get; }

    /// <summary>The codebooks, one quantizer a plane.</summary>
    public IReadOnlyList<Quantizer> Quantizers { get; }

    /// <summary>What the networks compute in; weights and quantizers are float32 whatever it is.</summary>
    public ScalarType NetworkType { get; set; } = ScalarType.Float32;

    /// <summary>Where the model is.</summary>
    public Device Device => Quantizers[0].CodeLengths.device;

    /// <summary>The encoder's weights, which come first among <c>parameters()</c>.</summary>
    internal IEnumerable<TorchSharp.Modules.Parameter> EncoderParameters => _encoder.parameters();

    /// <summary>A trained model.</summary>
    /// <param name="checkpoint">Its weights.</param>
    /// <param name="device">Where it computes.</param>
    public static Autoencoder Load(Checkpoint checkpoint, Device device)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);

        // Made and moved outside the scope: it would take the model's own tensors with it.
        var model = new Autoencoder(checkpoint.Spec, CodebookLearning.Ema);
        using (no_grad())
        using (NewDisposeScope())
            foreach (var (name, target) in model.NamedTensors()) target.copy_(tensor(checkpoint.Values(name).ToArray()).view(target.shape));
        TorchSharp.ModuleExtensionMethods.to(model, device);
        return model;
    }

    /// <summary>Encodes and quantizes images for training.</summary>
    /// <param name="images">float32 <c>[N,C,H,W]</c> in [−1, 1]; height and width are multiples of the largest stride.</param>
    /// <param name="keptStages">int64 <c>[N]</c>: how many leading stages each sample keeps, or <c>null</c> for all.</param>
    /// <param name="ratePoint">The rate point, from 0.</param>
    /// <param name="soft">Whether the gradient is that of soft assignments (<see cref="Quantizer.Quantize"/>).</param>
    /// <returns>A result a plane.</returns>
    public IReadOnlyList<QuantizerResult> Quantize(Tensor images, Tensor? keptStages = null, int ratePoint = 0, bool soft = false)
    {
        ArgumentNullException.ThrowIfNull(images);
        using var scope = NewDisposeScope();
        var results = new QuantizerResult[Quantizers.Count];
        Encode(images, ratePoint, (plane, latents) =>
        {
            results[plane] = Quantizers[plane].Quantize(latents, keptStages, ratePoint, soft).MoveTo(scope);
            return results[plane].Quantized;
        });
        return [.. results.Select(r => r.MoveToOuter())];
    }

    /// <summary>Codes to images.</summary>
    /// <param name="quantized">For each plane float32 <c>[N,D,h,w]</c>, the sum of its leading stages' codes.</param>
    /// <param name="stages">int64 <c>[N]</c>: how many stages each was summed from, from 1; a plane has at most its own.</param>
    /// <param name="ratePoint">The rate point, from 0.</param>
    /// <returns>float32 <c>[N,C,H,W]</c>.</returns>
    public Tensor Decode(IReadOnlyList<Tensor> quantized, Tensor stages, int ratePoint = 0)
    {
        using var scope = NewDisposeScope();
        return _decoder.Decode([.. quantized.Select(q => q.to(NetworkType))], stages, ratePoint).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    /// <summary>Images to indices, as the exported encoder finds them.</summary>
    /// <param name="images">float32 <c>[N,C,H,W]</c>; height and width are multiples of the largest stride.</param>
    /// <param name="ratePoint">The rate point, from 0.</param>
    /// <param name="lambda">λ of the search in squared 8-bit units a bit; 0 for the nearest code.</param>
    /// <returns>For each plane int64 <c>[N,L,h,w]</c>.</returns>
    public IReadOnlyList<Tensor> EncodeIndices(Tensor images, int ratePoint, double lambda) => [.. Search(images, ratePoint, lambda).Select(found =>
    {
        found.Gaps.Dispose();
        return found.Indices;
    })];

    /// <summary>The same, with how clear each choice was.</summary>
    /// <returns>For each plane the indices, and the search's second-best cost minus its best, float32 of the same shape.</returns>
    /// <inheritdoc cref="EncodeIndices"/>
    public IReadOnlyList<(Tensor Indices, Tensor Gaps)> Search(Tensor images, int ratePoint, double lambda)
    {
        ArgumentNullException.ThrowIfNull(images);
        using var scope = NewDisposeScope();
        var found = new (Tensor Indices, Tensor Gaps)[Quantizers.Count];
        Encode(images, ratePoint, (plane, latents) =>
        {
            var (indices, gaps) = Quantizers[plane].Search(latents, lambda, ratePoint);
            found[plane] = (indices.MoveToOtherDisposeScope(scope), gaps.MoveToOtherDisposeScope(scope));
            return Quantizers[plane].Lookup(indices, Quantizers[plane].Stages, ratePoint);
        });
        return [.. found.Select(f => (f.Indices.MoveToOuterDisposeScope(), f.Gaps.MoveToOuterDisposeScope()))];
    }

    /// <summary>Indices to images.</summary>
    /// <param name="indices">For each plane int64 <c>[N,L,h,w]</c>.</param>
    /// <param name="stages">How many leading stages of each plane are used, from 1; a plane has at most its own.</param>
    /// <param name="ratePoint">The rate point, from 0.</param>
    /// <returns>float32 <c>[N,C,H,W]</c>.</returns>
    public Tensor DecodeIndices(IReadOnlyList<Tensor> indices, int stages, int ratePoint)
    {
        ArgumentNullException.ThrowIfNull(indices);
        using var scope = NewDisposeScope();
        var quantized = Quantizers.Zip(indices, (q, i) => q.Lookup(i, Math.Min(stages, q.Stages), ratePoint)).ToArray();
        return Decode(quantized, full([indices[0].shape[0]], stages, ScalarType.Int64, indices[0].device), ratePoint).MoveToOuterDisposeScope();
    }

    /// <summary>Every tensor of the model by its documented name.</summary>
    public IEnumerable<(string Name, Tensor Value)> NamedTensors() =>
        named_parameters().Select(p => (p.name, (Tensor)p.parameter)).Concat(named_buffers().Select(b => (b.name, b.buffer)));

    /// <summary>
    /// The latents of one plane of images, as they are before they are bounded and quantized; planes before it are quantized by nearest codes.
    /// </summary>
    internal Tensor Latents(Tensor images, int plane)
    {
        using var scope = NewDisposeScope();
        Tensor? found = null;
        Encode(images, 0, (p, latents) =>
        {
            if (p == plane) found = latents.alias().MoveToOtherDisposeScope(scope);
            return p < plane ? Quantizers[p].Lookup(Quantizers[p].Search(latents, lambda: 0).Indices, Quantizers[p].Stages) : latents;
        });
        return found!.MoveToOuterDisposeScope();
    }

    /// <summary>Runs the encoder in its type, and what quantizes in float32.</summary>
    private void Encode(Tensor images, int ratePoint, PlaneQuantizer quantize)
    {
        using var scope = NewDisposeScope();
        _encoder.Encode(images.to(NetworkType), ratePoint, (plane, latents) => quantize(plane, latents.to(ScalarType.Float32)).to(NetworkType));
    }

    /// <summary>Several planes' quantizers under their planes' names.</summary>
    private sealed class PlaneQuantizers : nn.Module
    {
        public PlaneQuantizers(IReadOnlyList<Quantizer> quantizers)
            : base(nameof(PlaneQuantizers))
        {
            foreach (var quantizer in quantizers) register_module(quantizer.Layout.Plane.Name, quantizer);
        }
    }
}
