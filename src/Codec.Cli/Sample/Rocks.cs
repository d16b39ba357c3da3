namespace VqVae.Codec.Cli.Sample;

/// <summary>The near shore: boulders with moss at the water's edge.</summary>
internal static class Rocks
{
    private static readonly (double X, double Y, double Width, double Height)[] Boulders =
    [
        (0.08, 1.02, 0.36, 0.115),
        (0.31, 0.985, 0.105, 0.062),
        (0.445, 1.005, 0.085, 0.042),
        (1.44, 1.01, 0.22, 0.135),
        (1.235, 0.990, 0.095, 0.058),
        (1.115, 1.002, 0.050, 0.028),
        (0.905, 0.962, 0.040, 0.016),
    ];

    /// <summary>The colour of the nearest boulder at a point, or <c>null</c> beside them.</summary>
    public static Tone? Cover(double x, double y, int seed)
    {
        if (y < 0.84) return null;
        for (var i = Boulders.Length - 1; i >= 0; i--)
        {
            var (cx, cy, width, height) = Boulders[i];
            var (u, v) = ((x - cx) / width, (y - cy) / height);
            var outline = (u * u) + (v * v) + (0.34 * Noise.Octaves((u * 1.6) + (i * 9), v * 1.6, 4, seed));
            if (outline > 1) continue;

            // Lit from the upper right, with cracks and grain; the top carries moss, the foot is wet.
            var (px, py) = (x * 17, y * 24);
            var relief = Noise.Octaves(px, py, 5, seed + 10) - Noise.Octaves(px + 0.14, py - 0.14, 5, seed + 10);
            var lit = Math.Clamp(0.40 + (0.20 * u) - (0.34 * v) + (1.5 * relief), 0, 1);
            var stone = Tone.Mix(Tone.Hex(0x2b2a2c), Tone.Hex(0xb3a492), lit);
            var crack = Noise.Ridges(px * 0.55, py * 0.55, 3, seed + 20);
            stone *= 1 - (0.60 * Noise.Step(0.82, 0.93, crack));
            stone *= 1 + (0.16 * Noise.Octaves(x * 150, y * 150, 2, seed + 30));
            var moss = Noise.Step(0.02, 0.30, Noise.Octaves(x * 13, y * 17, 4, seed + 40) - (0.35 * v) - 0.18);
            stone = Tone.Mix(stone, Tone.Mix(Tone.Hex(0x2c3a17), Tone.Hex(0x95a04a), lit), 0.85 * moss);
            return stone * (1 - (0.42 * Noise.Step(0.82, 1.0, outline)));
        }

        return null;
    }
}
