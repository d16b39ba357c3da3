namespace VqVae.Runtime;

/// <summary>Copies pixels between the formats of the API and the graphs' padded RGB.</summary>
internal static class PixelRows
{
    /// <summary>Bytes a pixel.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The format does not exist.</exception>
    public static int BytesPerPixel(PixelFormat format) => format switch
    {
        PixelFormat.Rgb24 => 3,
        PixelFormat.Rgba32 => 4,
        PixelFormat.Gray8 => 1,
        _ => throw new ArgumentOutOfRangeException(nameof(format), format, "expected Rgb24, Rgba32 or Gray8"),
    };

    /// <summary>Copies an image into the padded one, to whose right and bottom the last column and row are repeated.</summary>
    /// <exception cref="ArgumentException">A pixel is transparent.</exception>
    public static void Pad(ReadOnlySpan<byte> pixels, int width, int height, int stride, PixelFormat format, Padding padding, Span<byte> rgb)
    {
        var rowBytes = padding.Width * 3;
        for (var y = 0; y < height; y++)
        {
            var source = pixels.Slice(y * stride, width * BytesPerPixel(format));
            var row = rgb.Slice(y * rowBytes, rowBytes);
            switch (format)
            {
                case PixelFormat.Rgb24:
                    source.CopyTo(row);
                    break;
                case PixelFormat.Rgba32:
                    CopyOpaque(source, row, y);
                    break;
                default:
                    CopyGray(source, row);
                    break;
            }

            var last = row.Slice((width - 1) * 3, 3);
            for (var x = width * 3; x < rowBytes; x += 3) last.CopyTo(row[x..]);
        }

        var bottom = rgb.Slice((height - 1) * rowBytes, rowBytes);
        for (var y = height; y < padding.Height; y++) bottom.CopyTo(rgb[(y * rowBytes)..]);
    }

    /// <summary>Copies the top left part of the padded image out, as RGB or as its luma.</summary>
    public static void Crop(ReadOnlySpan<byte> rgb, Padding padding, int width, int height, PixelFormat format, Span<byte> pixels)
    {
        var bytes = width * BytesPerPixel(format);
        for (var y = 0; y < height; y++)
        {
            var source = rgb.Slice(y * padding.Width * 3, width * 3);
            var row = pixels.Slice(y * bytes, bytes);
            if (format == PixelFormat.Gray8) CopyLuma(source, row);
            else source.CopyTo(row);
        }
    }

    private static void CopyOpaque(ReadOnlySpan<byte> rgba, Span<byte> rgb, int y)
    {
        for (int from = 0, to = 0; from < rgba.Length; from += 4, to += 3)
        {
            if (rgba[from + 3] != byte.MaxValue)
            {
                throw new ArgumentException(
                    $"the pixel at column {from / 4}, row {y} has alpha {rgba[from + 3]}: transparency is not kept yet; flatten the image onto a background first");
            }

            rgba.Slice(from, 3).CopyTo(rgb[to..]);
        }
    }

    private static void CopyGray(ReadOnlySpan<byte> gray, Span<byte> rgb)
    {
        for (var x = 0; x < gray.Length; x++) rgb.Slice(x * 3, 3).Fill(gray[x]);
    }

    private static void CopyLuma(ReadOnlySpan<byte> rgb, Span<byte> gray)
    {
        // .299, .587 and .114 in units of 2⁻¹⁶; they add up to one, so that grey stays what it is.
        for (var x = 0; x < gray.Length; x++)
            gray[x] = (byte)(((19595 * rgb[x * 3]) + (38470 * rgb[(x * 3) + 1]) + (7471 * rgb[(x * 3) + 2]) + (1 << 15)) >> 16);
    }
}
