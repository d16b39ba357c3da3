namespace VqVae.Codec.Cli.Sample;

/// <summary>A tall spruce near the viewer: a trunk and branches with needles, against the light.</summary>
internal sealed class Spruce
{
    private const int Whorls = 118;

    private readonly double _x, _top, _foot;
    private readonly int _seed;
    private readonly Branch[] _branches;

    /// <summary>Grows the tree.</summary>
    public Spruce(double x, double top, double foot, int seed)
    {
        (_x, _top, _foot, _seed) = (x, top, foot, seed);
        var branches = new List<Branch>();
        for (var i = 0; i < Whorls; i++)
        {
            var down = (i + (0.8 * Noise.Uniform(i, 0, seed))) / Whorls;
            var length = (0.008 + (0.190 * down * (1.15 - (0.45 * down)))) * (0.62 + (0.55 * Noise.Uniform(i, 1, seed)));
            var side = i % 2 == 0 ? 1 : -1;
            var y = top + 0.012 + (0.86 * (foot - top) * down);
            var droop = length * (0.16 + (0.34 * Noise.Uniform(i, 2, seed)));
            branches.Add(new Branch(x, y, side * length, droop, 0.0050 + (0.085 * length), Noise.Uniform(i, 3, seed)));
        }

        _branches = [.. branches];
    }

    private sealed record Branch(double X, double Y, double Reach, double Droop, double Thickness, double Shade);

    /// <summary>The tree's colour at a point, or <c>null</c> where the background shows.</summary>
    public Tone? Cover(double x, double y)
    {
        if (Math.Abs(x - _x) > 0.24 || y < _top || y > _foot + 0.06) return null;

        double? noise = null;
        for (var i = _branches.Length - 1; i >= 0; i--)
        {
            var branch = _branches[i];
            var along = (x - branch.X) / branch.Reach;
            if (along is < 0 or > 1) continue;

            // The branch hangs, and its tip turns up again; twigs hang from it.
            var axis = branch.Y + (branch.Droop * along * (1.7 - (0.9 * along)));
            if (Math.Abs(y - axis) > 3 * branch.Thickness) continue;
            var needles = noise ??= Noise.Octaves(x * 130, y * 70, 2, _seed + 20);
            var thickness = branch.Thickness * (1.08 - along) * (1 + (0.75 * needles));
            var away = (y - axis) / thickness;
            if (away is < -0.55 or > 1) continue;
            var light = (0.55 * (1 - away) * along) + (0.25 * branch.Shade) + (0.22 * needles) + (branch.Reach > 0 ? 0.14 : 0);
            return Tone.Mix(Tone.Hex(0x0f1c18), Tone.Hex(0x6b7a45), light * 0.72);
        }

        var half = 0.0025 + (0.0085 * (y - _top) / (_foot - _top));
        if (Math.Abs(x - _x) > half || y > _foot) return null;
        var bark = 0.5 + (0.35 * ((x - _x) / half)) + (0.4 * Noise.Octaves(x * 220, y * 40, 2, _seed + 30));
        return Tone.Mix(Tone.Hex(0x241a14), Tone.Hex(0x7d5f48), bark);
    }
}
