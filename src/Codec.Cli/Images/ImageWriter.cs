using VqVae.Codec.Cli.Images.Png;
using VqVae.Imaging;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Images;

/// <summary>Writes pictures as PNG, row by row, or as JPEG or WebP, which take memory for the whole picture.</summary>
internal static class ImageWriter
{
    /// <summary>Quality of JPEG and WebP where none is asked for, of 100.</summary>
    public const int DefaultQuality = 90;

    /// <summary>Checks that a format holds a picture, which can be known before the picture is decoded.</summary>
    /// <exception cref="ImageException">A side is longer than the format allows, or it has no alpha and the picture has.</exception>
    public static void Check(ImageKind kind, int width, int height, PixelFormat format, string name)
    {
        var limit = kind switch
        {
            ImageKind.Jpeg => 65535,
            ImageKind.WebP => 16383,
            _ => int.MaxValue,
        };
        if (Math.Max(width, height) > limit)
            throw new ImageException($"{name}: {kind.Name()} holds at most {limit} pixels a side, the picture is {width}x{height}; write a PNG");
        if (kind != ImageKind.Png && (long)width * height * AlphaBlend.BytesPerPixel(format) > Array.MaxLength)
            throw new ImageException($"{name}: {kind.Name()} is written from memory, which {width}x{height} is too large for; write a PNG");
        if (kind == ImageKind.Jpeg && format is PixelFormat.Rgba32 or PixelFormat.GrayAlpha16)
            throw new ImageException($"{name}: JPEG has no transparency, which the picture has; --background COLOR lays it on a colour, PNG and WebP keep it");
    }

    /// <summary>Starts a file.</summary>
    /// <param name="stream">Gets the file.</param>
    /// <param name="kind">Png, Jpeg or WebP.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="height">Rows.</param>
    /// <param name="format">Gray8, GrayAlpha16, Rgb24 or Rgba32.</param>
    /// <param name="options">Quality and compression.</param>
    /// <param name="exif">EXIF metadata, a TIFF structure; empty for none.</param>
    public static IPictureWriter Open(Stream stream, ImageKind kind, int width, int height, PixelFormat format, WriteOptions options, byte[] exif) => kind switch
    {
        ImageKind.Png => new PngWriter(stream, width, height, format, options.PngLevel, exif),
        ImageKind.Jpeg or ImageKind.WebP => new VipsWriter(stream, kind, width, height, format, options.Quality, exif),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "only PNG, JPEG and WebP are written"),
    };

    /// <summary>Encodes a picture.</summary>
    /// <returns>The whole file.</returns>
    /// <exception cref="ImageException">libvips cannot write it.</exception>
    public static byte[] Encode(VqImage image, ImageKind kind, WriteOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var stream = new MemoryStream();
        using var writer = Open(stream, kind, image.Width, image.Height, image.Format, options ?? new WriteOptions(), []);
        writer.WriteRows(image.Pixels);
        writer.Finish();
        return stream.ToArray();
    }
}
