namespace VqVae.Codec.Cli.Evaluation.Curves;

/// <summary>How many more or fewer bits one curve takes than another for the same quality.</summary>
/// <param name="Percent">
/// The mean over the qualities that both curves have: −20 where the tested codec's files are a fifth smaller, +25 where they are a quarter larger. Between the
/// points both curves are piecewise cubic.
/// </param>
/// <param name="PolynomialPercent">The same by one polynomial of third degree for each curve, as in the original; <c>null</c> where a curve has fewer than four points.</param>
/// <param name="Low">The lowest quality that both curves have.</param>
/// <param name="High">The highest.</param>
internal sealed record BjontegaardDelta(double Percent, double? PolynomialPercent, double Low, double High)
{
    /// <summary>
    /// Compares two curves: G. Bjøntegaard, "Calculation of average PSNR differences between RD-curves", ITU-T SG16 Q.6 document VCEG-M33, Austin, April 2001.
    /// The mean difference of the logarithms of the rates over the common range of qualities, as a ratio.
    /// </summary>
    /// <remarks>
    /// The original lays a polynomial of third degree through four points of each curve. Over more points it only fits them, and may swing between them; the
    /// JCT-VC's common test conditions (JCTVC-L1100) have used the piecewise cubic since, and so does the first figure here.
    /// </remarks>
    /// <param name="anchor">The points of the codec that is compared with.</param>
    /// <param name="tested">The points of the codec that is judged.</param>
    /// <returns><c>null</c> where the curves have no quality in common, or one has fewer than two points.</returns>
    public static BjontegaardDelta? Of(IEnumerable<CurvePoint> anchor, IEnumerable<CurvePoint> tested)
    {
        var (a, b) = (CurvePoint.Rising(anchor), CurvePoint.Rising(tested));
        if (a.Count < 2 || b.Count < 2) return null;
        var (low, high) = (Math.Max(a[0].Quality, b[0].Quality), Math.Min(a[^1].Quality, b[^1].Quality));
        if (!(low < high)) return null;

        var percent = Percentage(Piecewise(b).Integral(low, high) - Piecewise(a).Integral(low, high), low, high);
        double? polynomial = a.Count >= CubicFit.FewestPoints && b.Count >= CubicFit.FewestPoints
            ? Percentage(Polynomial(b).Integral(low, high) - Polynomial(a).Integral(low, high), low, high)
            : null;
        return new BjontegaardDelta(percent, polynomial, low, high);
    }

    private static double Percentage(double integral, double low, double high) => 100 * (Math.Exp(integral / (high - low)) - 1);

    private static PiecewiseCubic Piecewise(IReadOnlyList<CurvePoint> points) => new(points.Select(p => p.Quality), points.Select(p => Math.Log(p.Rate)));

    private static CubicFit Polynomial(IReadOnlyList<CurvePoint> points) => new([.. points.Select(p => p.Quality)], [.. points.Select(p => Math.Log(p.Rate))]);
}
