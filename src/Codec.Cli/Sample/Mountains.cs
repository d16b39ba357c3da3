namespace VqVae.Codec.Cli.Sample;

/// <summary>Layers of mountains behind a lake, each nearer, darker and less hazy than the one behind it.</summary>
internal static class Mountains
{
    private static readonly Layer[] Layers =
    [
        new(Base: 0.520, Height: 0.300, Frequency: 1.35, Haze: 0.44, Snow: 0.95, Rock: Tone.Hex(0x4c5f84), Seed: 311),
        new(Base: 0.545, Height: 0.235, Frequency: 1.9, Haze: 0.26, Snow: 0.50, Rock: Tone.Hex(0x3d4f6a), Seed: 340),
        new(Base: 0.575, Height: 0.125, Frequency: 2.3, Haze: 0.14, Snow: 0, Rock: Tone.Hex(0x3f5650), Seed: 373),
    ];

    private sealed record Layer(double Base, double Height, double Frequency, double Haze, double Snow, Tone Rock, int Seed)
    {
        /// <summary>Above this no ridge can reach; most of the sky is told apart from mountains by it alone.</summary>
        public double Highest { get; } = Base - (0.88 * Height) - 0.018;
    }

    /// <summary>The colour of the nearest layer that covers a point, or of <paramref name="sky"/> where none does.</summary>
    public static Tone Over(Tone sky, double x, double y, int seed)
    {
        for (var i = Layers.Length - 1; i >= 0; i--)
        {
            var layer = Layers[i];
            if (y < layer.Highest) continue;
            var ridge = Ridge(layer, x, seed);
            if (y >= ridge) return Surface(layer, x, y, y - ridge, seed);
        }

        return sky;
    }

    private static double Ridge(Layer layer, double x, int seed)
    {
        var crest = Noise.Ridges(x * layer.Frequency, 0.37, 5, seed + layer.Seed);
        var detail = Noise.Octaves(x * layer.Frequency * 14, 3.1, 4, seed + layer.Seed + 20);
        return layer.Base - (layer.Height * (crest - 0.12)) - (0.012 * detail);
    }

    private static Tone Surface(Layer layer, double x, double y, double depth, int seed)
    {
        // Spurs run down from the ridge: the relief is stretched along the fall line, and its slope across it catches the light.
        var (px, py) = (x * layer.Frequency * 5, (y * layer.Frequency * 3.2) + (depth * 2));
        var lean = 0.5 * Noise.At(px * 0.5, py * 0.5, seed + layer.Seed + 40);
        var slope = Relief(layer, px + lean + 0.06, py - 0.03, seed) - Relief(layer, px + lean, py, seed);
        var lit = Math.Clamp(0.45 - (6.2 * slope), 0, 1);

        var rock = Tone.Mix(layer.Rock * 0.46, (layer.Rock * 1.25) + Tone.Hex(0x3c2810), lit);
        var grain = Noise.Octaves(x * 90, y * 90, 3, seed + layer.Seed + 60);
        rock *= 1 + (0.16 * grain);

        if (layer.Snow > 0)
        {
            var line = 0.40 - (0.05 * Noise.Octaves(x * 9, y * 9, 4, seed + layer.Seed + 80)) - (0.10 * (1 - lit)) + (0.03 * grain);
            var snow = layer.Snow * Noise.Step(line + 0.015, line - 0.035, y + (0.10 * (1 - layer.Snow)));
            rock = Tone.Mix(rock, Tone.Mix(Tone.Hex(0x8fa3c4), Tone.Hex(0xfff3e2), lit), snow);
        }
        else
        {
            // Woods: dark crowns with lit tops.
            var crowns = Noise.Ridges(x * 75, y * 150, 3, seed + layer.Seed + 90);
            rock = Tone.Mix(Tone.Hex(0x1f332c), Tone.Hex(0x5d7350), crowns * (0.35 + (0.65 * lit)));
        }

        // Fog lies in the valleys: thicker towards the foot, torn by noise.
        var foot = Noise.Step(layer.Base - (0.55 * layer.Height), layer.Base + 0.03, y);
        var fog = foot * (0.66 + (0.34 * Noise.Octaves(x * 3.5, y * 22, 4, seed + layer.Seed + 120)));
        return Tone.Mix(rock, Sky.Haze(x), Math.Clamp(layer.Haze + ((1 - layer.Haze) * 0.85 * fog), 0, 0.94));
    }

    private static double Relief(Layer layer, double x, double y, int seed) => Noise.Ridges(x, y, 6, seed + layer.Seed + 30);
}
