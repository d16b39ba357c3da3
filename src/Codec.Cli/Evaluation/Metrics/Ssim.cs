using System.Numerics;

namespace VqVae.Codec.Cli.Evaluation.Metrics;

/// <summary>
/// Structural similarity (Wang, Bovik, Sheikh and Simoncelli 2004): how alike brightness, contrast and structure are within a Gaussian window
/// of 11 × 11 pixels, averaged over all windows that lie inside the picture. 1 for equal pictures.
/// </summary>
/// <remarks>
/// The definition is that of <c>trainer eval</c>: σ 1.5, K₁ .01, K₂ .03, full resolution, and a window of the shorter side where that is below 11 pixels. The
/// filter is separable; rows pass through it once, and what 11 of them leave stays in the cache.
/// </remarks>
internal static class Ssim
{
    // (K · L)² with a range of values L of 1.
    private const float C1 = 0.01f * 0.01f;
    private const float C2 = 0.03f * 0.03f;

    /// <summary>a, b, a² + b² and a·b.</summary>
    private const int Quantities = 4;

    /// <summary>Averages over all windows.</summary>
    /// <param name="a">A channel.</param>
    /// <param name="b">The other picture's, of the same size.</param>
    /// <returns>The similarity, and its factor for contrast and structure alone.</returns>
    public static (double Similarity, double Contrast) Means(Plane a, Plane b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if ((a.Width, a.Height) != (b.Width, b.Height)) throw new ArgumentException($"expected {a.Width}x{a.Height}, got {b.Width}x{b.Height}", nameof(b));
        var window = new GaussianWindow(Math.Min(GaussianWindow.FullSide, Math.Min(a.Width, a.Height)));
        var (side, columns) = (window.Side, a.Width - window.Side + 1);
        var rings = new float[Quantities][];
        var sums = new float[Quantities][];
        for (var q = 0; q < Quantities; q++) (rings[q], sums[q]) = (new float[side * columns], new float[columns]);
        var products = new float[a.Width];

        var (similarity, contrast) = (0.0, 0.0);
        for (var y = 0; y < a.Height; y++)
        {
            var rowA = a.Row(y);
            var rowB = b.Row(y);
            var place = y % side;
            window.AlongRow(rowA, rings[0].AsSpan(place * columns, columns));
            window.AlongRow(rowB, rings[1].AsSpan(place * columns, columns));
            SumsOfSquares(rowA, rowB, products);
            window.AlongRow(products, rings[2].AsSpan(place * columns, columns));
            Products(rowA, rowB, products);
            window.AlongRow(products, rings[3].AsSpan(place * columns, columns));
            if (y < side - 1) continue;
            for (var q = 0; q < Quantities; q++) window.AcrossRows(rings[q], (y + 1) % side, sums[q]);
            var (s, c) = RowSums(sums[0], sums[1], sums[2], sums[3]);
            (similarity, contrast) = (similarity + s, contrast + c);
        }

        var windows = (double)columns * (a.Height - side + 1);
        return (similarity / windows, contrast / windows);
    }

    private static void SumsOfSquares(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> sums)
    {
        var x = 0;
        for (; x <= a.Length - Vector<float>.Count; x += Vector<float>.Count)
        {
            var (va, vb) = (new Vector<float>(a[x..]), new Vector<float>(b[x..]));
            ((va * va) + (vb * vb)).CopyTo(sums[x..]);
        }

        for (; x < a.Length; x++) sums[x] = (a[x] * a[x]) + (b[x] * b[x]);
    }

    private static void Products(ReadOnlySpan<float> a, ReadOnlySpan<float> b, Span<float> products)
    {
        var x = 0;
        for (; x <= a.Length - Vector<float>.Count; x += Vector<float>.Count) (new Vector<float>(a[x..]) * new Vector<float>(b[x..])).CopyTo(products[x..]);
        for (; x < a.Length; x++) products[x] = a[x] * b[x];
    }

    /// <summary>The sums over a row of windows.</summary>
    private static (double Similarity, double Contrast) RowSums(ReadOnlySpan<float> meanA, ReadOnlySpan<float> meanB, ReadOnlySpan<float> squares, ReadOnlySpan<float> products)
    {
        var (similarities, contrasts) = (Vector<float>.Zero, Vector<float>.Zero);
        var x = 0;
        for (; x <= meanA.Length - Vector<float>.Count; x += Vector<float>.Count)
        {
            var (a, b) = (new Vector<float>(meanA[x..]), new Vector<float>(meanB[x..]));
            var variances = new Vector<float>(squares[x..]) - (a * a) - (b * b);
            var covariance = new Vector<float>(products[x..]) - (a * b);
            var contrast = ((covariance * 2) + new Vector<float>(C2)) / (variances + new Vector<float>(C2));

            // Variances do not depend on where zero is; brightness is counted from black.
            var (brightA, brightB) = (a + new Vector<float>(0.5f), b + new Vector<float>(0.5f));
            var luminance = ((brightA * brightB * 2) + new Vector<float>(C1)) / ((brightA * brightA) + (brightB * brightB) + new Vector<float>(C1));
            similarities += luminance * contrast;
            contrasts += contrast;
        }

        var (similarity, sum) = ((double)Vector.Sum(similarities), (double)Vector.Sum(contrasts));
        for (; x < meanA.Length; x++)
        {
            var variances = squares[x] - (meanA[x] * meanA[x]) - (meanB[x] * meanB[x]);
            var contrast = ((2 * (products[x] - (meanA[x] * meanB[x]))) + C2) / (variances + C2);
            var (brightA, brightB) = (meanA[x] + 0.5f, meanB[x] + 0.5f);
            similarity += ((2 * brightA * brightB) + C1) / ((brightA * brightA) + (brightB * brightB) + C1) * contrast;
            sum += contrast;
        }

        return (similarity, sum);
    }
}
