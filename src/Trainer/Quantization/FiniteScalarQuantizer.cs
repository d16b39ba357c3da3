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
    /// <summary>Each dimension's shift, then each one's scale, then each one's offset. An array: torch would take a tensor for a buffer, which checkpoints have.</summary>
    private readonly float[] _bounds;

    /// <summary>Makes the grid.</summary>
    /// <param name="layout">One stage of one group, whose codes are the product of the levels.</param>
    /// <param name="levels">Levels of each dimension.</param>
    public FiniteScalarQuantizer(LatentLayout layout, IReadOnlyList<int> levels)
        : base(layout, [0], nameof(FiniteScalarQuantizer))
    {
        ArgumentNullException.ThrowIfNull(layout);
        FsqDimension[] dimensions = [.. levels.Select(FsqDimension.Of)];
        _bounds = [.. dimensions.Select(d => d.Shift), .. dimensions.Select(d => d.Scale), .. dimensions.Select(d => d.Offset)];
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
        var bounds = DeviceTensors.Upload(tensor(_bounds), latents.device).view(3, 1, -1, 1, 1);
        return latents.add(bounds[0]).tanh().mul(bounds[1]).sub(bounds[2]).MoveToOuterDisposeScope();
    }
}
