namespace VqVae.Runtime;

/// <summary>Copies pixels between the formats of the API and the graphs' RGB, a row or a part of one at a time.</summary>
internal static class PixelRows
{
    /// <summary>Bytes a pixel.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The format does not exist.</exception>
    public static int BytesPerPixel(PixelFormat format) => format switch
    {
        PixelFormat.Rgb24 or PixelFormat.Bgr24 => 3,
        PixelFormat.Rgba32 or PixelFormat.Bgra32 => 4,
        PixelFormat.Gray8 => 1,
        PixelFormat.GrayAlpha16 => 2,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, $"expected {string.Join(", ", Enum.GetNames<PixelFormat>())}"),
    };

    /// <summary>Whether a pixel's last byte is its alpha.</summary>
    public static bool HasAlpha(PixelFormat format) => format is PixelFormat.Rgba32 or PixelFormat.Bgra32 or PixelFormat.GrayAlpha16;

    /// <summary>Whether a pixel has one byte for red, green and blue together.</summary>
    public static bool IsGray(PixelFormat format) => format is PixelFormat.Gray8 or PixelFormat.GrayAlpha16;

    /// <summary>Copies pixels to RGB; their alpha is left out.</summary>
    public static void ToRgb(ReadOnlySpan<byte> pixels, PixelFormat format, Span<byte> rgb)
    {
        if (format == PixelFormat.Rgb24) pixels.CopyTo(rgb);
        else if (IsGray(format)) FromGray(pixels, BytesPerPixel(format), rgb);
        else FromColour(pixels, BytesPerPixel(format), IsBlueFirst(format), rgb);
    }

    /// <summary>Copies RGB to pixels, whose alpha becomes 255.</summary>
    /// <param name="rgb">RGB.</param>
    /// <param name="gray">Whether the image is grey: its luma, whatever the format.</param>
    /// <param name="format">The format of <paramref name="pixels"/>.</param>
    /// <param name="pixels">As many pixels.</param>
    public static void FromRgb(ReadOnlySpan<byte> rgb, bool gray, PixelFormat format, Span<byte> pixels)
    {
        if (IsGray(format)) ToGray(rgb, BytesPerPixel(format), pixels);
        else if (format == PixelFormat.Rgb24 && !gray) rgb.CopyTo(pixels);
        else ToColour(rgb, gray, BytesPerPixel(format), IsBlueFirst(format), pixels);
    }

    /// <summary>Copies the alpha of pixels that have one.</summary>
    public static void GetAlpha(ReadOnlySpan<byte> pixels, PixelFormat format, Span<byte> alpha)
    {
        var size = BytesPerPixel(format);
        for (int from = size - 1, to = 0; from < pixels.Length; from += size, to++) alpha[to] = pixels[from];
    }

    /// <summary>Sets the alpha of pixels that have one.</summary>
    public static void SetAlpha(ReadOnlySpan<byte> alpha, PixelFormat format, Span<byte> pixels)
    {
        var size = BytesPerPixel(format);
        for (int from = 0, to = size - 1; to < pixels.Length; from++, to += size) pixels[to] = alpha[from];
    }

    private static bool IsBlueFirst(PixelFormat format) => format is PixelFormat.Bgr24 or PixelFormat.Bgra32;

    private static void FromGray(ReadOnlySpan<byte> source, int size, Span<byte> rgb)
    {
        for (int from = 0, to = 0; from < source.Length; from += size, to += 3) rgb.Slice(to, 3).Fill(source[from]);
    }

    private static void FromColour(ReadOnlySpan<byte> source, int size, bool blueFirst, Span<byte> rgb)
    {
        var (red, blue) = blueFirst ? (2, 0) : (0, 2);
        for (int from = 0, to = 0; from < source.Length; from += size, to += 3)
        {
            rgb[to] = source[from + red];
            rgb[to + 1] = source[from + 1];
            rgb[to + 2] = source[from + blue];
        }
    }

    private static void ToGray(ReadOnlySpan<byte> rgb, int size, Span<byte> target)
    {
        for (int from = 0, to = 0; from < rgb.Length; from += 3, to += size)
        {
            target[to] = Luma(rgb.Slice(from, 3));
            if (size == 2) target[to + 1] = byte.MaxValue;
        }
    }

    private static void ToColour(ReadOnlySpan<byte> rgb, bool gray, int size, bool blueFirst, Span<byte> target)
    {
        var (red, blue) = blueFirst ? (2, 0) : (0, 2);
        for (int from = 0, to = 0; from < rgb.Length; from += 3, to += size)
        {
            var pixel = rgb.Slice(from, 3);
            if (gray)
            {
                target.Slice(to, 3).Fill(Luma(pixel));
            }
            else
            {
                target[to + red] = pixel[0];
                target[to + 1] = pixel[1];
                target[to + blue] = pixel[2];
            }

            if (size == 4) target[to + 3] = byte.MaxValue;
        }
    }

    /// <summary>.299 R + .587 G + .114 B in units of 2⁻¹⁶, rounded; the weights add up to one, so that grey stays what it is.</summary>
    private static byte Luma(ReadOnlySpan<byte> rgb) => (byte)(((19595 * rgb[0]) + (38470 * rgb[1]) + (7471 * rgb[2]) + (1 << 15)) >> 16);
}
