using VqVae.Runtime;

namespace VqVae.Codec.Cli.Images;

/// <summary>Reads whole pictures, for what needs all of one in memory; <see cref="PictureReader"/> reads rows.</summary>
internal static class ImageReader
{
    /// <summary>The most pixels that are read where nothing else is asked for: as many as the codec takes by default.</summary>
    public const long MaxPixels = VqLimits.DefaultMaxPixels;

    /// <summary>Decodes a PNG, JPEG, WebP or TIFF file's bytes.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="name">What the picture is called in messages.</param>
    /// <param name="background">What transparent pixels are laid on; without it alpha is kept.</param>
    /// <param name="warn">Told of what is not read, such as further pages.</param>
    /// <param name="cancellationToken">Stops between two strips.</param>
    /// <returns>Gray8 where the picture is grey, else Rgb24; with alpha where some of it is not opaque.</returns>
    /// <exception cref="Imaging.ImageException">Not such a file, too large, damaged, cut short, or of a colour space that has no 8-bit sRGB.</exception>
    public static VqImage Read(byte[] content, string name, BackgroundColor? background = null, Action<string>? warn = null, CancellationToken cancellationToken = default)
    {
        using var reader = PictureReader.Open(PictureContent.OfBytes(content, name), new PictureOptions { Background = background, Warn = warn });
        var pixels = new byte[checked((long)reader.RowBytes * reader.Height)];
        reader.ReadRows(0, pixels, cancellationToken);
        return WithoutOpaqueAlpha(new VqImage(reader.Width, reader.Height, reader.Format, pixels));
    }

    /// <summary>Alpha that is opaque everywhere says nothing.</summary>
    private static VqImage WithoutOpaqueAlpha(VqImage image)
    {
        if (image.Format is not (PixelFormat.GrayAlpha16 or PixelFormat.Rgba32)) return image;
        var (from, to) = image.Format == PixelFormat.Rgba32 ? (4, 3) : (2, 1);
        for (var i = from - 1; i < image.Pixels.Length; i += from)
            if (image.Pixels[i] != byte.MaxValue) return image;

        var pixels = new byte[image.Pixels.Length / from * to];
        for (int i = 0, o = 0; o < pixels.Length; i += from, o += to) image.Pixels.AsSpan(i, to).CopyTo(pixels.AsSpan(o));
        return image with { Format = to == 1 ? PixelFormat.Gray8 : PixelFormat.Rgb24, Pixels = pixels };
    }
}
