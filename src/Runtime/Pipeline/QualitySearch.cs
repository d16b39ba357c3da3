using System.Globalization;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>What one setting of the encoder gave.</summary>
/// <param name="File">The file.</param>
/// <param name="Psnr">PSNR in dB, where it was measured.</param>
internal readonly record struct QualityTry(byte[] File, double Psnr);

/// <summary>Searches the qualities of a model for a target: first which of them, then between two of them.</summary>
/// <remarks>
/// Guesses follow the calibrated curve, moved to what was measured last; from the fourth on they halve what is left. Nothing but what was tried is ever
/// returned, so an image on which the curve is not monotone costs tries and no promise.
/// </remarks>
internal static class QualitySearch
{
    /// <summary>How far from a PSNR counts as reached, in dB.</summary>
    public const double Tolerance = 0.1;

    /// <summary>The share of a size that is enough.</summary>
    private const double Enough = 0.995;

    private const int Guesses = 3;
    private const int Refinements = 6;
    private const int SizeRefinements = 3;

    /// <summary>The highest quality whose file is not over a size.</summary>
    /// <param name="map">The model's qualities.</param>
    /// <param name="target">Bytes, or bits a pixel.</param>
    /// <param name="pixels">Pixels of the image.</param>
    /// <param name="attempt">Compresses at a level.</param>
    /// <exception cref="VqTargetException">The lowest quality's file is over it.</exception>
    public static byte[] Size(QualityMap map, VqTarget target, double pixels, Func<QualityLevel, QualityTry> attempt)
    {
        var most = (long)Math.Min(long.MaxValue / 2, target.Kind == VqTargetKind.Bytes ? target.Value : target.Value * pixels / 8);
        byte[]? best = null;
        var smallest = long.MaxValue;
        var (below, above) = Bracket(
            quality => Math.Log(map[quality].BitsPerPixel),
            Math.Log(Math.Max(1, most) * 8 / pixels),
            quality =>
            {
                var file = Attempt(map[quality]);
                return (Math.Log(file.Length * 8 / pixels), file.Length <= most);
            },
            () => best is not null && best.Length >= Enough * most);
        if (best is null)
        {
            throw new VqTargetException(string.Create(
                CultureInfo.InvariantCulture, $"{target}: the smallest file of this image, at quality 1, has {smallest} bytes ({smallest * 8 / pixels:0.000} bits per pixel); allow more, or shrink the image"));
        }

        if (best.Length >= Enough * most || above > QualityMap.Highest) return best;

        // Between two neighbours of one kind only λ differs; where the next has another rate point or more stages, the lower one goes on with a smaller λ.
        var (level, low, high) = AreOfOneKind(map[below], map[above])
            ? (map[above], map[above].Lambda, map[below].Lambda)
            : (map[below], map[below].Lambda / 2, map[below].Lambda);
        for (var i = 0; i < SizeRefinements && low < high && best.Length < Enough * most; i++)
        {
            var lambda = Between(low, high);
            var file = Attempt(level with { Lambda = lambda });
            if (file.Length <= most) high = lambda;
            else low = lambda;
        }

        return best;

        byte[] Attempt(QualityLevel level)
        {
            var file = attempt(level).File;
            smallest = Math.Min(smallest, file.Length);

            // The longest that fits: it comes from the highest quality that fits, or from between it and the next.
            if (file.Length <= most && (best is null || file.Length > best.Length)) best = file;
            return file;
        }
    }

    /// <summary>The file whose PSNR is nearest to what is wanted.</summary>
    /// <exception cref="VqTargetException">The highest quality does not reach it.</exception>
    public static byte[] Psnr(QualityMap map, double wanted, Func<QualityLevel, QualityTry> attempt)
    {
        QualityTry best = default;
        var (below, above) = Bracket(
            quality => map[quality].Psnr,
            wanted,
            quality =>
            {
                var found = Attempt(map[quality]).Psnr;
                return (found, found < wanted);
            },
            () => best.File is not null && Math.Abs(best.Psnr - wanted) <= Tolerance);
        if (above > QualityMap.Highest && below == QualityMap.Highest)
        {
            if (best.Psnr >= wanted - Tolerance) return best.File;
            throw new VqTargetException(string.Create(CultureInfo.InvariantCulture, $"{wanted:0.##} dB: this image reaches {best.Psnr:0.00} dB at most, at quality {QualityMap.Highest}; ask for less"));
        }

        if (Math.Abs(best.Psnr - wanted) <= Tolerance || below == 0) return best.File;

        // A larger λ at the same stages and rate point has a lower PSNR: down to what is wanted, if a neighbour is not near enough.
        var low = map[above].Lambda;
        var high = AreOfOneKind(map[below], map[above]) ? map[below].Lambda : (4 * low) + 100;
        for (var i = 0; i < Refinements && Math.Abs(best.Psnr - wanted) > Tolerance; i++)
        {
            var lambda = Between(low, high);
            if (Attempt(map[above] with { Lambda = lambda }).Psnr < wanted) high = lambda;
            else low = lambda;
        }

        return best.File;

        QualityTry Attempt(QualityLevel level)
        {
            var tried = attempt(level);
            if (best.File is null || Math.Abs(tried.Psnr - wanted) < Math.Abs(best.Psnr - wanted)) best = tried;
            return tried;
        }
    }

    /// <summary>Narrows the qualities down to two neighbours with the wanted value between them.</summary>
    /// <param name="calibrated">What a quality has on the calibration images.</param>
    /// <param name="wanted">The value that is wanted.</param>
    /// <param name="measure">What a quality has on this image, and whether that is below what is wanted.</param>
    /// <param name="isEnough">Whether what was found is near enough to stop.</param>
    /// <returns>The highest known to be below, 0 for none, and the lowest known to be not, one more than the highest for none.</returns>
    private static (int Below, int Above) Bracket(Func<int, double> calibrated, double wanted, Func<int, (double Value, bool IsBelow)> measure, Func<bool> isEnough)
    {
        var (below, above, offset) = (0, QualityMap.Highest + 1, 0.0);
        for (var i = 0; above - below > 1 && !isEnough(); i++)
        {
            var quality = i < Guesses ? Math.Clamp(Guess(calibrated, wanted - offset), below + 1, above - 1) : (below + above) / 2;
            var (value, isBelow) = measure(quality);
            offset = value - calibrated(quality);
            if (isBelow) below = quality;
            else above = quality;
        }

        return (below, above);
    }

    private static int Guess(Func<int, double> calibrated, double wanted)
    {
        var quality = 1;
        while (quality < QualityMap.Highest && calibrated(quality + 1) <= wanted) quality++;
        return quality;
    }

    private static bool AreOfOneKind(QualityLevel a, QualityLevel b) => a.RatePoint == b.RatePoint && a.Stages == b.Stages;

    /// <summary>λ matters by its ratio, but for the smallest.</summary>
    private static double Between(double low, double high) => Math.Sqrt((low + 1) * (high + 1)) - 1;
}
