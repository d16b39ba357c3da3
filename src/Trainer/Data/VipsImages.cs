using NetVips;
using VqVae.Imaging;
using VqVae.Models;

namespace VqVae.Trainer.Data;

/// <summary>Reads image files as 8-bit sRGB through libvips.</summary>
/// <remarks>
/// Only the loaders for PNG, JPEG, WebP and TIFF are enabled. EXIF orientation and the colour profile are applied, 16 bits become 8,
/// CMYK and grey become RGB, and transparency is laid on mid-grey.
/// </remarks>
internal static class VipsImages
{
    /// <summary>Largest image that is read, in pixels.</summary>
    public const long MaxPixels = 1L << 28;

    /// <summary>What transparent images are laid on.</summary>
    private const int MidGrey = 128;

    /// <summary>Opens a file without decoding its pixels.</summary>
    /// <exception cref="IOException">The file is not an image that is read here, or too large.</exception>
    public static Image Open(string path) => Reading(() =>
    {
        var image = Image.NewFromFile(path, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error);
        try
        {
            var pixels = (long)image.Width * image.Height;
            if (pixels > MaxPixels) throw new ImageException($"has {pixels} pixels, more than {MaxPixels}");
            EightBitColor.Check(image);
            return image;
        }
        catch
        {
            image.Dispose();
            throw;
        }
    });

    /// <summary>Decodes a whole image.</summary>
    /// <returns>RGB rows and the size after the EXIF orientation was applied.</returns>
    /// <exception cref="IOException">The file is damaged.</exception>
    public static (byte[] Pixels, int Width, int Height) Decode(string path) => Reading(() =>
    {
        using var image = Open(path);
        using var rgb = ToRgb(image);
        using var upright = ExifOrientation.Upright(rgb);
        return (upright.WriteToMemory<byte>(), upright.Width, upright.Height);
    });

    /// <summary>Decodes an image scaled to exactly <paramref name="width"/> × <paramref name="height"/>; the aspect ratio is not kept.</summary>
    /// <exception cref="IOException">The file is damaged.</exception>
    public static byte[] DecodeResized(string path, int width, int height) => Reading(() =>
    {
        using var image = Open(path);
        using var rgb = ToRgb(image);
        using var upright = ExifOrientation.Upright(rgb);
        using var scaled = upright.ThumbnailImage(width, height: height, size: Enums.Size.Force);
        return scaled.WriteToMemory<byte>();
    });

    /// <summary>Decodes a window of an image; no more of the image than the window is held in memory.</summary>
    /// <param name="path">The file.</param>
    /// <param name="choose">
    /// Given the image's width and height, after the EXIF orientation was applied, returns a window inside it, in pixels.
    /// Rows of the file below the window are not decoded.
    /// </param>
    /// <returns>The window's RGB rows and its size.</returns>
    /// <exception cref="IOException">The file is damaged.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The window is empty or not inside the image.</exception>
    public static (byte[] Pixels, int Width, int Height) DecodeCrop(string path, Func<int, int, (int Left, int Top, int Width, int Height)> choose) => Reading(() =>
    {
        ArgumentNullException.ThrowIfNull(choose);
        using var image = Open(path);
        var (width, height) = ExifOrientation.Size(image);
        var stored = ExifOrientation.Stored(image, choose(width, height));
        using var rgb = ToRgb(image);
        using var crop = rgb.Crop(stored.Left, stored.Top, stored.Width, stored.Height);
        using var upright = ExifOrientation.Upright(crop);
        return (upright.WriteToMemory<byte>(), upright.Width, upright.Height);
    });

    /// <summary>Writes RGB rows as a PNG file, atomically.</summary>
    public static void WritePng(string path, byte[] pixels, int width, int height)
    {
        Vips.Prepare();
        using var image = Image.NewFromMemory(pixels, width, height, 3, Enums.BandFormat.Uchar);
        using var srgb = image.Copy(interpretation: Enums.Interpretation.Srgb);
        AtomicFile.WriteAllBytes(path, srgb.PngsaveBuffer());
    }

    private static Image ToRgb(Image image)
    {
        using var color = EightBitColor.Convert(image);
        using var opaque = color.HasAlpha() ? color.Flatten([MidGrey]) : color.Copy();
        return opaque.Colourspace(Enums.Interpretation.Srgb);
    }

    private static T Reading<T>(Func<T> read)
    {
        try
        {
            Vips.Prepare();
            return read();
        }
        catch (ImageException e)
        {
            throw new IOException(e.Message, e);
        }
        catch (VipsException e)
        {
            throw new IOException(Vips.Reason(e), e);
        }
    }
}
