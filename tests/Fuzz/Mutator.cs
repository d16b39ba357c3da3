using System.Buffers.Binary;

namespace VqVae.Fuzz;

/// <summary>Changes inputs the way damage and attackers do: bits, bytes, numbers at the edge of their range, parts removed, repeated, mixed.</summary>
internal static class Mutator
{
    private const int MaxLength = 1 << 16;

    private static readonly uint[] EdgeNumbers =
        [0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff, 0x10000, 0xff_ffff, 0x100_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_fffe, 0xffff_ffff];

    /// <summary>A changed copy of an input.</summary>
    /// <param name="input">The input.</param>
    /// <param name="other">Another one, to mix in.</param>
    /// <param name="random">Decides everything.</param>
    public static byte[] Mutate(byte[] input, byte[] other, Random random)
    {
        var bytes = (byte[])input.Clone();
        for (var changes = 1 << random.Next(random.Next(1, 5)); changes > 0; changes--) bytes = Change(bytes, other, random);
        return bytes.Length <= MaxLength ? bytes : bytes[..MaxLength];
    }

    private static byte[] Change(byte[] bytes, byte[] other, Random random)
    {
        if (bytes.Length == 0) return [(byte)random.Next(256)];
        var at = random.Next(bytes.Length);
        var length = Math.Min(bytes.Length - at, 1 + random.Next(1 << random.Next(9)));
        switch (random.Next(10))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                bytes[at] = (byte)random.Next(256);
                return bytes;
            case 2:
                bytes[at] += (byte)(random.Next(2) == 0 ? 1 : -1);
                return bytes;
            case 3:
                return WriteNumber(bytes, at, random);
            case 4:
                random.NextBytes(bytes.AsSpan(at, length));
                return bytes;
            case 5:
                return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at + length)];
            case 6:
                return [.. bytes.AsSpan(0, at + length), .. bytes.AsSpan(at)];
            case 7:
                return Splice(bytes, at, other, random);
            case 8:
                return WriteVarint(bytes, at, random);
            default:
                // Cut short. Rarely, since little is left to read afterwards.
                return random.Next(4) == 0 ? bytes[..at] : bytes;
        }
    }

    private static byte[] WriteNumber(byte[] bytes, int at, Random random)
    {
        Span<byte> number = stackalloc byte[4];
        var value = EdgeNumbers[random.Next(EdgeNumbers.Length)];
        if (random.Next(2) == 0) BinaryPrimitives.WriteUInt32LittleEndian(number, value);
        else BinaryPrimitives.WriteUInt32BigEndian(number, value);
        var size = Math.Min(1 << random.Next(3), bytes.Length - at);
        number[..size].CopyTo(bytes.AsSpan(at));
        return bytes;
    }

    /// <summary>Puts a number in LEB128 in the place of the one that may be there.</summary>
    private static byte[] WriteVarint(byte[] bytes, int at, Random random)
    {
        var varint = new List<byte>();
        var value = EdgeNumbers[random.Next(EdgeNumbers.Length)];
        for (; value >= 0x80; value >>= 7) varint.Add((byte)(value | 0x80));
        varint.Add((byte)value);
        var end = at;
        while (end < bytes.Length - 1 && bytes[end] >= 0x80) end++;
        return [.. bytes.AsSpan(0, at), .. varint, .. bytes.AsSpan(end + 1)];
    }

    private static byte[] Splice(byte[] bytes, int at, byte[] other, Random random)
    {
        if (other.Length == 0) return bytes;
        var from = random.Next(other.Length);
        var length = 1 + random.Next(other.Length - from);
        var part = other.AsSpan(from, length);
        return random.Next(2) == 0
            ? [.. bytes.AsSpan(0, at), .. part]
            : [.. bytes.AsSpan(0, at), .. part, .. bytes.AsSpan(Math.Min(bytes.Length, at + length))];
    }
}
