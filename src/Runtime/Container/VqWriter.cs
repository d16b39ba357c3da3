namespace VqVae.Runtime;

/// <summary>Writes the fields of a <c>.vq</c> file into memory that is large enough.</summary>
internal ref struct VqWriter(Span<byte> file)
{
    private readonly Span<byte> _file = file;

    /// <summary>The offset of the next byte.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes that a number takes.</summary>
    public static int VarintSize(int value)
    {
        var size = 1;
        for (var rest = (uint)value >> 7; rest != 0; rest >>= 7) size++;
        return size;
    }

    public void WriteByte(byte value) => _file[Position++] = value;

    public void WriteBytes(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Reserve(bytes.Length));

    /// <summary>The next bytes, for the caller to fill.</summary>
    public Span<byte> Reserve(int count)
    {
        var bytes = _file.Slice(Position, count);
        Position += count;
        return bytes;
    }

    /// <summary>Writes an unsigned LEB128 number.</summary>
    public void WriteVarint(int value)
    {
        var rest = (uint)value;
        for (; rest >= 0x80; rest >>= 7) WriteByte((byte)(rest | 0x80));
        WriteByte((byte)rest);
    }
}
