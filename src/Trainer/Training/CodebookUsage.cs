using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Training;

/// <summary>How evenly a stage's codes are chosen.</summary>
/// <param name="Name">The stage, from 1, behind its plane's name where there are several: <c>1</c>, <c>top 1</c>.</param>
/// <param name="Perplexity">2 to the entropy of the choices in bits: 1 where one code takes all, K where all are equally likely.</param>
/// <param name="Used">Share of the codes chosen at least once, 0 to 1.</param>
/// <param name="Counts">How often each code was chosen.</param>
internal sealed record StageUsage(string Name, double Perplexity, double Used, IReadOnlyList<float> Counts);

/// <summary>Counts chosen codes over some steps.</summary>
internal sealed class CodebookUsage : IDisposable
{
    private readonly (string Name, int Codes)[] _stages;
    private readonly (int First, int Stages, int Codes)[] _planes;

    /// <param name="planes">The model's planes; stages are counted through them in order.</param>
    /// <param name="device">Where the indices are.</param>
    public CodebookUsage(IReadOnlyList<LatentPlane> planes, Device device)
    {
        _stages = [.. planes.SelectMany(p => Enumerable.Range(1, p.Stages).Select(stage => (p.Name.Length == 0 ? $"{stage}" : $"{p.Name} {stage}", p.Codes)))];
        _planes = [.. planes.Select((p, i) => (planes.Take(i).Sum(before => before.Stages), p.Stages, p.Codes))];
        Counts = zeros(_stages.Length, planes.Max(p => p.Codes), device: device).DetachFromDisposeScope();
    }

    /// <summary>How often each code was chosen since the last report: float32, a row a stage, all planes' stages in order.</summary>
    public Tensor Counts { get; }

    /// <summary>Adds how often each code of a plane's stages was chosen, <c>[L,K]</c>.</summary>
    public void Add(int plane, Tensor counts)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var (first, stages, codes) = _planes[plane];
        Counts.narrow(0, first, stages).narrow(1, 0, codes).add_(counts);
    }

    /// <summary>The statistics of every stage since the last call, and forgets the counts.</summary>
    public StageUsage[] Take()
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var counts = Counts.cpu();
        StageUsage[] statistics = [.. _stages.Select((s, stage) => Statistics(s.Name, counts[stage].data<float>().ToArray()[..s.Codes]))];
        Counts.zero_();
        return statistics;
    }

    public void Dispose() => Counts.Dispose();

    /// <summary>Perplexity and share of used codes from their counts.</summary>
    internal static StageUsage Statistics(string name, float[] counts)
    {
        var total = counts.Sum(c => (double)c);
        var bits = -counts.Where(c => c > 0).Sum(c => c / total * Math.Log2(c / total));
        return new StageUsage(name, total > 0 ? Math.Pow(2, bits) : 0, counts.Count(c => c > 0) / (double)counts.Length, counts);
    }
}
