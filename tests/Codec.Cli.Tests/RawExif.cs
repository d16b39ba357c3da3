namespace VqVae.Codec.Cli.Tests;

/// <summary>EXIF metadata written byte by byte, with tags that no library would write.</summary>
internal static class RawExif
{
    private const int Pointer = 0x8769;

    /// <summary>A TIFF structure of a first directory and an EXIF directory: tag, type (of single bytes, but 5: RATIONAL) and value of each entry.</summary>
    public static byte[] Build(bool little, (int Tag, int Type, byte[] Value)[] first, (int Tag, int Type, byte[] Value)[] exif)
    {
        byte[] start = [.. little ? "II*\0"u8 : "MM\0*"u8, .. Bytes(8, 4, little)];

        // The pointer's own entry has the same size whatever it says.
        var size = Directory(first.Append((Pointer, 4, new byte[4])), start.Length, little).Length;
        var outer = Directory(first.Append((Pointer, 4, Bytes(start.Length + size, 4, little))), start.Length, little);
        return [.. start, .. outer, .. Directory(exif, start.Length + outer.Length, little)];
    }

    public static byte[] Rational(int numerator, int denominator, bool little) => [.. Bytes(numerator, 4, little), .. Bytes(denominator, 4, little)];

    private static byte[] Directory(IEnumerable<(int Tag, int Type, byte[] Value)> unsorted, int at, bool little)
    {
        var entries = unsorted.OrderBy(e => e.Tag).ToArray();
        var (table, values) = (new List<byte>(Bytes(entries.Length, 2, little)), new List<byte>());
        foreach (var (tag, type, value) in entries)
        {
            var count = type switch { 4 => 1, 5 => value.Length / 8, _ => value.Length };
            table.AddRange([.. Bytes(tag, 2, little), .. Bytes(type, 2, little), .. Bytes(count, 4, little)]);
            if (value.Length > 4)
            {
                table.AddRange(Bytes(at + 2 + (12 * entries.Length) + 4 + values.Count, 4, little));
                values.AddRange(value);
            }
            else
            {
                table.AddRange([.. value, .. new byte[4 - value.Length]]);
            }
        }

        return [.. table, 0, 0, 0, 0, .. values];
    }

    private static byte[] Bytes(int value, int count, bool little) => [.. Enumerable.Range(0, count).Select(i => (byte)(value >> (8 * (little ? i : count - 1 - i))))];
}
