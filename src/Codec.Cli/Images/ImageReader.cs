using NetVips;
using VqVae.Imaging;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Images;

/// <summary>Reads pictures into 8-bit sRGB or grey: orientation, colour profile, 16 bits and CMYK are applied and then gone.</summary>
internal static class ImageReader
{
    /// <summary>The most pixels that are read, checked before anything is decoded: as many as the codec takes.</summary>
    public const long MaxPixels = VqLimits.DefaultMaxPixels;

    /// <summary>Rows that are decoded at a time.</summary>
    private const int StripRows = 128;

    /// <summary>Decodes a PNG, JPEG, WebP or TIFF file's bytes.</summary>
    /// <param name="content">The whole file.</param>
    /// <param name="name">What the picture is called in messages.</param>
    /// <param name="background">What transparent pixels are laid on; without it transparency is an error.</param>
    /// <param name="warn">Told of what is not read, such as further pages.</param>
    /// <param name="cancellationToken">Stops between two strips.</param>
    /// <returns>Gray8 where the picture is grey, else Rgb24.</returns>
    /// <exception cref="ImageException">Not such a file, too large, damaged, cut short, of a colour space that has no 8-bit sRGB, or transparent.</exception>
    public static VqImage Read(byte[] content, string name, BackgroundColor? background = null, Action<string>? warn = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(content);
        if (content.Length == 0) throw new ImageException($"{name}: the file is empty");
        if (ImageKinds.FromContent(content) is not { } kind) throw new ImageException($"{name}: not a PNG, JPEG, WebP or TIFF picture");
        Vips.Prepare();
        try
        {
            using var source = Source.NewFromMemory(content);
            using var image = Image.NewFromSource(source, "", access: Enums.Access.Sequential, failOn: Enums.FailOn.Error);
            if ((long)image.Width * image.Height > MaxPixels)
                throw new ImageException($"{image.Width}x{image.Height} is more than the {MaxPixels} pixels that a file holds");
            if (image.Contains("n-pages") && image.Get("n-pages") is int pages and > 1)
                warn?.Invoke($"{name}: has {pages} pages or frames, only the first is read");

            using var converted = EightBitColor.Convert(image);
            using var upright = ExifOrientation.Upright(converted);
            return Fetch(upright, background, cancellationToken);
        }
        catch (ImageException e)
        {
            throw new ImageException($"{name}: {e.Message}", e);
        }
        catch (VipsException e)
        {
            throw new ImageException($"{name}: the {kind.Name()} data are damaged or cut short ({Vips.Reason(e)})", e);
        }
    }

    private static VqImage Fetch(Image image, BackgroundColor? background, CancellationToken cancellationToken)
    {
        var (width, height, bands) = (image.Width, image.Height, image.Bands);
        var hasAlpha = bands is 2 or 4;
        var grey = bands <= 2 && (!hasAlpha || background is not { IsGrey: false });
        var channels = grey ? 1 : 3;
        var pixels = new byte[checked((long)width * height * channels)];
        using var region = Region.New(image);
        for (var y = 0; y < height; y += StripRows)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rows = Math.Min(StripRows, height - y);
            var strip = region.Fetch(0, y, width, rows);
            var target = pixels.AsSpan(checked((int)((long)y * width * channels)), rows * width * channels);
            if (hasAlpha) Flatten(strip, bands, target, channels, background);
            else strip.AsSpan(0, target.Length).CopyTo(target);
        }

        return new VqImage(width, height, grey ? PixelFormat.Gray8 : PixelFormat.Rgb24, pixels);
    }

    /// <summary>Drops alpha where it is opaque and lays the rest on the background.</summary>
    private static void Flatten(ReadOnlySpan<byte> strip, int bands, Span<byte> target, int channels, BackgroundColor? background)
    {
        Span<byte> under = stackalloc byte[3];
        if (background is { } color) (under[0], under[1], under[2]) = (color.R, color.G, color.B);
        for (int i = 0, o = 0; o < target.Length; i += bands, o += channels)
        {
            var alpha = strip[i + bands - 1];
            if (alpha != 255 && background is null)
                throw new ImageException("the picture is transparent and alpha is not kept yet; --background COLOR lays it on a colour");
            for (var c = 0; c < channels; c++)
            {
                var over = strip[i + (bands == 2 ? 0 : c)];
                target[o + c] = (byte)(((over * alpha) + (under[c] * (255 - alpha)) + 127) / 255);
            }
        }
    }
}
