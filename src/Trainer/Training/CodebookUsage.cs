using static TorchSharp.torch;

namespace VqVae.Trainer.Training;

/// <summary>How evenly a stage's codes are chosen.</summary>
/// <param name="Perplexity">2 to the entropy of the choices in bits: 1 where one code takes all, K where all are equally likely.</param>
/// <param name="Used">Share of the codes chosen at least once, 0 to 1.</param>
internal readonly record struct StageUsage(double Perplexity, double Used);

/// <summary>Counts chosen codes over some steps.</summary>
internal sealed class CodebookUsage : IDisposable
{
    private readonly Tensor _counts;

    public CodebookUsage(int stages, int codes, Device device) => _counts = zeros(stages, codes, device: device).DetachFromDisposeScope();

    /// <summary>Counts one stage's indices, int64 of any shape.</summary>
    public void Add(int stage, Tensor indices)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var flat = indices.reshape(-1);
        _counts[stage].index_add_(0, flat, ones(flat.shape[0], device: flat.device), 1);
    }

    /// <summary>The statistics of every stage since the last call, and forgets the counts.</summary>
    public StageUsage[] Take()
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var shares = _counts.div(_counts.sum(1, keepdim: true).clamp_min(1)).to(ScalarType.Float64);
        var entropy = shares.mul(shares.clamp_min(1e-30).log2()).sum(1).neg().cpu().data<double>().ToArray();
        var used = _counts.gt(0).to(ScalarType.Float64).mean([1]).cpu().data<double>().ToArray();
        _counts.zero_();
        return [.. entropy.Zip(used, (bits, share) => new StageUsage(Math.Pow(2, bits), share))];
    }

    public void Dispose() => _counts.Dispose();
}
