namespace VqVae.Codec.Cli.Sample;

/// <summary>What has sharp edges: the wood on the far shore, a sailing boat, a spruce, rocks and reeds.</summary>
internal sealed class Foreground
{
    private readonly int _seed;
    private readonly Spruce _spruce;
    private readonly Reeds _reeds;

    /// <summary>Places everything for a seed.</summary>
    public Foreground(int seed)
    {
        _seed = seed;
        _spruce = new Spruce(0.165, 0.060, 0.96, seed + 700);
        _reeds = new Reeds(seed + 760);
    }

    /// <summary>The colour of what stands in front of the water, or <c>null</c> where nothing does.</summary>
    public Tone? Cover(double x, double y) =>
        _reeds.Cover(x, y) ?? Rocks.Cover(x, y, _seed + 730) ?? _spruce.Cover(x, y) ?? SailingBoat.Cover(x, y, _seed);

    /// <summary>The colour of the conifers on the far shore, or <c>null</c> between and above them.</summary>
    public Tone? FarTrees(double x, double y)
    {
        const double spacing = 0.0085;
        if (y < 0.515) return null;
        var cell = (int)Math.Floor(x / spacing);
        for (var i = cell - 2; i <= cell + 2; i++)
        {
            // Two woods with a gap between, thinning out at their ends.
            var place = (i + 0.5) * spacing;
            var density = Math.Max(Noise.Step(0.66, 0.42, place), Noise.Step(1.13, 1.34, place));
            var size = Noise.Uniform(i, 1, _seed + 500);
            if (Noise.Uniform(i, 0, _seed + 500) > 0.25 + density) continue;
            var height = (0.008 + (0.030 * size)) * (0.35 + (1.15 * density));
            var center = place + (spacing * (Noise.Uniform(i, 2, _seed + 500) - 0.5));
            var down = (y - (Lake.Shore - height - 0.003)) / height;
            if (down is < 0 or > 1.2) continue;

            // Whorls of branches: the outline steps outwards and back in.
            var whorl = down * (5 + (4 * size));
            var half = height * (0.035 + (0.17 * down * (0.72 + (0.5 * (whorl - Math.Floor(whorl))))));
            var away = x - center;
            if (Math.Abs(away) > half) continue;
            var light = 0.35 + (0.65 * Math.Clamp((away / half) + 0.2, 0, 1)) - (0.3 * Noise.Uniform((int)(x * 900), (int)(y * 900), _seed + 510));
            var tone = Tone.Mix(Tone.Hex(0x16261f), Tone.Hex(0x566a48), light * 0.9);
            return Tone.Mix(tone, Sky.Haze(x), 0.10 + (0.24 * Noise.Step(0.575, 0.6, y)));
        }

        // The bank under the trees.
        var bank = Lake.Shore - 0.0045 - (0.0035 * Noise.Octaves(x * 30, 0.5, 3, _seed + 520));
        if (y < bank) return null;
        return Tone.Mix(Tone.Hex(0x4b4636), Tone.Hex(0xa08d68), 0.5 + (0.5 * Noise.Octaves(x * 160, y * 300, 2, _seed + 530)));
    }
}
