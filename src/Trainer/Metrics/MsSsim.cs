using static TorchSharp.torch;

namespace VqVae.Trainer.Metrics;

/// <summary>
/// Multi-scale structural similarity (Wang, Simoncelli and Bovik 2003): the product over five scales, each half as large as the one before, of
/// contrast and structure, and on the coarsest of brightness too, to the powers that the authors found. 1 for equal images.
/// </summary>
/// <remarks>
/// The window is that of <see cref="Ssim"/>; scales are halved by averages of 2 × 2 pixels, of which an odd last row or column has its own.
/// An image has as many scales as keep 11 pixels a side, which is five from 161 pixels on; with fewer scales the powers of those that are left
/// are divided by their sum, so that figures from images of different sizes are not quite comparable. A factor below zero, where the
/// structures are opposite, counts as zero, as most libraries have it: roots of negative numbers have no value and no gradient. Differentiable.
/// </remarks>
internal static class MsSsim
{
    private static readonly double[] Powers = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

    /// <summary>How many scales an image has: 5 from 161 pixels a side on, 4 from 81, 3 from 41, 2 from 21, else 1.</summary>
    public static int Scales(long height, long width)
    {
        var side = Math.Min(height, width);
        var scales = 1;
        while (scales < Powers.Length && (side = (side + 1) / 2) >= Ssim.WindowSide) scales++;
        return scales;
    }

    /// <summary>The similarity of each image, averaged over its channels.</summary>
    /// <param name="a">float32 <c>[N,C,H,W]</c>.</param>
    /// <param name="b">The same shape.</param>
    /// <param name="range">The values of black and white.</param>
    /// <returns>float32 <c>[N]</c>, 0 to 1.</returns>
    public static Tensor PerImage(Tensor a, Tensor b, ValueRange range)
    {
        using var scope = NewDisposeScope();
        return WithSsim(a, b, range).MsSsim.MoveToOuterDisposeScope();
    }

    /// <summary>The same, and <see cref="Ssim.PerImage"/>, which the finest scale has computed already.</summary>
    public static (Tensor MsSsim, Tensor Ssim) WithSsim(Tensor a, Tensor b, ValueRange range)
    {
        using var scope = NewDisposeScope();
        var scales = Scales(a.shape[2], a.shape[3]);
        var powers = scales == Powers.Length ? Powers : [.. Powers[..scales].Select(p => p / Powers[..scales].Sum())];
        var (x, y) = (range.Centre(a), range.Centre(b));
        Tensor? product = null, first = null;
        for (var scale = 0; scale < scales; scale++)
        {
            var (similarity, contrast) = Ssim.Means(x, y);
            first ??= similarity;
            var factor = (scale == scales - 1 ? similarity : contrast).relu().pow(powers[scale]);
            product = product is null ? factor : product.mul(factor);
            if (scale < scales - 1) (x, y) = (Halved(x), Halved(y));
        }

        return (product!.mean([1]).to(a.dtype).MoveToOuterDisposeScope(), first!.mean([1]).to(a.dtype).MoveToOuterDisposeScope());
    }

    /// <summary>Averages of 2 × 2 pixels, and of those that there are at an odd edge.</summary>
    private static Tensor Halved(Tensor images) => nn.functional.avg_pool2d(images, 2, ceil_mode: true);
}
