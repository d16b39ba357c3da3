namespace VqVae.Runtime;

/// <summary>Copies pixels between the formats of the API and the graphs' padded RGB.</summary>
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

    /// <summary>Copies an image into the padded one, to whose right and bottom the last column and row are repeated.</summary>
    /// <exception cref="ArgumentException">A pixel is transparent.</exception>
    public static void Pad(ReadOnlySpan<byte> pixels, int width, int height, int stride, PixelFormat format, Padding padding, Span<byte> rgb)
    {
        var rowBytes = padding.Width * 3;
        var size = BytesPerPixel(format);
        for (var y = 0; y < height; y++)
        {
            var source = pixels.Slice(y * stride, width * size);
            var row = rgb.Slice(y * rowBytes, rowBytes);
            if (HasAlpha(format)) CheckOpaque(source, size, y);
            if (format == PixelFormat.Rgb24) source.CopyTo(row);
            else if (IsGray(format)) FromGray(source, size, row);
            else FromColour(source, size, IsBlueFirst(format), row);

            var last = row.Slice((width - 1) * 3, 3);
            for (var x = width * 3; x < rowBytes; x += 3) last.CopyTo(row[x..]);
        }

        var bottom = rgb.Slice((height - 1) * rowBytes, rowBytes);
        for (var y = height; y < padding.Height; y++) bottom.CopyTo(rgb[(y * rowBytes)..]);
    }

    /// <summary>Copies the top left part of the padded image out.</summary>
    /// <param name="rgb">The padded image.</param>
    /// <param name="padding">Its size.</param>
    /// <param name="width">The image's width.</param>
    /// <param name="height">The image's height.</param>
    /// <param name="gray">Whether the image is grey: its luma, whatever the format.</param>
    /// <param name="format">The format of <paramref name="pixels"/>.</param>
    /// <param name="pixels">Where it goes, tightly packed.</param>
    public static void Crop(ReadOnlySpan<byte> rgb, Padding padding, int width, int height, bool gray, PixelFormat format, Span<byte> pixels)
    {
        var size = BytesPerPixel(format);
        for (var y = 0; y < height; y++)
        {
            var source = rgb.Slice(y * padding.Width * 3, width * 3);
            var row = pixels.Slice(y * width * size, width * size);
            if (IsGray(format)) ToGray(source, size, row);
            else if (format == PixelFormat.Rgb24 && !gray) source.CopyTo(row);
            else ToColour(source, gray, size, IsBlueFirst(format), row);
        }
    }

    /// <summary>Whether a pixel's last byte is its alpha.</summary>
    public static bool HasAlpha(PixelFormat format) => format is PixelFormat.Rgba32 or PixelFormat.Bgra32 or PixelFormat.GrayAlpha16;

    /// <summary>Whether a pixel has one byte for red, green and blue together.</summary>
    public static bool IsGray(PixelFormat format) => format is PixelFormat.Gray8 or PixelFormat.GrayAlpha16;

    private static bool IsBlueFirst(PixelFormat format) => format is PixelFormat.Bgr24 or PixelFormat.Bgra32;

    private static void CheckOpaque(ReadOnlySpan<byte> row, int size, int y)
    {
        for (var at = size - 1; at < row.Length; at += size)
        {
            if (row[at] == byte.MaxValue) continue;
            throw new ArgumentException(
                $"the pixel at column {at / size}, row {y} has alpha {row[at]}: transparency is not kept yet; flatten the image onto a background first");
        }
    }

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
