using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Training;

/// <summary>
/// Order-0 entropy of index maps: the bits that a coder with the right static table for each stage, and without contexts, would take.
/// </summary>
/// <param name="spec">The model; its tensors live in the caller's scope.</param>
/// <param name="device">Where the indices are.</param>
internal sealed class IndexEntropy(ModelSpec spec, Device device)
{
    private readonly Tensor[] _counts = [.. spec.Planes.Select(p => zeros(p.Stages, p.Codes, ScalarType.Float64, device))];

    /// <summary>Counts indices, for each plane int64 <c>[N,L,h,w]</c>.</summary>
    public void Add(IReadOnlyList<Tensor> indices)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        for (var plane = 0; plane < _counts.Length; plane++)
        {
            var stages = indices[plane].transpose(0, 1).reshape(spec.Planes[plane].Stages, -1);
            _counts[plane].scatter_add_(1, stages, ones_like(stages, ScalarType.Float64));
        }
    }

    /// <summary>Bits of everything counted, over so many pixels.</summary>
    public double BitsPerPixel(long pixels)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        return _counts.Sum(counts =>
        {
            var shares = counts.div(counts.sum(1, keepdim: true).clamp_min(1));
            return counts.mul(shares.clamp_min(1e-30).log2()).sum().neg().item<double>();
        }) / pixels;
    }
}
