namespace VqVae.Codec.Cli.Evaluation.Curves;

/// <summary>A point of a rate-distortion curve.</summary>
/// <param name="Rate">Bits a pixel, or any other measure of size; above 0.</param>
/// <param name="Quality">PSNR or another measure that is better where it is higher.</param>
internal readonly record struct CurvePoint(double Rate, double Quality)
{
    /// <summary>
    /// The points in the order of their rates without those that a smaller or equal file reaches or surpasses: what is left rises in both, so that either is a
    /// function of the other.
    /// </summary>
    public static IReadOnlyList<CurvePoint> Rising(IEnumerable<CurvePoint> points)
    {
        ArgumentNullException.ThrowIfNull(points);
        var rising = new List<CurvePoint>();
        foreach (var point in points.Where(p => p.Rate > 0 && double.IsFinite(p.Rate) && double.IsFinite(p.Quality)).OrderBy(p => p.Rate).ThenByDescending(p => p.Quality))
            if (rising.Count == 0 || point.Quality > rising[^1].Quality) rising.Add(point);
        return rising;
    }
}
