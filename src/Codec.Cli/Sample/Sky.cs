namespace VqVae.Codec.Cli.Sample;

/// <summary>A morning sky: a gradient, the low sun with its glow, and two layers of clouds lit from it.</summary>
internal static class Sky
{
    /// <summary>The sun's place, in the scene's coordinates: x from 0 to 1.5, y from 0 (top) to 1.</summary>
    public const double SunX = 1.02, SunY = 0.335;


    private static readonly Tone Zenith = Tone.Hex(0x2f5f9e);
    private static readonly Tone Middle = Tone.Hex(0x86acc9);
    private static readonly Tone Low = Tone.Hex(0xf3d3a6);
    private static readonly Tone SunLight = Tone.Hex(0xfff1cf);
    private static readonly Tone CloudLit = Tone.Hex(0xfff0dc);
    private static readonly Tone CloudShade = Tone.Hex(0x7d86a0);

    /// <summary>The colour that distance fades into: warm under the sun, blue away from it.</summary>
    public static Tone Haze(double x)
    {
        var dx = x - SunX;
        return Tone.Mix(Tone.Hex(0xb4c2d2), Tone.Hex(0xf2cfa0), 1 / (1 + (5.5 * dx * dx)));
    }

    /// <summary>The sky's colour at a point.</summary>
    public static Tone At(double x, double y, int seed)
    {
        var sky = y < 0.28 ? Tone.Mix(Zenith, Middle, y / 0.28) : Tone.Mix(Middle, Low, (y - 0.28) / 0.26);
        var (dx, dy) = (x - SunX, y - SunY);
        var distance = (dx * dx) + (dy * dy);
        var glow = 1 / (1 + (26 * distance));
        sky = Tone.Mix(sky, Tone.Hex(0xffd9a0), 0.75 * glow * glow);

        // Clouds lie on a plane above: they get smaller and flatter towards the horizon.
        var height = 0.62 - y;
        var (planeX, planeY) = ((x - 0.7) / (0.25 + (1.1 * height)), 1.0 / (0.12 + height));
        sky = Clouds(sky, planeX * 1.5, planeY * 1.55, -0.02, glow, seed + 100, 0.95);
        sky = Clouds(sky, planeX * 4.1, planeY * 5.2, 0.12, glow, seed + 200, 0.60);

        sky += SunLight * (0.55 / (1 + (900 * distance)));
        return Tone.Mix(sky, SunLight * 1.1, Noise.Step(0.0313, 0.0290, Math.Sqrt(distance)));
    }

    private static Tone Clouds(Tone sky, double x, double y, double threshold, double glow, int seed, double opacity)
    {
        var density = Density(x, y, seed);
        var cover = Noise.Step(threshold, threshold + 0.42, density);
        if (cover <= 0) return sky;

        // Light comes from the sun's side: where the cloud is denser in that direction it lies in its own shade.
        var towardsSun = Density(x + 0.16, y + 0.05, seed);
        var lit = Math.Clamp(0.62 + (2.1 * (density - towardsSun)) - (0.55 * cover) + (0.75 * glow), 0, 1);
        var tone = Tone.Mix(CloudShade, Tone.Mix(CloudLit, Tone.Hex(0xffdcae), glow), lit);
        return Tone.Mix(sky, tone, cover * opacity);
    }

    private static double Density(double x, double y, int seed)
    {
        var warp = Noise.At(x * 0.8, y * 0.8, seed + 50);
        return Noise.Octaves(x + (0.35 * warp), y - (0.25 * warp), 6, seed);
    }
}
