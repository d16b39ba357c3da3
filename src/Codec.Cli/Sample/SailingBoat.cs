namespace VqVae.Codec.Cli.Sample;

/// <summary>A small boat under two sails, with its mirror image in the water.</summary>
internal static class SailingBoat
{
    private const double X = 0.690, Waterline = 0.676, Scale = 0.150;

    /// <summary>The boat's or its reflection's colour, or <c>null</c> beside them.</summary>
    public static Tone? Cover(double x, double y, int seed)
    {
        if (y <= Waterline) return Boat((x - X) / Scale, (Waterline - y) / Scale);

        var (dx, dy) = Lake.Ripple(x, y, seed);
        var mirrored = Boat((x + dx - X) / Scale, (y - Waterline + (0.55 * dy)) / Scale);
        return mirrored is { } tone ? Tone.Mix(tone * 0.80, Tone.Hex(0x35525c), 0.20 + (2.2 * (y - Waterline))) : null;
    }

    /// <summary>The boat in its own coordinates: the waterline at 0, the masthead at 1.</summary>
    private static Tone? Boat(double x, double up)
    {
        if (up is < 0 or > 1.02 || x is < -0.45 or > 0.5) return null;

        // Hull: a white strake over a dark red one, raked at both ends.
        if (up < 0.085)
        {
            var (stern, bow) = (-0.33 - (0.25 * up), 0.34 + (0.75 * up));
            if (x < stern || x > bow) return null;
            return up > 0.062 ? Tone.Hex(0xf4eee2) : up > 0.030 ? Tone.Hex(0x7a2a22) : Tone.Hex(0x3d1a18);
        }

        if (Math.Abs(x) < 0.010 && up < 1.0) return Tone.Hex(0x54402c);

        // Mainsail behind the mast, red, with seams; foresail before it, white.
        if (x < 0 && up is > 0.135 and < 0.985)
        {
            var leech = -0.335 * (1 - ((up - 0.135) / 0.85)) * (1 + (0.28 * (up - 0.135) * (0.985 - up)));
            if (x > leech - 0.015)
            {
                var seam = (up * 7) + (x * 0.9);
                var fold = seam - Math.Floor(seam) < 0.09 ? 0.84 : 1.0;
                return Tone.Mix(Tone.Hex(0xa8281e), Tone.Hex(0xe2583c), (x - leech) * 2.4) * fold;
            }
        }

        if (x < 0 && up is > 0.118 and < 0.135 && x > -0.36) return Tone.Hex(0x54402c);
        if (x > 0 && up is > 0.115 and < 0.90 && x < 0.385 * (0.90 - up) / 0.785) return Tone.Mix(Tone.Hex(0xfff6e4), Tone.Hex(0xc9c2bb), x * 2.6);
        return null;
    }
}
