namespace VqVae.Codec.Cli.Sample;

/// <summary>A colour while the scene is painted: display values with 0 black and 1 white, clipped only at the end.</summary>
internal readonly record struct Tone(double R, double G, double B)
{
    public static Tone operator +(Tone a, Tone b) => new(a.R + b.R, a.G + b.G, a.B + b.B);

    public static Tone operator *(Tone a, double s) => new(a.R * s, a.G * s, a.B * s);

    /// <summary>From the usual six digits, such as 0xff8800.</summary>
    public static Tone Hex(int rgb) => new(((rgb >> 16) & 255) / 255.0, ((rgb >> 8) & 255) / 255.0, (rgb & 255) / 255.0);

    /// <summary>From <paramref name="a"/> at 0 to <paramref name="b"/> at 1; <paramref name="t"/> is clipped to that range.</summary>
    public static Tone Mix(Tone a, Tone b, double t)
    {
        t = Math.Clamp(t, 0, 1);
        return new(a.R + ((b.R - a.R) * t), a.G + ((b.G - a.G) * t), a.B + ((b.B - a.B) * t));
    }
}
