using TorchSharp;
using VqVae.Models;
using VqVae.Trainer.Models;
using VqVae.Trainer.Quantization;
using static TorchSharp.torch;

namespace VqVae.Trainer.Training;

/// <summary>What one step measured; tensors on the model's device, so that reading them is the caller's choice.</summary>
internal sealed record StepMeasurements(Tensor Loss, Tensor Reconstruction, Tensor Codebook, Tensor Commitment, Tensor GradientNorm) : IDisposable
{
    public void Dispose()
    {
        Loss.Dispose();
        Reconstruction.Dispose();
        Codebook.Dispose();
        Commitment.Dispose();
        GradientNorm.Dispose();
    }
}

/// <summary>
/// Everything that changes while a model trains (weights, optimizer, codebook averages) and the one step that changes it. A step is
/// a pure function of that state, the batch and the step's number.
/// </summary>
internal sealed class TrainingStep : IDisposable
{
    private readonly TrainingSpec _training;
    private readonly ulong _seed;

    public TrainingStep(ModelSpec spec, TrainingSpec training, ulong seed, Device device)
    {
        (_training, _seed) = (training, seed);
        random.manual_seed(unchecked((long)seed));
        Model = new Autoencoder(spec, training.CodebookLearning);
        Model.to(device);
        Optimizer = new FlatAdamW([.. Model.parameters().Where(p => p.requires_grad)]);
        if (training.CodebookLearning == CodebookLearning.Ema) Averages = new CodebookAverages(Model.Quantizer, training, seed);
        Usage = new CodebookUsage(spec.Planes, device);
    }

    public Autoencoder Model { get; }

    public FlatAdamW Optimizer { get; }

    /// <summary>The codebooks' moving averages, or <c>null</c> where codebooks learn by gradient.</summary>
    public CodebookAverages? Averages { get; }

    /// <summary>Counts of chosen codes since the caller last emptied it.</summary>
    public CodebookUsage Usage { get; }

    /// <summary>Every tensor that a later step depends on, by the name that it has in a saved state: what is missing here is lost on resuming.</summary>
    public IEnumerable<(string Name, Tensor Value)> State
    {
        get
        {
            foreach (var (name, value) in Model.NamedTensors()) yield return ("model." + name, value);
            yield return ("adam.first_moment", Optimizer.FirstMoment);
            yield return ("adam.second_moment", Optimizer.SecondMoment);
            if (Averages is null) yield break;
            yield return ("averages.counts", Averages.Counts);
            yield return ("averages.sums", Averages.Sums);
        }
    }

    /// <summary>Starts a fresh model from data: the KLT, where the architecture has one, and codebooks by k-means, where they learn by averages.</summary>
    /// <param name="pixels">uint8 <c>[N,S,S,3]</c>, a few hundred samples.</param>
    public void StartFrom(Tensor pixels)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var spec = Model.Spec;
        var images = PixelTensors.ToInput(pixels, spec.InputChannels);
        if (spec.Architecture == Architecture.Klt) KltStart.Apply(Model, images);
        if (Averages is null) return;

        var vectors = new List<Tensor>();
        for (long i = 0; i < images.shape[0]; i += _training.Batch)
        {
            using var batchScope = NewDisposeScope();
            var latents = Model.Encode(images.narrow(0, i, Math.Min(_training.Batch, images.shape[0] - i)));
            vectors.Add(ResidualQuantizer.Vectors(latents).MoveToOuterDisposeScope());
        }

        var perSample = (long)(_training.ImageSize / spec.Stride) * (_training.ImageSize / spec.Stride);
        Averages.Start(cat(vectors), _training.Batch * perSample);
    }

    /// <summary>Trains on one batch.</summary>
    /// <param name="pixels">uint8 <c>[N,S,S,3]</c> on the model's device.</param>
    /// <param name="step">The step's number, from 0.</param>
    /// <param name="learningRate">Its learning rate.</param>
    /// <param name="freezeEncoder">Whether only decoder and codebooks learn (<see cref="TrainingSpec.FreezeEncoder"/>).</param>
    public StepMeasurements Run(Tensor pixels, long step, double learningRate, bool freezeEncoder = false)
    {
        _ = freezeEncoder;
        using var scope = NewDisposeScope();
        var x = PixelTensors.ToInput(pixels, Model.Spec.InputChannels);
        var stages = KeptStages(x.shape[0], step, x.device);

        Optimizer.ZeroGradients();
        var latents = Model.Encode(x);
        var quantized = Model.Quantizer.Quantize(latents, stages);
        var output = Model.Decode(quantized.Quantized, stages);
        var reconstruction = nn.functional.mse_loss(output, x);
        var loss = reconstruction.add(quantized.CommitmentLoss, alpha: _training.CommitmentWeight);
        if (_training.CodebookLearning == CodebookLearning.Gradient) loss = loss.add(quantized.CodebookLoss, alpha: _training.CodebookWeight);
        loss.backward();

        var norm = Optimizer.GradientNorm();
        Optimizer.Step(learningRate, _training.WeightDecay, norm, _training.GradientClip);
        for (var stage = 0; stage < quantized.StageInputs.Count; stage++)
        {
            var indices = quantized.Indices.select(1, stage).reshape(-1);
            Averages?.Update(stage, quantized.StageInputs[stage], indices, step);
            Usage.Add(stage, indices);
        }

        return new StepMeasurements(
            loss.detach().DetachFromDisposeScope(),
            reconstruction.detach().DetachFromDisposeScope(),
            quantized.CodebookLoss.detach().DetachFromDisposeScope(),
            quantized.CommitmentLoss.detach().DetachFromDisposeScope(),
            norm.DetachFromDisposeScope());
    }

    public void Dispose()
    {
        Usage.Dispose();
        Averages?.Dispose();
        Optimizer.Dispose();
        Model.Dispose();
    }

    /// <summary>How many leading stages each sample of a step keeps: all, or a random number where stages are dropped.</summary>
    private Tensor KeptStages(long samples, long step, Device device)
    {
        var kept = new long[samples];
        var random = new SeededRandom(_seed, (ulong)step ^ 0x5eed_57a6_e500_0000);
        for (var i = 0; i < kept.Length; i++) kept[i] = _training.StageDropout ? 1 + random.Next(Model.Spec.Stages) : Model.Spec.Stages;
        return tensor(kept, device: device);
    }
}
