using VqVae.Runtime;

namespace VqVae.Codec.Cli.Images;

/// <summary>Peak signal-to-noise ratio of 8-bit pictures.</summary>
internal static class Psnr
{
    /// <summary>10·log₁₀(255² / MSE) in dB, the mean squared error taken over all samples of all channels.</summary>
    /// <returns>Infinity where the pictures are equal.</returns>
    /// <exception cref="ArgumentException">The pictures differ in size or format.</exception>
    public static double Compute(VqImage a, VqImage b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if ((a.Width, a.Height, a.Format) != (b.Width, b.Height, b.Format) || a.Pixels.Length != b.Pixels.Length)
            throw new ArgumentException($"expected a {a.Width}x{a.Height} {a.Format} picture, got {b.Width}x{b.Height} {b.Format}", nameof(b));

        var sum = 0L;
        for (var i = 0; i < a.Pixels.Length; i++)
        {
            var difference = a.Pixels[i] - b.Pixels[i];
            sum += difference * difference;
        }

        return 10 * Math.Log10(255.0 * 255.0 * a.Pixels.Length / sum);
    }
}
