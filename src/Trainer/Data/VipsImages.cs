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
    public static Image Open(string path) => OpenWith(path, options: null);

    private static Image OpenWith(string path, VOption? options) => Reading(() =>
    {
        var image = Image.NewFromFile(path, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error, kwargs: options);
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

    /// <summary>Reads a file's header.</summary>
    /// <exception cref="IOException">As <see cref="Open"/>.</exception>
    public static ImageHeader ReadHeader(string path) => Reading(() =>
    {
        using var image = Open(path);
        var (width, height) = ExifOrientation.Size(image);
        return new ImageHeader(width, height, ShrinkOption(image, 2) is not null);
    });

    /// <summary>
    /// What a JPEG or WebP image's size may be divided by while it is decoded: 1, 2, 4 or 8, so that at least twice the wanted size is left.
    /// </summary>
    /// <remarks>
    /// Decoders shrink with plain box-like filters. Where a factor of two or more is left to Lanczos' kernel, photographs have a PSNR of 46 to 53 dB
    /// against decoding in full; without that reserve they have 40 dB.
    /// </remarks>
    /// <param name="factor">How many times larger the image is than it is wanted.</param>
    public static int Shrink(double factor) => factor switch
    {
        >= 16 => 8,
        >= 8 => 4,
        >= 4 => 2,
        _ => 1,
    };

    /// <summary>Decodes a whole image.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shrink">What the size is divided by, rounded as the decoder does: 1, or where <see cref="ImageHeader.Shrinks"/> also 2, 4 or 8.</param>
    /// <returns>RGB rows and the size after the EXIF orientation was applied.</returns>
    /// <exception cref="IOException">The file is damaged.</exception>
    public static (byte[] Pixels, int Width, int Height) Decode(string path, int shrink = 1) => Reading(() =>
    {
        using var image = OpenShrunk(path, _ => shrink);
        using var rgb = ToRgb(image);
        using var upright = ExifOrientation.Upright(rgb);
        return (upright.WriteToMemory<byte>(), upright.Width, upright.Height);
    });

    /// <summary>
    /// Decodes an image scaled to exactly <paramref name="width"/> × <paramref name="height"/>; the aspect ratio is not kept. A JPEG or WebP image
    /// that is much larger is decoded at a reduced size (<see cref="Shrink"/>).
    /// </summary>
    /// <exception cref="IOException">The file is damaged.</exception>
    public static byte[] DecodeResized(string path, int width, int height) => Reading(() =>
    {
        using var image = OpenShrunk(path, full =>
        {
            var (fullWidth, fullHeight) = ExifOrientation.Size(full);
            return Shrink(Math.Min((double)fullWidth / width, (double)fullHeight / height));
        });
        using var rgb = ToRgb(image);
        using var upright = ExifOrientation.Upright(rgb);
        using var scaled = upright.ThumbnailImage(width, height: height, size: Enums.Size.Force);
        return scaled.WriteToMemory<byte>();
    });

    /// <summary>Scales an area of an image to a square with Lanczos' kernel (a = 3); beyond the area its edge pixels go on.</summary>
    /// <param name="pixels">RGB rows of the image.</param>
    /// <param name="width">The image's width.</param>
    /// <param name="height">The image's height.</param>
    /// <param name="area">A square inside the image.</param>
    /// <param name="side">Side of the result, at most that of the area.</param>
    /// <returns>RGB rows.</returns>
    public static byte[] Resize(byte[] pixels, int width, int height, PixelArea area, int side) => Reading(() =>
    {
        using var image = Image.NewFromMemory(pixels, width, height, 3, Enums.BandFormat.Uchar);
        using var crop = image.Crop(area.Left, area.Top, area.Width, area.Height);
        using var scaled = crop.Resize((double)side / area.Width, vscale: (double)side / area.Height, kernel: Enums.Kernel.Lanczos3);
        return scaled.WriteToMemory<byte>();
    });

    /// <summary>Decodes a window of an image; no more of the image than the window is held in memory.</summary>
    /// <param name="path">The file.</param>
    /// <param name="choose">
    /// Given the image's width and height, after the EXIF orientation was applied, returns a window inside it, in pixels.
    /// Rows of the file below the window are not decoded.
    /// </param>
    /// <param name="shrink">As in <see cref="Decode"/>; the window is one of the image as it is decoded.</param>
    /// <returns>The window's RGB rows and its size.</returns>
    /// <exception cref="IOException">The file is damaged.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The window is empty or not inside the image.</exception>
    public static (byte[] Pixels, int Width, int Height) DecodeCrop(string path, Func<int, int, (int Left, int Top, int Width, int Height)> choose, int shrink = 1) => Reading(() =>
    {
        ArgumentNullException.ThrowIfNull(choose);
        using var image = OpenShrunk(path, _ => shrink);
        var (width, height) = ExifOrientation.Size(image);
        var stored = ExifOrientation.Stored(image, choose(width, height));
        using var rgb = ToRgb(image);
        using var crop = rgb.Crop(stored.Left, stored.Top, stored.Width, stored.Height);
        using var upright = ExifOrientation.Upright(crop);
        return (upright.WriteToMemory<byte>(), upright.Width, upright.Height);
    });

    /// <summary>Writes RGB rows as a PNG file, atomically.</summary>
    /// <exception cref="VipsException">libvips cannot encode them.</exception>
    public static void WritePng(string path, byte[] pixels, int width, int height) =>
        AtomicFile.WriteAllBytes(path, Encode(pixels, width, height, srgb => srgb.PngsaveBuffer()));

    /// <summary>Encodes RGB rows.</summary>
    /// <param name="pixels">The rows.</param>
    /// <param name="width">The image's width.</param>
    /// <param name="height">The image's height.</param>
    /// <param name="encode">Given the pixels as sRGB, makes the encoded picture. The image is gone once it returns.</param>
    /// <exception cref="VipsException">libvips cannot encode them.</exception>
    public static byte[] Encode(byte[] pixels, int width, int height, Func<Image, byte[]> encode)
    {
        ArgumentNullException.ThrowIfNull(encode);
        Vips.Prepare();
        using var image = Image.NewFromMemory(pixels, width, height, 3, Enums.BandFormat.Uchar);
        using var srgb = image.Copy(interpretation: Enums.Interpretation.Srgb);
        return encode(srgb);
    }

    /// <summary>Opens a file to be decoded at a reduced size; the limit of pixels holds for its full size.</summary>
    private static Image OpenShrunk(string path, Func<Image, int> choose)
    {
        var full = Open(path);
        var shrink = choose(full);
        if (shrink == 1 || ShrinkOption(full, shrink) is not { } options) return full;
        full.Dispose();
        return OpenWith(path, options);
    }

    /// <summary>The loader's option for a reduced size, or <c>null</c> where it has none.</summary>
    private static VOption? ShrinkOption(Image image, int shrink) => image.Get("vips-loader") switch
    {
        "jpegload" => new VOption { { "shrink", shrink } },
        "webpload" => new VOption { { "scale", 1.0 / shrink } },
        _ => null,
    };

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
