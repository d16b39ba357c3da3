namespace VqVae.Codec.Cli.Sample;

/// <summary>Reeds in front of everything: thin curved blades and the brown heads of bulrushes.</summary>
internal sealed class Reeds
{
    private const double Foot = 1.02, CellWidth = 0.02;

    private readonly List<Blade>[] _cells = new List<Blade>[100];

    /// <summary>Places the blades.</summary>
    public Reeds(int seed)
    {
        for (var i = 0; i < _cells.Length; i++) _cells[i] = [];
        for (var i = 0; i < 210; i++)
        {
            // Two clumps, dense in their middle (the sum of two uniform numbers).
            var left = i % 3 == 0;
            var spread = Noise.Uniform(i, 0, seed) + Noise.Uniform(i, 1, seed) - 1;
            var x = left ? 0.41 + (0.10 * spread) : 1.335 + (0.20 * spread);
            var height = (left ? 0.17 : 0.27) * (0.45 + (0.75 * Noise.Uniform(i, 2, seed))) * (1.1 - Math.Abs(spread));
            var lean = height * ((0.75 * Noise.Uniform(i, 3, seed)) - 0.30);
            var blade = new Blade(x, lean, height, 0.0016 + (0.0020 * Noise.Uniform(i, 4, seed)), Noise.Uniform(i, 5, seed), i % 7 == 0);
            var (first, last) = (Math.Min(x, x + lean) - 0.008, Math.Max(x, x + lean) + 0.008);
            for (var cell = Math.Max(0, (int)(first / CellWidth)); cell <= Math.Min(_cells.Length - 1, (int)(last / CellWidth)); cell++)
                _cells[cell].Add(blade);
        }
    }

    private sealed record Blade(double X, double Lean, double Height, double Width, double Shade, bool Head);

    /// <summary>The colour of the nearest blade at a point, or <c>null</c> between them.</summary>
    public Tone? Cover(double x, double y)
    {
        var cell = (int)(x / CellWidth);
        if (y < 0.60 || cell < 0 || cell >= _cells.Length) return null;
        var blades = _cells[cell];
        for (var i = blades.Count - 1; i >= 0; i--)
        {
            var blade = blades[i];
            var up = (Foot - y) / blade.Height;
            if (up is < 0 or > 1) continue;
            var away = x - (blade.X + (blade.Lean * up * up));
            if (blade.Head && up is > 0.80 and < 0.95)
            {
                // A bulrush: rounded at both ends.
                var t = (up - 0.875) / 0.075;
                if (away * away < 0.0052 * 0.0052 * (1 - (t * t * t * t))) return Tone.Mix(Tone.Hex(0x2e1a0e), Tone.Hex(0x9a6638), 0.5 + (away * 110));
            }

            var half = blade.Head ? 0.0013 : blade.Width * (1.02 - (up * up));
            if (Math.Abs(away) > half) continue;
            var light = (0.30 * up) + (0.45 * blade.Shade) + (0.22 * (away / half));
            return Tone.Mix(Tone.Hex(0x222a12), Tone.Hex(0xc9bf62), light);
        }

        return null;
    }
}
