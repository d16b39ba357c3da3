using VqVae.Runtime;

namespace VqVae.Codec.Cli.Images;

/// <summary>Peak signal-to-noise ratio of whole pictures.</summary>
internal static class Psnr
{
    /// <summary><see cref="PsnrMeter"/>'s value for two pictures.</summary>
    /// <exception cref="ArgumentException">The pictures differ in size or format.</exception>
    public static double Compute(VqImage a, VqImage b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if ((a.Width, a.Height, a.Format) != (b.Width, b.Height, b.Format) || a.Pixels.Length != b.Pixels.Length)
            throw new ArgumentException($"expected a {a.Width}x{a.Height} {a.Format} picture, got {b.Width}x{b.Height} {b.Format}", nameof(b));

        var meter = new PsnrMeter(a.Format);
        meter.Add(a.Pixels, b.Pixels);
        return meter.Value;
    }
}
