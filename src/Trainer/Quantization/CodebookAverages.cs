using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Quantization;

/// <summary>
/// Lets codebooks follow the latents by exponential moving averages (van den Oord et al. 2017, appendix A.1; Razavi et al. 2019),
/// starts them by k-means, and restarts codes that fall out of use.
/// </summary>
/// <remarks>
/// N ← γN + (1−γ)n, m ← γm + (1−γ)Σr, e = m/Ñ with Laplace smoothing Ñ = (N+ε)/(ΣN+Kε)·ΣN. A code whose N falls below
/// <c>threshold · ΣN/K</c> moves to a random vector of the batch, with N at that threshold.
/// </remarks>
internal sealed class CodebookAverages : IDisposable
{
    private const double Epsilon = 1e-5;

    private readonly ResidualQuantizer _quantizer;
    private readonly double _decay;
    private readonly double _restartThreshold;
    private readonly ulong _seed;

    public CodebookAverages(ResidualQuantizer quantizer, TrainingSpec training, ulong seed)
    {
        _quantizer = quantizer;
        (_decay, _restartThreshold, _seed) = (training.EmaDecay, training.RestartThreshold, seed);
        using var gradients = no_grad();
        Counts = zeros(quantizer.Stages, quantizer.Codes, device: quantizer.Codebooks.device).DetachFromDisposeScope();
        Sums = zeros_like(quantizer.Codebooks).DetachFromDisposeScope();
    }

    /// <summary>N, <c>[L,K]</c>: moving average of the vectors a step that chose each code.</summary>
    public Tensor Counts { get; }

    /// <summary>m, <c>[L,K,D]</c>: moving sums of those vectors.</summary>
    public Tensor Sums { get; }

    /// <summary>Starts all stages by k-means on latents, stage by stage on what the ones before left over.</summary>
    /// <param name="vectors">float32 <c>[P,D]</c>.</param>
    /// <param name="vectorsPerStep">How many vectors a training step will have, to which the counts are scaled.</param>
    public void Start(Tensor vectors, long vectorsPerStep)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var residual = vectors;
        for (var stage = 0; stage < _quantizer.Stages; stage++)
        {
            var (centroids, shares) = KMeans.Fit(residual, _quantizer.Codes, iterations: 10, _seed + (ulong)stage);
            var counts = shares.mul(vectorsPerStep).clamp_min(_restartThreshold * vectorsPerStep / _quantizer.Codes);
            _quantizer.Codebooks[stage].copy_(centroids);
            Counts[stage].copy_(counts);
            Sums[stage].copy_(centroids.mul(counts.unsqueeze(1)));
            residual = residual.sub(centroids.index_select(0, ResidualQuantizer.NearestCodes(residual, centroids)));
        }
    }

    /// <summary>Moves one stage's codebook after a step.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="vectors">What it quantized, <c>[P,D]</c>.</param>
    /// <param name="indices">The codes chosen, int64 <c>[P]</c>.</param>
    /// <param name="step">The step's number, from which the restarts' random choice follows.</param>
    public void Update(int stage, Tensor vectors, Tensor indices, long step)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var (counts, sums) = (Counts[stage], Sums[stage]);
        var batchCounts = zeros_like(counts).index_add_(0, indices, ones(indices.shape[0], device: indices.device), 1);
        var batchSums = zeros_like(sums).index_add_(0, indices, vectors, 1);
        counts.mul_(_decay).add_(batchCounts, alpha: 1 - _decay);
        sums.mul_(_decay).add_(batchSums, alpha: 1 - _decay);
        if (_restartThreshold > 0) Restart(stage, vectors, counts, sums, step);

        var total = counts.sum();
        var smoothed = counts.add(Epsilon).div(total.add(_quantizer.Codes * Epsilon)).mul(total);
        _quantizer.Codebooks[stage].copy_(sums.div(smoothed.unsqueeze(1)));
    }

    public void Dispose()
    {
        Counts.Dispose();
        Sums.Dispose();
    }

    private void Restart(int stage, Tensor vectors, Tensor counts, Tensor sums, long step)
    {
        var random = new SeededRandom(_seed + (ulong)stage, (ulong)step);
        var rows = new long[_quantizer.Codes];
        for (var i = 0; i < rows.Length; i++) rows[i] = random.Next(vectors.shape[0]);

        // Chosen for every code, dead or not, so that the step need not wait to learn which are.
        var candidates = vectors.index_select(0, tensor(rows, device: vectors.device));
        var threshold = counts.sum().mul(_restartThreshold / _quantizer.Codes);
        var dead = counts.lt(threshold);
        counts.copy_(where(dead, threshold, counts));
        sums.copy_(where(dead.unsqueeze(1), candidates.mul(threshold), sums));
    }
}
