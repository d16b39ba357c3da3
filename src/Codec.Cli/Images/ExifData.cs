using System.Buffers.Binary;
using NetVips;
using VqVae.Imaging;

namespace VqVae.Codec.Cli.Images;

/// <summary>Rewrites EXIF metadata, which libvips parses and serialises.</summary>
internal static class ExifData
{
    /// <summary>libvips' name for the metadata as a whole.</summary>
    public const string Field = "exif-data";

    private const string Fields = "exif-ifd", Thumbnail = "jpeg-thumbnail-data", ThumbnailFields = "exif-ifd1-", PlaceFields = "exif-ifd3-";

    /// <summary>Names what colours the pixels had; they are sRGB now.</summary>
    private const string InteroperabilityFields = "exif-ifd4-", ColorSpace = "exif-ifd2-ColorSpace";

    private const string Unreadable = "its EXIF metadata cannot be read and is left out";

    /// <summary>libexif adds these where they are missing: metadata with nothing else say nothing, or could not be read.</summary>
    private static readonly HashSet<string> Invented = new(StringComparer.Ordinal)
    {
        "exif-ifd0-XResolution", "exif-ifd0-YResolution", "exif-ifd0-ResolutionUnit", "exif-ifd0-YCbCrPositioning", "exif-ifd0-Orientation",
        "exif-ifd2-ExifVersion", "exif-ifd2-FlashpixVersion", "exif-ifd2-ComponentsConfiguration", ColorSpace,
        "exif-ifd2-PixelXDimension", "exif-ifd2-PixelYDimension",
    };

    /// <summary>The metadata of a picture, made to fit its upright sRGB pixels.</summary>
    /// <param name="image">The picture as it was opened.</param>
    /// <param name="size">Width and height as shown.</param>
    /// <param name="mode">What is kept.</param>
    /// <param name="warn">Told where there is metadata that cannot be read.</param>
    /// <returns>A TIFF structure; empty where there is nothing to keep.</returns>
    public static byte[] Of(Image image, (int Width, int Height) size, ExifMode mode, Action<string> warn)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentNullException.ThrowIfNull(warn);
        if (mode == ExifMode.None || !image.Contains(Field) || image.Get(Field) is not byte[] exif) return [];
        return Rewrite(exif, size, (image.Xres, image.Yres), mode, warn);
    }

    /// <summary>The same metadata for another size, such as that of a part of the picture.</summary>
    /// <param name="exif">A TIFF structure, of whatever origin.</param>
    /// <param name="size">Width and height.</param>
    /// <param name="warn">Told where the metadata cannot be read.</param>
    /// <returns>A TIFF structure, or nothing.</returns>
    public static byte[] Resize(byte[] exif, (int Width, int Height) size, Action<string> warn) => Rewrite(exif, size, null, ExifMode.All, warn);

    private static byte[] Rewrite(byte[] exif, (int Width, int Height) size, (double X, double Y)? resolution, ExifMode mode, Action<string> warn)
    {
        Vips.Prepare();
        try
        {
            // libvips writes the size of the picture that carries the metadata into them, so the carrier has that size; a bit a pixel, all equal.
            using var black = Image.Black(size.Width, size.Height);
            using var carrier = resolution is { } known ? black.Copy(xres: known.X, yres: known.Y) : black.Copy();
            using var parsed = carrier.Mutate(m => m.Set(GValue.BlobType, Field, exif));
            var fields = parsed.GetFields().Where(f => f.StartsWith(Fields, StringComparison.Ordinal)).ToArray();
            if (fields.All(Invented.Contains))
            {
                if (!HasEntries(exif)) warn(Unreadable);
                return [];
            }

            using var cleaned = parsed.Mutate(m =>
            {
                foreach (var field in fields.Where(f => Drops(f, mode))) m.Remove(field);
                if (mode != ExifMode.All && parsed.Contains(Thumbnail)) m.Remove(Thumbnail);
                if (parsed.Contains(ColorSpace)) m.Set(GValue.GStrType, ColorSpace, "1 (sRGB, Short, 1 components, 2 bytes)");
                m.Set(GValue.GIntType, ExifOrientation.Tag, 1);
            });
            using var written = Image.NewFromBuffer(cleaned.PngsaveBuffer(compression: 1, bitdepth: 1, keep: Enums.ForeignKeep.Exif));
            var rewritten = (byte[])written.Get(Field);
            return mode == ExifMode.All ? rewritten : ExifTags.Ordinary(rewritten);
        }
        catch (VipsException e)
        {
            warn($"{Unreadable} ({Vips.Reason(e)})");
            return [];
        }
    }

    private static bool Drops(string field, ExifMode mode) =>
        field.StartsWith(InteroperabilityFields, StringComparison.Ordinal)
        || (mode != ExifMode.All
            && (field.StartsWith(PlaceFields, StringComparison.Ordinal) || field.StartsWith(ThumbnailFields, StringComparison.Ordinal)));

    /// <summary>Whether the metadata begins as a TIFF structure does, with a directory inside it: libexif takes anything else for an empty one.</summary>
    private static bool HasEntries(ReadOnlySpan<byte> exif)
    {
        if (exif.StartsWith("Exif\0\0"u8)) exif = exif[6..];
        if (exif.Length < 8) return false;
        var little = exif.StartsWith("II*\0"u8);
        if (!little && !exif.StartsWith("MM\0*"u8)) return false;
        var directory = little ? BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]) : BinaryPrimitives.ReadUInt32BigEndian(exif[4..]);
        if (directory > exif.Length - 2) return false;
        exif = exif[(int)directory..];
        var entries = little ? BinaryPrimitives.ReadUInt16LittleEndian(exif) : BinaryPrimitives.ReadUInt16BigEndian(exif);
        return entries > 0 && 2 + (12 * entries) <= exif.Length;
    }
}
