using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>Reads <c>tables.bin</c> or a part of it, never past its end. Integers are little-endian. Errors name the offset in the file.</summary>
/// <param name="bytes">What may be read.</param>
/// <param name="origin">The offset of <paramref name="bytes"/> in the file.</param>
internal ref struct TableReader(ReadOnlySpan<byte> bytes, int origin = 0)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _position;

    /// <summary>Bytes that are left.</summary>
    public readonly int Remaining => _bytes.Length - _position;

    /// <summary>The offset of the next byte in the file.</summary>
    public readonly int Offset => origin + _position;

    /// <exception cref="ModelFormatException">The file ends before.</exception>
    public ReadOnlySpan<byte> ReadBytes(int count, string what)
    {
        if (count > Remaining) Invalid(what, $"{count} bytes", $"{Remaining}");
        var found = _bytes.Slice(_position, count);
        _position += count;
        return found;
    }

    /// <exception cref="ModelFormatException">The file ends before, or the number is out of its range.</exception>
    public int ReadByte(string what, int min = 0, int max = byte.MaxValue) => Checked(what, ReadBytes(1, what)[0], 1, min, max);

    /// <inheritdoc cref="ReadByte"/>
    public int ReadUInt16(string what, int min = 0, int max = ushort.MaxValue) =>
        Checked(what, BinaryPrimitives.ReadUInt16LittleEndian(ReadBytes(2, what)), 2, min, max);

    /// <inheritdoc cref="ReadByte"/>
    public int ReadUInt32(string what, int min = 0, int max = int.MaxValue) =>
        Checked(what, BinaryPrimitives.ReadUInt32LittleEndian(ReadBytes(4, what)), 4, min, max);

    /// <summary>Reads a length (32 bits) and gives a reader of the part of that length behind it.</summary>
    /// <exception cref="ModelFormatException">The file ends before the part does.</exception>
    public TableReader ReadPart(string what)
    {
        var length = ReadUInt32(what + "'s length", 0, Math.Max(0, Remaining - 4));
        var start = Offset;
        return new TableReader(ReadBytes(length, what), start);
    }

    /// <summary>Checks that everything has been read.</summary>
    /// <exception cref="ModelFormatException">Something follows.</exception>
    public readonly void End(string what)
    {
        if (Remaining > 0) Invalid(what, "its end", $"{Remaining} bytes more");
    }

    /// <exception cref="ModelFormatException">Always.</exception>
    [DoesNotReturn]
    public readonly void Invalid(string what, string expected, string actual) => Throw(Offset, what, expected, actual);

    private readonly int Checked(string what, long value, int size, int min, int max)
    {
        if (value < min || value > max)
            Throw(Offset - size, what, min == max ? Text(min) : $"{Text(min)} to {Text(max)}", Text(value));
        return (int)value;
    }

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    [DoesNotReturn]
    private static void Throw(int offset, string what, string expected, string actual) =>
        throw new ModelFormatException($"offset {Text(offset)}: {what}: expected {expected}, got {actual}");
}
