using NetVips;
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

    private static readonly Lazy<bool> Prepared = new(Prepare);

    /// <summary>Opens a file without decoding its pixels.</summary>
    /// <exception cref="IOException">The file is not an image that is read here, or too large.</exception>
    public static Image Open(string path)
    {
        _ = Prepared.Value;
        try
        {
            var image = Image.NewFromFile(path, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error);
            if ((long)image.Width * image.Height > MaxPixels) throw new IOException($"has {(long)image.Width * image.Height} pixels, more than {MaxPixels}");
            return image;
        }
        catch (VipsException e)
        {
            throw new IOException(FirstLine(e), e);
        }
    }

    /// <summary>Decodes a whole image.</summary>
    /// <returns>RGB rows and the size after the EXIF orientation was applied.</returns>
    /// <exception cref="IOException">The file is damaged.</exception>
    public static (byte[] Pixels, int Width, int Height) Decode(string path)
    {
        using var image = Open(path);
        try
        {
            using var rgb = ToRgb(image);
            return (rgb.WriteToMemory<byte>(), rgb.Width, rgb.Height);
        }
        catch (VipsException e)
        {
            throw new IOException(FirstLine(e), e);
        }
    }

    /// <summary>Decodes an image scaled to exactly <paramref name="width"/> × <paramref name="height"/>; the aspect ratio is not kept.</summary>
    /// <exception cref="IOException">The file is damaged.</exception>
    public static byte[] DecodeResized(string path, int width, int height)
    {
        using var image = Open(path);
        try
        {
            using var rgb = ToRgb(image);
            using var scaled = rgb.ThumbnailImage(width, height: height, size: Enums.Size.Force);
            return scaled.WriteToMemory<byte>();
        }
        catch (VipsException e)
        {
            throw new IOException(FirstLine(e), e);
        }
    }

    /// <summary>Writes RGB rows as a PNG file, atomically.</summary>
    public static void WritePng(string path, byte[] pixels, int width, int height)
    {
        _ = Prepared.Value;
        using var image = Image.NewFromMemory(pixels, width, height, 3, Enums.BandFormat.Uchar);
        using var srgb = image.Copy(interpretation: Enums.Interpretation.Srgb);
        AtomicFile.WriteAllBytes(path, srgb.PngsaveBuffer());
    }

    private static Image ToRgb(Image image)
    {
        var rgb = image.Autorot();
        if (rgb.Contains("icc-profile-data"))
            rgb = rgb.IccTransform("srgb", embedded: true, depth: 8);
        if (rgb.HasAlpha()) rgb = rgb.Flatten([127.5]);
        rgb = rgb.Colourspace(Enums.Interpretation.Srgb);
        return rgb.Format == Enums.BandFormat.Uchar ? rgb : rgb.Cast(Enums.BandFormat.Uchar);
    }

    private static bool Prepare()
    {
        Operation.Block("VipsForeignLoad", true);
        foreach (var format in (string[])["Jpeg", "Png", "Webp", "Tiff"]) Operation.Block("VipsForeignLoad" + format, false);

        // Files are read once each, by threads of our own.
        Cache.Max = 0;
        return true;
    }

    private static string FirstLine(VipsException e)
    {
        var lines = (e.InnerException?.Message ?? e.Message).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return lines.Length > 0 ? lines[0] : "cannot be read";
    }
}
