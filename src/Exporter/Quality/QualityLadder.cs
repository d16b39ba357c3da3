using VqVae.Models;

namespace VqVae.Exporter.Quality;

/// <summary>Chooses the settings of 100 qualities from measured curves: even steps of PSNR, each at the setting that takes the fewest bits.</summary>
internal static class QualityLadder
{
    /// <summary>The default is the lowest quality that is no further below the best one than this, in dB: where more bits stop to be seen.</summary>
    public const double DefaultBelowBest = 0.5;

    /// <summary>A curve must save so many of another's bits to take its place, so that settings change seldom and only where it pays.</summary>
    private const double WorthChanging = 0.01;

    /// <summary>
    /// Where the curve changes, PSNR in dB by which the next quality is higher at least: on other images the two curves lie a few hundredths apart, and a
    /// higher quality must not be worse there either.
    /// </summary>
    private const double ChangeMargin = 0.15;

    /// <summary>The same for bits, as a factor.</summary>
    private const double ChangeFactor = 1.01;

    /// <summary>Chooses.</summary>
    /// <param name="curves">At least one, with at least one sample each.</param>
    public static QualityMap Of(IReadOnlyList<QualityCurve> curves)
    {
        var top = curves.SelectMany(c => c.Samples).Max(s => s.Psnr);
        var bottom = curves.SelectMany(c => c.Samples).MinBy(s => s.BitsPerPixel).Psnr;
        var levels = new QualityLevel[QualityMap.Highest];
        QualityCurve? current = null;

        // From above: the best is what the model can do, and each step below it takes fewer bits than the one before.
        for (var i = QualityMap.Highest - 1; i >= 0; i--)
        {
            var psnr = bottom + ((top - bottom) * i / (QualityMap.Highest - 1));
            var (curve, sample) = Cheapest(curves, psnr, current);
            var level = new QualityLevel(curve.RatePoint, curve.Stages, Rounded(sample.Lambda, 4), Math.Round(sample.Psnr, 3), Rounded(sample.BitsPerPixel, 5));
            var above = i + 1 < levels.Length ? levels[i + 1] : null;
            if (above is not null && (level.Psnr > above.Psnr || level.BitsPerPixel > above.BitsPerPixel
                || (curve != current && (level.Psnr > above.Psnr - ChangeMargin || level.BitsPerPixel * ChangeFactor > above.BitsPerPixel))))
            {
                levels[i] = above;
                continue;
            }

            (levels[i], current) = (level, curve);
        }

        return new QualityMap { Default = 1 + Array.FindIndex(levels, l => l.Psnr >= levels[^1].Psnr - DefaultBelowBest), Levels = levels };
    }

    private static (QualityCurve Curve, QualitySample Sample) Cheapest(IReadOnlyList<QualityCurve> curves, double psnr, QualityCurve? current)
    {
        // Rounding must not take the ends out of the curves that have them.
        (QualityCurve Curve, QualitySample Sample)[] there =
            [.. curves.Where(c => psnr <= c.Highest + 1e-9 && psnr >= c.Lowest - 1e-9).Select(c => (c, c.At(Math.Min(psnr, c.Highest))))];
        if (there.Length == 0)
        {
            // Between two curves that do not overlap: the lowest setting above it.
            var next = curves.Where(c => c.Lowest > psnr).MinBy(c => c.Samples[^1].BitsPerPixel)!;
            return (next, next.Samples[^1]);
        }

        var best = there.MinBy(c => c.Sample.BitsPerPixel);
        var stay = there.FirstOrDefault(c => c.Curve == current);
        return stay.Curve is not null && stay.Sample.BitsPerPixel <= best.Sample.BitsPerPixel * (1 + WorthChanging) ? stay : best;
    }

    private static double Rounded(double value, int digits) => value == 0 ? 0 : double.Parse(value.ToString($"G{digits}", System.Globalization.CultureInfo.InvariantCulture), System.Globalization.CultureInfo.InvariantCulture);
}
