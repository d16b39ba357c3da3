using System.Buffers.Binary;

namespace VqVae.Codec.Cli.Images;

/// <summary>
/// Takes the ordinary tags out of EXIF metadata and leaves everything else behind: place, thumbnail, what makers and programs add (MakerNote, XMP,
/// IPTC, Photoshop's resources, tags without a name), owners' names, serial numbers and unique ids. What is kept is written anew, so nothing stays in gaps.
/// </summary>
internal static class ExifTags
{
    private const int EntrySize = 12, Pointer = 0x8769, HeaderSize = 8;

    /// <summary>Tags of EXIF 2.32 (CIPA DC-008), first directory: description, maker, model, orientation, resolution, program, date, artist, copyright.</summary>
    private static readonly HashSet<int> First = [0x010e, 0x010f, 0x0110, 0x0112, 0x011a, 0x011b, 0x0128, 0x0131, 0x0132, 0x013b, 0x0213, 0x8298];

    /// <summary>Tags of the EXIF directory: exposure, dates, lens, how the picture was taken, its size.</summary>
    private static readonly HashSet<int> Exif =
    [
        0x829a, 0x829d, 0x8822, 0x8827, 0x8830, 0x8831, 0x8832, 0x8833, 0x8834, 0x8835, // exposure time, F number, programme, sensitivities
        0x9000, 0x9003, 0x9004, 0x9010, 0x9011, 0x9012, 0x9101, 0x9290, 0x9291, 0x9292, // version, dates with their offsets and fractions, components
        0x9201, 0x9202, 0x9203, 0x9204, 0x9205, 0x9206, 0x9207, 0x9208, 0x9209, 0x920a, // shutter, aperture, brightness, bias, distance, metering, light, flash, focal length
        0xa000, 0xa001, 0xa002, 0xa003, 0xa215, 0xa217, 0xa300, 0xa301, // Flashpix version, colour space, width, height, exposure index, sensor, source, scene
        0xa401, 0xa402, 0xa403, 0xa404, 0xa405, 0xa406, 0xa407, 0xa408, 0xa409, 0xa40a, 0xa40c, // rendering, mode, white balance, zoom, scene, gain, contrast ...
        0xa432, 0xa433, 0xa434, // lens: specification, maker, model
    ];

    /// <summary>Tags that libexif adds where they are missing: alone they say nothing.</summary>
    private static readonly HashSet<int> Invented = [0x011a, 0x011b, 0x0128, 0x0213, 0x0112, 0x9000, 0xa000, 0x9101, 0xa001, 0xa002, 0xa003];

    /// <summary>Bytes of a value of each type, from 1 (BYTE) to 10 (SRATIONAL).</summary>
    private static ReadOnlySpan<byte> TypeSizes => [0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8];

    /// <summary>Keeps the ordinary tags.</summary>
    /// <param name="tiff">A TIFF structure.</param>
    /// <returns>Another, of the same byte order, or nothing where nothing ordinary is in it.</returns>
    public static byte[] Ordinary(ReadOnlySpan<byte> tiff)
    {
        if (tiff.StartsWith("Exif\0\0"u8)) tiff = tiff[6..];
        if (tiff.Length < HeaderSize || !(tiff.StartsWith("II*\0"u8) || tiff.StartsWith("MM\0*"u8))) return [];
        var little = tiff[0] == 'I';
        var (first, pointer) = Read(tiff, Int(tiff, 4, little), First, little);
        var (inner, _) = pointer is { } at ? Read(tiff, at, Exif, little) : ([], null);
        if (first.Concat(inner).All(e => Invented.Contains(e.Tag))) return [];

        var stream = new List<byte>(tiff[..4].ToArray());
        stream.AddRange(Bytes(HeaderSize, 4, little));
        if (inner.Count > 0)
        {
            // The EXIF directory follows the first one and its values.
            var place = HeaderSize + Size(first) + EntrySize;
            first.Add(new Entry(Pointer, 4, 1, Bytes(place, 4, little)));
            first.Sort((a, b) => a.Tag.CompareTo(b.Tag));
        }

        Write(stream, first, little);
        if (inner.Count > 0) Write(stream, inner, little);
        return [.. stream];
    }

    private static (List<Entry> Entries, long? Pointer) Read(ReadOnlySpan<byte> tiff, long offset, HashSet<int> wanted, bool little)
    {
        var entries = new List<Entry>();
        long? pointer = null;
        if (offset < HeaderSize || offset > tiff.Length - 2) return (entries, null);
        var count = Short(tiff, (int)offset, little);
        for (var at = offset + 2; count > 0 && at <= tiff.Length - EntrySize; at += EntrySize, count--)
        {
            var (tag, type, length) = (Short(tiff, (int)at, little), Short(tiff, (int)at + 2, little), Int(tiff, (int)at + 4, little));
            if (tag == Pointer) pointer = Int(tiff, (int)at + 8, little);
            if (!wanted.Contains(tag) || type == 0 || type >= TypeSizes.Length || entries.Exists(e => e.Tag == tag)) continue;
            var size = length * TypeSizes[type];
            var from = size <= 4 ? at + 8 : Int(tiff, (int)at + 8, little);
            if (size <= tiff.Length && from <= tiff.Length - size) entries.Add(new Entry(tag, type, length, tiff.Slice((int)from, (int)size).ToArray()));
        }

        entries.Sort((a, b) => a.Tag.CompareTo(b.Tag));
        return (entries, pointer);
    }

    private static void Write(List<byte> stream, List<Entry> entries, bool little)
    {
        var values = stream.Count + 2 + (EntrySize * entries.Count) + 4;
        var tail = new List<byte>();
        stream.AddRange(Bytes(entries.Count, 2, little));
        foreach (var (tag, type, count, value) in entries)
        {
            stream.AddRange(Bytes(tag, 2, little));
            stream.AddRange(Bytes(type, 2, little));
            stream.AddRange(Bytes(count, 4, little));
            if (value.Length <= 4)
            {
                stream.AddRange(value);
                stream.AddRange(new byte[4 - value.Length]);
                continue;
            }

            stream.AddRange(Bytes(values + tail.Count, 4, little));
            tail.AddRange(value);
            if (value.Length % 2 != 0) tail.Add(0);
        }

        // No further directory: that would be the thumbnail's.
        stream.AddRange(new byte[4]);
        stream.AddRange(tail);
    }

    /// <summary>Bytes of a directory with its values; those that do not fit their entry begin at even places.</summary>
    private static int Size(List<Entry> entries) => 2 + (EntrySize * entries.Count) + 4 + entries.Sum(e => e.Value.Length <= 4 ? 0 : (e.Value.Length + 1) & ~1);

    private static int Short(ReadOnlySpan<byte> bytes, int at, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]) : BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);

    private static long Int(ReadOnlySpan<byte> bytes, int at, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]) : BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);

    private static byte[] Bytes(long value, int count, bool little) =>
        [.. Enumerable.Range(0, count).Select(i => (byte)(value >> (8 * (little ? i : count - 1 - i))))];

    private sealed record Entry(int Tag, int Type, long Count, byte[] Value);
}
