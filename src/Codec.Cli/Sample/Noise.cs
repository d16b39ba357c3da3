namespace VqVae.Codec.Cli.Sample;

/// <summary>Seeded gradient noise on a lattice and sums of its octaves.</summary>
/// <remarks>
/// K. Perlin, "Improving noise" (2002), with hashed instead of tabled gradients. Only additions, products and integers are used, none of
/// the functions that differ between C libraries, so that every machine draws the same picture.
/// </remarks>
internal static class Noise
{
    /// <summary>An integer hash with good avalanche: the same on every machine.</summary>
    public static uint Hash(int x, int y, int seed)
    {
        var h = unchecked((uint)((x * 374761393) + (y * 668265263) + (seed * 974634777)));
        h = unchecked((h ^ (h >> 15)) * 2246822519u);
        h = unchecked((h ^ (h >> 13)) * 3266489917u);
        return h ^ (h >> 16);
    }

    /// <summary>A uniform number in [0, 1).</summary>
    public static double Uniform(int x, int y, int seed) => (Hash(x, y, seed) >> 8) / 16777216.0;

    /// <summary>0 below <paramref name="low"/>, 1 above <paramref name="high"/>, a smooth cubic between.</summary>
    public static double Step(double low, double high, double value)
    {
        var t = Math.Clamp((value - low) / (high - low), 0, 1);
        return t * t * (3 - (2 * t));
    }

    /// <summary>Gradient noise: smooth, about −1 to 1, zero on the lattice of integers.</summary>
    public static double At(double x, double y, int seed)
    {
        var (fx, fy) = (Math.Floor(x), Math.Floor(y));
        var (ix, iy) = ((int)fx, (int)fy);
        var (dx, dy) = (x - fx, y - fy);
        var (sx, sy) = (Fade(dx), Fade(dy));
        var top = Lerp(Gradient(ix, iy, seed, dx, dy), Gradient(ix + 1, iy, seed, dx - 1, dy), sx);
        var bottom = Lerp(Gradient(ix, iy + 1, seed, dx, dy - 1), Gradient(ix + 1, iy + 1, seed, dx - 1, dy - 1), sx);
        return 1.5 * Lerp(top, bottom, sy);
    }

    /// <summary>A sum of octaves, each of half the size and height of the one before and turned against it; about −1 to 1.</summary>
    public static double Octaves(double x, double y, int octaves, int seed)
    {
        var (sum, height, total) = (0.0, 1.0, 0.0);
        for (var i = 0; i < octaves; i++)
        {
            sum += height * At(x, y, seed + i);
            total += height;
            height *= 0.5;
            (x, y) = ((1.6 * x) + (1.2 * y) + 17.3, (1.6 * y) - (1.2 * x) + 9.1);
        }

        return sum / total;
    }

    /// <summary>Octaves of folded noise: sharp crests, rounded valleys; about 0 to 1.</summary>
    public static double Ridges(double x, double y, int octaves, int seed)
    {
        var (sum, height, total, weight) = (0.0, 1.0, 0.0, 1.0);
        for (var i = 0; i < octaves; i++)
        {
            var crest = 1 - Math.Abs(At(x, y, seed + i));
            crest *= crest;
            sum += height * crest * weight;
            total += height;
            weight = Math.Clamp(1.6 * crest, 0, 1);
            height *= 0.5;
            (x, y) = ((1.6 * x) + (1.2 * y) + 31.7, (1.6 * y) - (1.2 * x) + 5.3);
        }

        return sum / total;
    }

    private static double Fade(double t) => t * t * t * ((t * ((t * 6) - 15)) + 10);

    private static double Lerp(double a, double b, double t) => a + ((b - a) * t);

    private static double Gradient(int x, int y, int seed, double dx, double dy) => (Hash(x, y, seed) >> 28) switch
    {
        0 or 8 => dx,
        1 or 9 => -dx,
        2 or 10 => dy,
        3 or 11 => -dy,
        4 or 12 => 0.70710678 * (dx + dy),
        5 or 13 => 0.70710678 * (dx - dy),
        6 or 14 => 0.70710678 * (dy - dx),
        _ => -0.70710678 * (dx + dy),
    };
}
