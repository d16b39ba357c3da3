namespace VqVae.Models;

/// <summary>How one plane's latent <c>[N, Dimension, h, w]</c> is quantized: which dimensions each stage covers.</summary>
/// <param name="Plane">The plane's indices.</param>
/// <param name="Dimension">Latent dimensions.</param>
/// <param name="Bounds">Where each group of dimensions begins, from 0, and at last <paramref name="Dimension"/>.</param>
public sealed record LatentLayout(LatentPlane Plane, int Dimension, IReadOnlyList<int> Bounds)
{
    /// <summary>Number of groups of dimensions; stage s quantizes group s mod <see cref="Groups"/>, what earlier stages of the group left over.</summary>
    public int Groups => Bounds.Count - 1;

    /// <summary>The dimensions that a stage quantizes; its codes are zero in all others.</summary>
    public (int Start, int Length) Range(int stage)
    {
        var group = stage % Groups;
        return (Bounds[group], Bounds[group + 1] - Bounds[group]);
    }

    /// <summary>Name of the plane's codebooks in a checkpoint: <c>[L, K, D]</c>, or <c>[R, L, K, D]</c> with several rate points.</summary>
    public string CodebooksName => TensorName("codebooks");

    /// <summary>Name of the plane's code lengths in a checkpoint, in bits: <c>[L, K]</c>, or <c>[R, L, K]</c> with several rate points.</summary>
    public string CodeLengthsName => TensorName("code_lengths");

    private string TensorName(string part) => Plane.Name.Length == 0 ? $"quantizer.{part}" : $"quantizer.{Plane.Name}.{part}";
}
