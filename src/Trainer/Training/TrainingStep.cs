using TorchSharp;
using VqVae.Models;
using VqVae.Trainer.Losses;
using VqVae.Trainer.Models;
using VqVae.Trainer.Quantization;
using static TorchSharp.torch;

namespace VqVae.Trainer.Training;

/// <summary>What one step measured; tensors on the model's device, so that reading them is the caller's choice.</summary>
/// <param name="Loss">What was minimised.</param>
/// <param name="Reconstruction">Mean squared error of pixels in [−1, 1].</param>
/// <param name="Codebook">The codebook losses of all planes, summed.</param>
/// <param name="Commitment">The commitment losses of all planes, summed.</param>
/// <param name="Rate">Bits a pixel by the code lengths counted so far.</param>
/// <param name="GradientNorm">Norm of the gradient before it was clipped.</param>
internal sealed record StepMeasurements(Tensor Loss, Tensor Reconstruction, Tensor Codebook, Tensor Commitment, Tensor Rate, Tensor GradientNorm) : IDisposable
{
    public void Dispose()
    {
        foreach (var tensor in (Tensor[])[Loss, Reconstruction, Codebook, Commitment, Rate, GradientNorm]) tensor.Dispose();
    }
}

/// <summary>
/// Everything that changes while a model trains (weights, optimizer, codebook statistics) and the one step that changes it. A step is
/// a pure function of that state, the batch and the step's number.
/// </summary>
internal sealed class TrainingStep : IDisposable
{
    /// <summary>Most vectors of a plane that its codebooks start from.</summary>
    private const int StartVectors = 1 << 16;

    private readonly TrainingSpec _training;
    private readonly ulong _seed;
    private readonly long _encoderWeights;
    private readonly ReconstructionLoss _reconstruction;
    private bool _encoderFrozen;

    public TrainingStep(ModelSpec spec, TrainingSpec training, ulong seed, Device device)
    {
        (_training, _seed, _reconstruction) = (training, seed, new ReconstructionLoss(training));
        random.manual_seed(unchecked((long)seed));
        Model = new Autoencoder(spec, training.CodebookLearning);
        Model.to(device);
        if (training.Precision == TrainingPrecision.BFloat16) Model.NetworkType = ScalarType.BFloat16;
        Optimizer = new FlatAdamW([.. Model.parameters().Where(p => p.requires_grad)]);
        _encoderWeights = Model.EncoderParameters.Sum(p => p.numel());
        if (training.WeightEma > 0) WeightAverage = new WeightAverage(Optimizer.Parameters, training.WeightEma);
        Statistics = [.. Model.Quantizers.Select((q, plane) => new CodebookStatistics(q, training, seed + ((ulong)plane << 32)))];
        foreach (var statistics in Statistics) statistics.Pin();
        Usage = new CodebookUsage(spec.Planes, device);
    }

    public Autoencoder Model { get; }

    public FlatAdamW Optimizer { get; }

    /// <summary>Each plane's codebook statistics.</summary>
    public IReadOnlyList<CodebookStatistics> Statistics { get; }

    /// <summary>The weights' moving average, or <c>null</c> where it is not asked for.</summary>
    public WeightAverage? WeightAverage { get; }

    /// <summary>Counts of chosen codes since the caller last emptied it.</summary>
    public CodebookUsage Usage { get; }

    /// <summary>Whether a fresh model starts from data: by the KLT, where the architecture has one, or by k-means.</summary>
    public bool StartsFromData => HasKlt || (_training.KMeansStart && Model.Quantizers.Any(q => q.Learns));

    /// <summary>All tensors that a resumed run needs, by name; the number of steps done is the only other state.</summary>
    public IEnumerable<(string Name, Tensor Value)> State
    {
        get
        {
            foreach (var (name, value) in Model.NamedTensors()) yield return ("model." + name, value);
            yield return ("adam.first_moment", Optimizer.FirstMoment);
            yield return ("adam.second_moment", Optimizer.SecondMoment);
            if (WeightAverage is not null) yield return ("weights.average", WeightAverage.Average);
            for (var plane = 0; plane < Statistics.Count; plane++)
            {
                yield return ($"statistics.{plane}.counts", Statistics[plane].Counts);
                if (Statistics[plane].Sums is { } sums) yield return ($"statistics.{plane}.sums", sums);
            }
        }
    }

    /// <summary>Puts the weights' average, where there is one, in their place until what it returns is disposed: what is measured, shown and exported.</summary>
    public IDisposable? UseAverage() => WeightAverage?.Use();

    private bool HasKlt => Model.Spec.Architecture is Architecture.Klt or Architecture.LumaChroma;

    /// <summary>Starts a fresh model from data: the KLT, where the architecture has one, and codebooks by k-means, where that is asked for.</summary>
    /// <param name="pixels">uint8 <c>[N,S,S,3]</c>, a few hundred samples.</param>
    /// <param name="onProgress">Called with a line on what is done next, where that takes long.</param>
    public void StartFrom(Tensor pixels, Action<string>? onProgress = null)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var spec = Model.Spec;
        var images = PixelTensors.ToInput(pixels, spec.InputChannels);
        if (HasKlt) KltStart.Apply(Model, images);
        WeightAverage?.Restart();
        if (!_training.KMeansStart) return;

        for (var plane = 0; plane < Statistics.Count; plane++)
        {
            using var planeScope = NewDisposeScope();
            if (!Model.Quantizers[plane].Learns) continue;
            var vectors = new List<Tensor>();
            for (long i = 0; i < images.shape[0]; i += _training.Batch)
            {
                using var batchScope = NewDisposeScope();
                var latents = Model.Latents(images.narrow(0, i, Math.Min(_training.Batch, images.shape[0] - i)), plane);
                vectors.Add(Quantizer.Vectors(latents).MoveToOuterDisposeScope());
            }

            var side = _training.ImageSize / spec.Planes[plane].Stride;
            Statistics[plane].Start(EvenRows(cat(vectors), StartVectors), (long)_training.Batch * side * side, rate => onProgress?.Invoke(
                $"codebooks by k-means: {(spec.Planes.Count > 1 ? spec.Planes[plane].Name + ", " : "")}rate point {rate + 1} of {spec.RatePoints}"));
        }
    }

    /// <summary>Trains on one batch.</summary>
    /// <param name="pixels">uint8 <c>[N,S,S,3]</c> on the model's device.</param>
    /// <param name="step">The step's number, from 0.</param>
    /// <param name="learningRate">Its learning rate.</param>
    /// <param name="encoderRate">The encoder's learning rate as a share of that; at 0 it stays as it is, and only decoder and codebooks learn.</param>
    public StepMeasurements Run(Tensor pixels, long step, double learningRate, double encoderRate = 1)
    {
        using var scope = NewDisposeScope();
        var frozen = encoderRate == 0;
        Freeze(frozen);
        var x = PixelTensors.ToInput(pixels, Model.Spec.InputChannels);
        var (stages, ratePoint) = Draw(x.shape[0], step, x.device);

        Optimizer.ZeroGradients();
        var planes = Model.Quantize(x, _training.StageDropout ? stages : null, ratePoint, soft: _training.RateWeight > 0 && !frozen);
        var output = Model.Decode([.. planes.Select(p => p.Quantized)], stages, ratePoint);
        var (loss, reconstruction) = _reconstruction.Of(output, x);
        var (codebook, commitment) = (Sum(planes.Select(p => p.CodebookLoss)), Sum(planes.Select(p => p.CommitmentLoss)));
        if (_training.CommitmentWeight > 0) loss = loss.add(commitment, alpha: _training.CommitmentWeight);
        if (_training.CodebookLearning == CodebookLearning.Gradient && _training.CodebookWeight > 0) loss = loss.add(codebook, alpha: _training.CodebookWeight);
        if (RateLoss(planes, ratePoint) is { } rateLoss) loss = loss.add(rateLoss, alpha: _training.RateWeight);
        loss.mul(RateBalance(ratePoint)).backward();

        var norm = Optimizer.GradientNorm();
        Optimizer.Step(learningRate, _training.WeightDecay, norm, _training.GradientClip, encoderRate == 1 ? 0 : _encoderWeights, learningRate * encoderRate);
        for (var plane = 0; plane < planes.Count; plane++)
        {
            if (_training.CodebookLearning == CodebookLearning.Gradient) Statistics[plane].Pin();
            Usage.Add(plane, Statistics[plane].Update(planes[plane], ratePoint, step));
        }

        WeightAverage?.Update(step);
        var rate = BitsPerPixel(planes, result => result.Rate);
        return new StepMeasurements(
            loss.detach().DetachFromDisposeScope(),
            reconstruction.detach().DetachFromDisposeScope(),
            codebook.detach().DetachFromDisposeScope(),
            commitment.detach().DetachFromDisposeScope(),
            rate.detach().DetachFromDisposeScope(),
            norm.DetachFromDisposeScope());
    }

    public void Dispose()
    {
        Usage.Dispose();
        foreach (var statistics in Statistics) statistics.Dispose();
        WeightAverage?.Dispose();
        Optimizer.Dispose();
        Model.Dispose();
    }

    /// <summary>λ times the expected bits in the units of the squared error, whose mean is over the channels of a pixel, too; <c>null</c> without soft assignments.</summary>
    private Tensor? RateLoss(IReadOnlyList<QuantizerResult> planes, int ratePoint) => planes.Any(plane => plane.SoftRate is null)
        ? null
        : BitsPerPixel(planes, plane => plane.SoftRate!).mul(Quantizer.Mu(Model.Spec.Lambda(ratePoint)) / Model.Spec.InputChannels);

    private Tensor BitsPerPixel(IReadOnlyList<QuantizerResult> planes, Func<QuantizerResult, Tensor> bits) =>
        Sum(planes.Zip(Model.Spec.Planes, (result, plane) => bits(result).div(plane.Stride * plane.Stride)));

    /// <summary>The weight of a rate point's loss; 1 on average over the rate points.</summary>
    private double RateBalance(int ratePoint) => !_training.BalanceRates
        ? 1
        : 1 / Math.Sqrt(Model.Spec.Lambda(ratePoint)) / Model.Spec.RateLambdas!.Average(lambda => 1 / Math.Sqrt(lambda));

    /// <summary>At most so many rows of a matrix, evenly spread.</summary>
    private static Tensor EvenRows(Tensor matrix, long most) =>
        matrix.shape[0] <= most ? matrix : matrix.index_select(0, arange(most, ScalarType.Int64, matrix.device).mul(matrix.shape[0]).div(most, RoundingMode.floor));

    private static Tensor Sum(IEnumerable<Tensor> values) => values.Aggregate((a, b) => a.add(b));

    private void Freeze(bool freeze)
    {
        if (freeze == _encoderFrozen) return;
        _encoderFrozen = freeze;
        foreach (var parameter in Model.EncoderParameters) parameter.requires_grad = !freeze;
    }

    /// <summary>
    /// What a step draws: how many leading stages each sample keeps, all of them unless stages are dropped, and the rate point of the batch.
    /// </summary>
    private (Tensor Stages, int RatePoint) Draw(long samples, long step, Device device)
    {
        var spec = Model.Spec;
        var random = new SeededRandom(_seed, (ulong)step ^ 0x5eed_57a6_e500_0000);
        var stages = _training.StageDropout
            ? DeviceTensors.Upload([.. Enumerable.Range(0, (int)samples).Select(_ => 1L + random.Next(spec.MostStages))], device)
            : full([samples], spec.MostStages, ScalarType.Int64, device);
        return (stages, spec.RatePoints == 1 ? 0 : random.Next(spec.RatePoints));
    }
}
