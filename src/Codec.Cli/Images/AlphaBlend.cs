using VqVae.Runtime;

namespace VqVae.Codec.Cli.Images;

/// <summary>Lays transparent pixels on a colour.</summary>
internal static class AlphaBlend
{
    /// <summary>The format of the result: grey stays grey on a grey ground.</summary>
    public static PixelFormat Format(PixelFormat format, BackgroundColor background) => format switch
    {
        PixelFormat.Rgba32 => PixelFormat.Rgb24,
        PixelFormat.GrayAlpha16 => background.IsGrey ? PixelFormat.Gray8 : PixelFormat.Rgb24,
        _ => format,
    };

    /// <summary>Bytes a pixel of the formats that pictures are read and written in.</summary>
    public static int BytesPerPixel(PixelFormat format) => format switch
    {
        PixelFormat.Gray8 => 1,
        PixelFormat.GrayAlpha16 => 2,
        PixelFormat.Rgb24 => 3,
        PixelFormat.Rgba32 => 4,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "expected grey or RGB, with or without alpha"),
    };

    /// <summary>Blends, each sample to the nearest step.</summary>
    /// <param name="pixels">Pixels of 2 (grey, alpha) or 4 bytes (RGB, alpha).</param>
    /// <param name="bytesPerPixel">2 or 4.</param>
    /// <param name="background">What they are laid on.</param>
    /// <param name="target">As many pixels of 1 or 3 bytes.</param>
    public static void Flatten(ReadOnlySpan<byte> pixels, int bytesPerPixel, BackgroundColor background, Span<byte> target)
    {
        var channels = target.Length / (pixels.Length / bytesPerPixel);
        ReadOnlySpan<byte> under = [background.R, background.G, background.B];
        for (int i = 0, o = 0; i < pixels.Length; i += bytesPerPixel, o += channels)
        {
            var alpha = pixels[i + bytesPerPixel - 1];
            for (var c = 0; c < channels; c++)
            {
                var over = pixels[i + (bytesPerPixel == 2 ? 0 : c)];
                target[o + c] = (byte)(((over * alpha) + (under[c] * (255 - alpha)) + 127) / 255);
            }
        }
    }
}
