using System.Globalization;

namespace VqVae.Runtime;

/// <summary>What a compressed image must keep to; the encoder searches the qualities for it.</summary>
public sealed record VqTarget
{
    private VqTarget(VqTargetKind kind, double value) => (Kind, Value) = (kind, value);

    /// <summary>What is aimed at.</summary>
    public VqTargetKind Kind { get; }

    /// <summary>Bytes, bits a pixel or decibels.</summary>
    public double Value { get; }

    /// <summary>The best quality whose file is no longer than so many bytes, its alpha and metadata included.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is below 1.</exception>
    public static VqTarget Bytes(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytes, 1);
        return new VqTarget(VqTargetKind.Bytes, bytes);
    }

    /// <summary>The best quality whose file has no more than so many bits a pixel: 8 · bytes / (width · height), whole file.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not above 0, or not finite.</exception>
    public static VqTarget BitsPerPixel(double bitsPerPixel)
    {
        if (!(bitsPerPixel > 0 && double.IsFinite(bitsPerPixel))) throw new ArgumentOutOfRangeException(nameof(bitsPerPixel), bitsPerPixel, "expected a finite number above 0");
        return new VqTarget(VqTargetKind.BitsPerPixel, bitsPerPixel);
    }

    /// <summary>
    /// The smallest file whose PSNR in dB, over the red, green and blue of all pixels, is at least so high; from 0.1 dB below on it counts as reached.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not above 0, or not finite.</exception>
    public static VqTarget Psnr(double decibels)
    {
        if (!(decibels > 0 && double.IsFinite(decibels))) throw new ArgumentOutOfRangeException(nameof(decibels), decibels, "expected a finite number above 0");
        return new VqTarget(VqTargetKind.Psnr, decibels);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value:0.###} {(Kind == VqTargetKind.Bytes ? "bytes" : Kind == VqTargetKind.Psnr ? "dB" : "bits per pixel")}");
}

/// <summary>What a <see cref="VqTarget"/> aims at.</summary>
public enum VqTargetKind
{
    /// <summary>The file's length at most.</summary>
    Bytes,

    /// <summary>Bits a pixel at most.</summary>
    BitsPerPixel,

    /// <summary>Peak signal-to-noise ratio.</summary>
    Psnr,
}
