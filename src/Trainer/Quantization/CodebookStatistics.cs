using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Quantization;

/// <summary>
/// Moving averages of how often each code is chosen and of the vectors that choose it. From the counts follow the code lengths of the search's
/// rate term; with <see cref="CodebookLearning.Ema"/> the codes themselves follow (van den Oord et al. 2017, appendix A.1; Razavi et al. 2019). It also starts
/// codebooks by k-means and restarts codes that fall out of use.
/// </summary>
/// <remarks>
/// N ← γN + (1−γ)n, m ← γm + (1−γ)Σr, e = m/Ñ with Laplace smoothing Ñ = (N+ε)/(ΣN+Kε)·ΣN. A code whose N falls below
/// <c>threshold · ΣN/K</c> moves to a random vector of the batch, with N at that threshold. A zero code is neither moved nor restarted.
/// </remarks>
internal sealed class CodebookStatistics : IDisposable
{
    /// <summary>Share of the mean error from which a vector is worth a code of its own.</summary>
    private const double LeastError = 0.1;

    private const double Epsilon = 1e-5;

    /// <summary>The count from which a code follows its average: Laplace's ε is a thousandth of it.</summary>
    private const double LeastCount = 1000 * Epsilon;

    private readonly Quantizer _quantizer;
    private readonly TrainingSpec _training;
    private readonly ulong _seed;
    private readonly bool _moves;
    private readonly Tensor _firstCodes;

    /// <param name="quantizer">The codes, on their device.</param>
    /// <param name="training">How they learn.</param>
    /// <param name="seed">Chooses where k-means starts and what dead codes become.</param>
    public CodebookStatistics(Quantizer quantizer, TrainingSpec training, ulong seed)
    {
        (_quantizer, _training, _seed) = (quantizer, training, seed);
        _moves = quantizer.Learns && training.CodebookLearning == CodebookLearning.Ema;
        using var gradients = no_grad();
        Counts = zeros_like(quantizer.CodeLengths).DetachFromDisposeScope();
        Sums = _moves ? zeros_like(quantizer.Codebooks).DetachFromDisposeScope() : null;
        _firstCodes = arange(0, quantizer.Stages, ScalarType.Int64, quantizer.CodeLengths.device).mul(quantizer.Codes).unsqueeze(1).DetachFromDisposeScope();
    }

    /// <summary>N, <c>[L,K]</c> or <c>[R,L,K]</c>: moving average of the vectors a step that chose each code.</summary>
    public Tensor Counts { get; }

    /// <summary>m, as the codebooks: moving sums of those vectors; <c>null</c> where codes do not follow averages.</summary>
    public Tensor? Sums { get; }

    /// <summary>Starts all stages of all rate points by k-means on latents, stage by stage on what the ones before left over.</summary>
    /// <param name="vectors">float32 <c>[P,D]</c>.</param>
    /// <param name="vectorsPerStep">How many vectors a training step will have, to which the counts are scaled.</param>
    /// <param name="onRatePoint">Called before each rate point, where there are several, with its number, from 0.</param>
    public void Start(Tensor vectors, long vectorsPerStep, Action<int>? onRatePoint = null)
    {
        using var gradients = no_grad();
        for (var rate = 0; rate < _quantizer.RatePoints; rate++)
        {
            using var scope = NewDisposeScope();
            if (_quantizer.RatePoints > 1) onRatePoint?.Invoke(rate);
            var residuals = _quantizer.Groups(vectors);
            for (var stage = 0; stage < _quantizer.Stages; stage++)
            {
                var group = stage % _quantizer.Layout.Groups;
                var mu = Quantizer.Mu(_quantizer.Lambdas[rate]);
                var found = KMeans.Fit(residuals[group], new KMeansOptions
                {
                    Clusters = _quantizer.Codes,
                    Seed = _seed + (ulong)((rate * _quantizer.Stages) + stage),
                    Mu = mu,
                    ZeroCode = HasZeroCode(stage),
                });
                var counts = found.Shares.mul(vectorsPerStep).clamp_min(_training.RestartThreshold * vectorsPerStep / _quantizer.Codes);
                _quantizer.Codebook(rate, stage).detach().copy_(found.Centroids);
                _quantizer.Lengths(rate, stage).copy_(found.Lengths);
                _quantizer.OfRatePoint(Counts, rate)[stage].copy_(counts);
                SumsOf(rate, stage)?.copy_(found.Centroids.mul(counts.unsqueeze(1)));
                var chosen = CodeSearch.Cheapest(residuals[group], found.Centroids, found.Lengths, mu);
                residuals[group] = residuals[group].sub(found.Centroids.index_select(0, chosen));
            }
        }
    }

    /// <summary>Learns from a step: counts and code lengths of its rate point, and the codes where they follow averages.</summary>
    /// <param name="result">What the step quantized.</param>
    /// <param name="ratePoint">At which rate point.</param>
    /// <param name="step">The step's number, from which the restarts' random choice follows.</param>
    /// <returns>How often each code was chosen in this step, <c>[L,K]</c>.</returns>
    public Tensor Update(QuantizerResult result, int ratePoint, long step)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var (stages, codes) = (_quantizer.Stages, _quantizer.Codes);
        var chosen = result.Indices.add(_firstCodes).view(-1);
        var batch = zeros(stages * codes, device: chosen.device).index_add_(0, chosen, ones(chosen.shape[0], device: chosen.device), 1).view(stages, codes);
        var counts = _quantizer.OfRatePoint(Counts, ratePoint);
        counts.mul_(_training.EmaDecay).add_(batch, alpha: 1 - _training.EmaDecay);
        if (_moves) Move(result, ratePoint, step);

        // Half an observation of this step as the prior: a code that is not chosen becomes dear, but never infinitely so.
        _quantizer.OfRatePoint(_quantizer.CodeLengths, ratePoint).copy_(KMeans.Lengths(counts, (1 - _training.EmaDecay) / 2));
        return batch.MoveToOuterDisposeScope();
    }

    /// <summary>Puts codes that a gradient has moved back where they must be: zero codes at zero.</summary>
    public void Pin()
    {
        if (!_training.ZeroCode || !_quantizer.Learns) return;
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        for (var rate = 0; rate < _quantizer.RatePoints; rate++)
            for (var stage = 0; stage < _quantizer.Stages; stage++)
                if (HasZeroCode(stage)) _quantizer.Codebook(rate, stage).detach()[0].zero_();
    }

    public void Dispose()
    {
        Counts.Dispose();
        Sums?.Dispose();
        _firstCodes.Dispose();
    }

    /// <summary>A residual quantizer's first level has no zero code: every vector has a part there.</summary>
    private bool HasZeroCode(int stage) => _training.ZeroCode && (stage > 0 || _quantizer.Layout.Groups > 1);

    private Tensor? SumsOf(int ratePoint, int stage)
    {
        if (Sums is null) return null;
        var (start, length) = _quantizer.Layout.Range(stage);
        return _quantizer.OfRatePoint(Sums, ratePoint)[stage].narrow(1, start, length);
    }

    private void Move(QuantizerResult result, int ratePoint, long step)
    {
        var rows = RandomRows(result.Indices.shape[1], step);
        for (var stage = 0; stage < _quantizer.Stages; stage++)
        {
            using var scope = NewDisposeScope();
            var (counts, sums, vectors) = (_quantizer.OfRatePoint(Counts, ratePoint)[stage], SumsOf(ratePoint, stage)!, result.StageInputs[stage]);
            var batchSums = zeros(sums.shape, device: sums.device).index_add_(0, result.Indices[stage], vectors, 1);
            sums.mul_(_training.EmaDecay).add_(batchSums, alpha: 1 - _training.EmaDecay);
            if (rows is not null) Restart(vectors, Errors(vectors, result.Indices[stage], ratePoint, stage), rows[stage], counts, sums, HasZeroCode(stage));

            var total = counts.sum();
            var smoothed = counts.add(Epsilon).div(total.add(_quantizer.Codes * Epsilon)).mul(total);
            var codebook = _quantizer.Codebook(ratePoint, stage);

            // What is hardly ever chosen stays where it is: smoothing would draw its average towards zero, where all such codes would meet.
            codebook.copy_(where(counts.gt(LeastCount).unsqueeze(1), sums.div(smoothed.unsqueeze(1)), codebook));
            if (HasZeroCode(stage)) codebook[0].zero_();
        }
    }

    /// <summary>For every code of every stage a row of the batch, dead or not, so that the step need not wait to learn which are; one upload for all.</summary>
    private Tensor? RandomRows(long vectors, long step)
    {
        if (_training.RestartThreshold == 0) return null;
        var rows = new long[_quantizer.Stages * _quantizer.Codes];
        for (var stage = 0; stage < _quantizer.Stages; stage++)
        {
            var random = new SeededRandom(_seed + (ulong)stage, (ulong)step);
            for (var i = 0; i < _quantizer.Codes; i++) rows[(stage * _quantizer.Codes) + i] = random.Next(vectors);
        }

        return DeviceTensors.Upload(rows, Counts.device).view(_quantizer.Stages, _quantizer.Codes);
    }

    /// <summary>What the chosen codes leave of each vector: ‖r − e‖², <c>[P]</c>.</summary>
    private Tensor Errors(Tensor vectors, Tensor indices, int ratePoint, int stage) =>
        vectors.sub(_quantizer.Codebook(ratePoint, stage).detach().index_select(0, indices)).square().sum(1);

    /// <summary>Moves dead codes to the drawn rows, unless a code is there already: where most vectors are alike, such as those of white, they would all go there.</summary>
    private void Restart(Tensor vectors, Tensor errors, Tensor rows, Tensor counts, Tensor sums, bool zeroCode)
    {
        var threshold = counts.sum().mul(_training.RestartThreshold / _quantizer.Codes);
        var dead = counts.lt(threshold).logical_and(errors.index_select(0, rows).gt(errors.mean().mul(LeastError)));
        if (zeroCode) dead[0].fill_(false);
        counts.copy_(where(dead, threshold, counts));
        sums.copy_(where(dead.unsqueeze(1), vectors.index_select(0, rows).mul(threshold), sums));
    }
}
