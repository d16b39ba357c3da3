using NetVips;
using VqVae.Imaging;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Images;

/// <summary>Writes pictures as PNG, JPEG or WebP.</summary>
internal static class ImageWriter
{
    /// <summary>Quality of JPEG and WebP where none is asked for, of 100.</summary>
    public const int DefaultQuality = 90;

    /// <summary>Compression level of PNG where none is asked for, 0 to 9.</summary>
    public const int DefaultPngLevel = 6;

    /// <summary>Checks that a format holds a picture's size, which can be known before the picture is decoded.</summary>
    /// <exception cref="ImageException">A side is longer than the format allows.</exception>
    public static void CheckSize(ImageKind kind, int width, int height, string name)
    {
        var limit = kind switch
        {
            ImageKind.Jpeg => 65535,
            ImageKind.WebP => 16383,
            _ => int.MaxValue,
        };
        if (Math.Max(width, height) > limit)
            throw new ImageException($"{name}: {kind.Name()} holds at most {limit} pixels a side, the picture is {width}x{height}; write a PNG");
    }

    /// <summary>Encodes a picture.</summary>
    /// <param name="image">The picture.</param>
    /// <param name="kind">Png, Jpeg or WebP.</param>
    /// <param name="quality">1 to 100, for JPEG and WebP.</param>
    /// <param name="pngLevel">0 (stored) to 9 (smallest), for PNG.</param>
    /// <returns>The whole file.</returns>
    /// <exception cref="ImageException">libvips cannot write it.</exception>
    public static byte[] Encode(VqImage image, ImageKind kind, int quality = DefaultQuality, int pngLevel = DefaultPngLevel)
    {
        ArgumentNullException.ThrowIfNull(image);
        Vips.Prepare();
        var bands = image.Format switch
        {
            PixelFormat.Gray8 => 1,
            PixelFormat.Rgb24 => 3,
            PixelFormat.Rgba32 => 4,
            _ => throw new ArgumentException($"expected grey, RGB or RGBA, got {image.Format}", nameof(image)),
        };
        try
        {
            using var raw = Image.NewFromMemory(image.Pixels, image.Width, image.Height, bands, Enums.BandFormat.Uchar);
            using var typed = raw.Copy(interpretation: bands == 1 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
            return kind switch
            {
                ImageKind.Png => typed.PngsaveBuffer(compression: pngLevel, filter: pngLevel == 0 ? Enums.ForeignPngFilter.None : Enums.ForeignPngFilter.All, keep: Enums.ForeignKeep.None),
                ImageKind.Jpeg => typed.JpegsaveBuffer(q: quality, optimizeCoding: true, keep: Enums.ForeignKeep.None),
                ImageKind.WebP => typed.WebpsaveBuffer(q: quality, keep: Enums.ForeignKeep.None),
                _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "only PNG, JPEG and WebP are written"),
            };
        }
        catch (VipsException e)
        {
            throw new ImageException($"the {kind.Name()} cannot be written: {Vips.Reason(e)}", e);
        }
    }
}
