using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Quantization;

/// <summary>
/// Finite scalar quantization (Mentzer et al. 2023): each latent dimension is bounded and rounded to one of a few levels; a code is a point of the grid
/// that they make. Nothing is learnt, no code can die, and there are no losses beside the reconstruction's: set both weights to 0.
/// </summary>
/// <remarks>
/// Dimension i with L levels is bounded as the paper does, f(z) = tanh(z + s)·h − o with h = (L − 1)(1 + ε)/2, o = ½ for even L and 0 for odd, s = atanh(o/h), then
/// divided by ⌊L/2⌋, so that codes lie in [−1, 1]. The grid is a product of levels, so its nearest point is each dimension's nearest level. A code's
/// index has the first dimension's level as its lowest digit.
/// </remarks>
public sealed class FiniteScalarQuantizer : Quantizer
{
    private readonly IReadOnlyList<FsqDimension> _dimensions;

    /// <summary>Makes the grid.</summary>
    /// <param name="layout">One stage of one group, whose codes are the product of the levels.</param>
    /// <param name="levels">Levels of each dimension.</param>
    public FiniteScalarQuantizer(LatentLayout layout, IReadOnlyList<int> levels)
        : base(layout, [0], nameof(FiniteScalarQuantizer))
    {
        ArgumentNullException.ThrowIfNull(layout);
        _dimensions = [.. levels.Select(FsqDimension.Of)];
        using var gradients = no_grad();
        register_buffer("codebooks", tensor(FsqDimension.Codebook(levels), dtype: ScalarType.Float32).view(1, layout.Plane.Codes, layout.Dimension).DetachFromDisposeScope());
    }

    /// <inheritdoc/>
    public override Tensor Codebooks => get_buffer("codebooks")!;

    /// <inheritdoc/>
    public override bool Learns => false;

    /// <inheritdoc/>
    public override Tensor Bound(Tensor latents)
    {
        ArgumentNullException.ThrowIfNull(latents);
        using var scope = NewDisposeScope();
        return latents.add(Row(d => d.Shift)).tanh().mul(Row(d => d.Scale)).sub(Row(d => d.Offset)).MoveToOuterDisposeScope();

        Tensor Row(Func<FsqDimension, float> value) => tensor([.. _dimensions.Select(value)], device: latents.device).view(1, -1, 1, 1);
    }
}
