using VqVae.Runtime;

namespace VqVae.Codec.Cli.Images;

/// <summary>Peak signal-to-noise ratio of 8-bit pictures whose rows come bit by bit.</summary>
/// <param name="format">Gray8, GrayAlpha16, Rgb24 or Rgba32.</param>
internal sealed class PsnrMeter(PixelFormat format)
{
    private readonly int _pixel = AlphaBlend.BytesPerPixel(format);
    private long _sum, _samples;

    /// <summary>10·log₁₀(255² / MSE) in dB, the mean squared error taken over the colour samples of all pixels that can be seen; infinity where they are equal.</summary>
    public double Value => _sum == 0 ? double.PositiveInfinity : 10 * Math.Log10(255.0 * 255.0 * _samples / _sum);

    /// <summary>Whether alpha, which is coded without loss, is the same everywhere.</summary>
    public bool SameAlpha { get; private set; } = true;

    /// <summary>Compares pixels.</summary>
    /// <param name="original">Whole pixels.</param>
    /// <param name="decoded">As many.</param>
    public void Add(ReadOnlySpan<byte> original, ReadOnlySpan<byte> decoded)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(decoded.Length, original.Length);
        if (_pixel is 1 or 3)
        {
            for (var i = 0; i < original.Length; i++) _sum += Squared(original[i] - decoded[i]);
            _samples += original.Length;
            return;
        }

        for (var i = 0; i < original.Length; i += _pixel)
        {
            var alpha = original[i + _pixel - 1];
            SameAlpha &= alpha == decoded[i + _pixel - 1];
            if (alpha == 0) continue;
            for (var c = 0; c < _pixel - 1; c++) _sum += Squared(original[i + c] - decoded[i + c]);
            _samples += _pixel - 1;
        }
    }

    private static int Squared(int difference) => difference * difference;
}
