namespace VqVae.Codec.Cli.Sample;

/// <summary>Water that mirrors what stands behind it, broken by ripples that grow towards the viewer.</summary>
internal static class Lake
{
    /// <summary>Where the water begins.</summary>
    public const double Shore = 0.600;

    private static readonly Tone Deep = Tone.Hex(0x15343f);
    private static readonly Tone Glitter = Tone.Hex(0xffe9c0);

    /// <summary>The water's colour at a point below the shore; <paramref name="mirrored"/> gives the scene's colour above it.</summary>
    public static Tone At(double x, double y, Func<double, double, Tone> mirrored, int seed)
    {
        var near = y - Shore;
        var (dx, dy) = Ripple(x, y, seed);
        var reflected = mirrored(x + dx, Math.Min(Shore - 0.001, Shore - (0.98 * near) + dy));

        // Near the viewer the line of sight is steep: less mirror, more water.
        var own = 0.10 + (0.58 * Noise.Step(0, 0.42, near));
        var tone = Tone.Mix(reflected * 0.93, Deep + (reflected * 0.18), own);

        // The sun's path: facets that happen to lean the right way.
        var width = 0.035 + (0.22 * near);
        var across = (x - Sky.SunX) / width;
        var facets = Noise.Octaves(x * 26 / (0.25 + near), 5.5 / (0.035 + near), 3, seed + 640);
        var glitter = Noise.Step(0.18, 0.50, facets + (0.22 * dy / (0.004 + (0.02 * near)))) / (1 + (across * across * across * across));
        tone = Tone.Mix(tone, Glitter, 0.85 * glitter / (1 + (1.2 * across * across)));

        // A bright line where the water meets the land, and mist that drifts over it.
        var mist = Noise.Step(0.055, 0, near) * (0.40 + (0.45 * Noise.Octaves(x * 5, y * 60, 3, seed + 660)));
        return Tone.Mix(tone, Sky.Haze(x), Math.Clamp(mist, 0, 0.8));
    }

    /// <summary>How far the surface shifts a mirrored point.</summary>
    public static (double X, double Y) Ripple(double x, double y, int seed)
    {
        var near = y - Shore;
        var (px, py) = ((x - 0.75) * 5 / (0.16 + near), 4.2 / (0.05 + near));
        var swell = Noise.Octaves(px * 0.8, py, 4, seed + 600);
        var calm = Noise.Step(-0.25, 0.35, Noise.Octaves(x * 1.6, 2 / (0.15 + near), 2, seed + 620));
        var height = (0.25 + (0.75 * calm)) * swell;
        return (0.012 * height * near, height * (0.004 + (0.16 * near)));
    }
}
