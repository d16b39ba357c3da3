namespace VqVae.Codec.Cli.Evaluation.Metrics;

/// <summary>
/// Multi-scale structural similarity (Wang, Simoncelli and Bovik 2003): the product over five scales, each half as large as the one before, of
/// contrast and structure, and on the coarsest of brightness too, to the powers that the authors found. 1 for equal pictures.
/// </summary>
/// <remarks>
/// The window is that of <see cref="Ssim"/>; scales are halved by averages of 2 × 2 pixels, of which an odd last row or column has its own. A factor below
/// zero, where the structures are opposite, counts as zero. The definition is that of <c>trainer eval</c>, which takes fewer scales for small pictures, too;
/// here they are refused.
/// </remarks>
internal static class MsSsim
{
    private static readonly double[] Powers = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333];

    /// <summary>The least side, in pixels, of which the coarsest of five scales has a window.</summary>
    public const int LeastSide = ((GaussianWindow.FullSide - 1) << 4) + 1;

    /// <summary>The similarity, and <see cref="Ssim"/>'s, which the finest scale has computed already.</summary>
    /// <param name="a">A channel.</param>
    /// <param name="b">The other picture's, of the same size.</param>
    /// <exception cref="ArgumentException">A side is shorter than <see cref="LeastSide"/>, or the sizes differ.</exception>
    public static (double MsSsim, double Ssim) WithSsim(Plane a, Plane b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (Math.Min(a.Width, a.Height) < LeastSide) throw new ArgumentException($"expected sides of at least {LeastSide} pixels, got {a.Width}x{a.Height}", nameof(a));
        var (product, first) = (1.0, 0.0);
        for (var scale = 0; scale < Powers.Length; scale++)
        {
            var (similarity, contrast) = Ssim.Means(a, b);
            if (scale == 0) first = similarity;
            var isLast = scale == Powers.Length - 1;
            product *= Math.Pow(Math.Max(0, isLast ? similarity : contrast), Powers[scale]);
            if (!isLast) (a, b) = (a.Halved(), b.Halved());
        }

        return (product, first);
    }

    /// <summary>
    /// The similarity in dB, −10·log₁₀(1 − x), as papers plot it: near 1 equal steps of the similarity are not equally hard. At most
    /// <see cref="PictureQuality.MostDecibels"/>, which equal pictures have.
    /// </summary>
    public static double Decibels(double similarity) => similarity >= 1 ? PictureQuality.MostDecibels : Math.Min(PictureQuality.MostDecibels, -10 * Math.Log10(1 - similarity));
}
