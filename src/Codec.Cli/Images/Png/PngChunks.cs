using System.Buffers.Binary;

namespace VqVae.Codec.Cli.Images.Png;

/// <summary>Writes PNG's chunks: length, type, content and the CRC-32 of the last two (specification, section 5.3).</summary>
internal static class PngChunks
{
    private static readonly uint[] Table = MakeTable();

    /// <summary>Writes one chunk.</summary>
    /// <param name="stream">Where to.</param>
    /// <param name="type">Its four letters.</param>
    /// <param name="content">Less than 2³¹ bytes.</param>
    public static void Write(Stream stream, ReadOnlySpan<byte> type, ReadOnlySpan<byte> content)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Span<byte> head = stackalloc byte[8], crc = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(head, content.Length);
        type.CopyTo(head[4..]);
        BinaryPrimitives.WriteUInt32BigEndian(crc, ~Update(Update(uint.MaxValue, type), content));
        stream.Write(head);
        stream.Write(content);
        stream.Write(crc);
    }

    /// <summary>The CRC of PNG, ISO 3309: polynomial edb88320, least significant bit first, before the last inversion.</summary>
    internal static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        // Eight bytes at a time through eight tables; the CRC instruction of processors is of another polynomial.
        var table = Table;
        while (bytes.Length >= 8)
        {
            var low = crc ^ BinaryPrimitives.ReadUInt32LittleEndian(bytes);
            var high = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
            crc = table[0x700 + (low & 255)] ^ table[0x600 + ((low >> 8) & 255)] ^ table[0x500 + ((low >> 16) & 255)] ^ table[0x400 + (low >> 24)]
                ^ table[0x300 + (high & 255)] ^ table[0x200 + ((high >> 8) & 255)] ^ table[0x100 + ((high >> 16) & 255)] ^ table[high >> 24];
            bytes = bytes[8..];
        }

        foreach (var b in bytes) crc = table[(crc ^ b) & 255] ^ (crc >> 8);
        return crc;
    }

    /// <summary>Table k holds the CRC of a byte that k zero bytes follow.</summary>
    private static uint[] MakeTable()
    {
        var table = new uint[8 * 256];
        for (var i = 0u; i < 256; i++)
        {
            var crc = i;
            for (var bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
            table[i] = crc;
        }

        for (var i = 256; i < table.Length; i++) table[i] = table[table[i - 256] & 255] ^ (table[i - 256] >> 8);
        return table;
    }
}
