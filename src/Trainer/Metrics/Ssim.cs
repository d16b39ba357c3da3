using static TorchSharp.torch;

namespace VqVae.Trainer.Metrics;

/// <summary>
/// Structural similarity (Wang, Bovik, Sheikh and Simoncelli 2004): how alike brightness, contrast and structure are within a Gaussian window
/// of 11 × 11 pixels, averaged over all windows that lie inside the image. 1 for equal images.
/// </summary>
/// <remarks>
/// As in the authors' own code σ is 1.5, K₁ .01 and K₂ .03, and no window reaches beyond the image; unlike it, images are compared at their
/// full resolution, as most libraries do. Images with a side below 11 pixels are compared with a window of that side. Differentiable.
/// </remarks>
internal static class Ssim
{
    /// <summary>Side of the window in pixels.</summary>
    public const int WindowSide = 11;

    private const double Sigma = 1.5;

    // (K · L)² with a range of values L of 1.
    private const double C1 = 0.01 * 0.01;
    private const double C2 = 0.03 * 0.03;

    /// <summary>Values that are filtered at a time: a band of rows, so that what is computed from them stays in the cache, and large images need no copies.</summary>
    private const long BandValues = 1 << 18;

    /// <summary>Fewest windows that a band is high: the rows that two bands share are filtered twice.</summary>
    private const long LeastBand = 4 * WindowSide;

    /// <summary>The similarity of each image, averaged over its channels.</summary>
    /// <param name="a">float32 <c>[N,C,H,W]</c>.</param>
    /// <param name="b">The same shape.</param>
    /// <param name="range">The values of black and white.</param>
    /// <returns>float32 <c>[N]</c>, −1 to 1.</returns>
    public static Tensor PerImage(Tensor a, Tensor b, ValueRange range)
    {
        using var scope = NewDisposeScope();
        return Means(range.Centre(a), range.Centre(b)).Similarity.mean([1]).to(a.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>Averages over all windows.</summary>
    /// <param name="a">float32 <c>[N,C,H,W]</c>, black −½ and white ½ (<see cref="ValueRange.Centre"/>): float32 loses least around zero.</param>
    /// <param name="b">The same.</param>
    /// <param name="bandValues">About how many values are filtered at a time.</param>
    /// <returns>float64 <c>[N,C]</c> each: the similarity, and its factor for contrast and structure alone.</returns>
    internal static (Tensor Similarity, Tensor Contrast) Means(Tensor a, Tensor b, long bandValues = BandValues)
    {
        if (!a.shape.SequenceEqual(b.shape)) throw new ArgumentException($"expected the shape [{string.Join(", ", a.shape)}], got [{string.Join(", ", b.shape)}]", nameof(b));
        using var scope = NewDisposeScope();
        var (n, channels, height, width) = (a.shape[0], a.shape[1], a.shape[2], a.shape[3]);
        var side = Math.Min(WindowSide, Math.Min(height, width));
        var (rows, columns) = (height - side + 1, width - side + 1);
        var band = Math.Max(LeastBand, bandValues / (n * channels * width));

        // Four quantities of each channel are filtered together, each by itself. On CUDA that also keeps cuDNN out, which would round to TF32.
        var window = Window(side).to(a.dtype, a.device).view(1, 1, 1, side).expand(4 * channels, -1, -1, -1);
        Tensor? similarity = null, contrast = null;
        for (long row = 0; row < rows; row += band)
        {
            var count = Math.Min(band, rows - row);
            var (s, c) = Sums(a.narrow(2, row, count + side - 1), b.narrow(2, row, count + side - 1), window);
            (similarity, contrast) = (similarity is null ? s : similarity.add(s), contrast is null ? c : contrast.add(c));
        }

        return (similarity!.div(rows * columns).MoveToOuterDisposeScope(), contrast!.div(rows * columns).MoveToOuterDisposeScope());
    }

    private static (Tensor Similarity, Tensor Contrast) Sums(Tensor a, Tensor b, Tensor window)
    {
        using var scope = NewDisposeScope();
        var quantities = cat([a, b, a.square().add(b.square()), a.mul(b)], 1);
        var groups = quantities.shape[1];
        var filtered = nn.functional.conv2d(nn.functional.conv2d(quantities, window, groups: groups), window.transpose(2, 3), groups: groups).chunk(4, 1);

        var (meanA, meanB) = (filtered[0], filtered[1]);
        var variances = filtered[2].sub(meanA.square()).sub(meanB.square());
        var covariance = filtered[3].sub(meanA.mul(meanB));
        var contrast = covariance.mul(2).add(C2).div(variances.add(C2));

        // Variances do not depend on where zero is; brightness is counted from black.
        var (brightA, brightB) = (meanA.add(0.5), meanB.add(0.5));
        var luminance = brightA.mul(brightB).mul(2).add(C1).div(brightA.square().add(brightB.square()).add(C1));
        return (
            luminance.mul(contrast).sum([2, 3], type: ScalarType.Float64).MoveToOuterDisposeScope(),
            contrast.sum([2, 3], type: ScalarType.Float64).MoveToOuterDisposeScope());
    }

    /// <summary>A Gaussian of sum 1, float64.</summary>
    private static Tensor Window(long side)
    {
        var weights = Enumerable.Range(0, (int)side).Select(i => i - ((side - 1) / 2.0)).Select(x => Math.Exp(-x * x / (2 * Sigma * Sigma))).ToArray();
        return tensor([.. weights.Select(w => w / weights.Sum())]);
    }
}
