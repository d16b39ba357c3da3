namespace VqVae.Runtime;

/// <summary>Reads the fields of a <c>.vq</c> file, never past its end.</summary>
internal ref struct VqReader(ReadOnlySpan<byte> file)
{
    private readonly ReadOnlySpan<byte> _file = file;

    /// <summary>The offset of the next byte.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes that are left.</summary>
    public readonly int Remaining => _file.Length - Position;

    public byte ReadByte(string what) => ReadBytes(1, what)[0];

    public ReadOnlySpan<byte> ReadBytes(int count, string what)
    {
        if (Remaining < count) VqThrow.Truncated(Position, what, count, Remaining);
        var bytes = _file.Slice(Position, count);
        Position += count;
        return bytes;
    }

    /// <summary>
    /// Reads an unsigned LEB128 number: 7 bits a byte, lowest first, the high bit set on all bytes but the last, as few bytes as possible.
    /// </summary>
    public int ReadVarint(string what, int min, int max)
    {
        var start = Position;
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var b = ReadByte(what);
            value |= (ulong)(b & 0x7f) << shift;
            if (b < 0x80)
            {
                if (b == 0 && shift > 0) VqThrow.Invalid(start, what, "a number in as few bytes as possible", $"{Position - start} bytes for {value}");
                break;
            }

            // Five bytes hold every number that any field may have.
            if (shift == 28) VqThrow.Invalid(start, what, "a number of at most 5 bytes", "a longer one");
        }

        if (value < (ulong)min || value > (ulong)max) VqThrow.Invalid(start, what, $"{min} to {max}", $"{value}");
        return (int)value;
    }
}
