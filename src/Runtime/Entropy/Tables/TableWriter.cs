using System.Buffers;
using System.Buffers.Binary;

namespace VqVae.Runtime;

/// <summary>Writes what <see cref="TableReader"/> reads.</summary>
internal sealed class TableWriter
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    /// <summary>What was written.</summary>
    public ReadOnlySpan<byte> Written => _bytes.WrittenSpan;

    public void WriteBytes(ReadOnlySpan<byte> bytes) => _bytes.Write(bytes);

    public void WriteByte(int value) => _bytes.Write([checked((byte)value)]);

    public void WriteUInt16(int value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.GetSpan(2), checked((ushort)value));
        _bytes.Advance(2);
    }

    public void WriteUInt32(int value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(_bytes.GetSpan(4), checked((uint)value));
        _bytes.Advance(4);
    }

    /// <summary>Writes a part behind its length; where there is none, the length 0.</summary>
    public void WritePart(Action<TableWriter>? part)
    {
        var content = new TableWriter();
        part?.Invoke(content);
        WriteUInt32(content.Written.Length);
        WriteBytes(content.Written);
    }
}
