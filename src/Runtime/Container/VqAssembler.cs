using System.Buffers.Binary;

namespace VqVae.Runtime;

/// <summary>Puts encoded tiles and sections together to a file.</summary>
internal static class VqAssembler
{
    /// <summary>Writes a file.</summary>
    /// <param name="header">The header; whether there are sections and a raw bitmap, and whether alpha, is filled in here.</param>
    /// <param name="layout">The blocks in their order.</param>
    /// <param name="tiles">All tiles, in their order.</param>
    /// <param name="alpha">The alpha section's content; empty for none.</param>
    /// <param name="exif">The EXIF section's content; empty for none.</param>
    /// <exception cref="ArgumentException">The file would be larger than an array can be.</exception>
    public static byte[] Write(VqHeader header, BlockLayout layout, IReadOnlyList<EncodedTile> tiles, ReadOnlySpan<byte> alpha = default, ReadOnlySpan<byte> exif = default)
    {
        if (tiles.Count != layout.Grid.Count) throw new ArgumentException($"expected {layout.Grid.Count} tiles, got {tiles.Count}");
        var (payload, lengths, anyRaw) = Measure(layout, tiles);
        header = header with { HasAlpha = !alpha.IsEmpty, HasSections = !alpha.IsEmpty || !exif.IsEmpty, HasRawBitmap = anyRaw };
        var bitmap = anyRaw ? RawBitmap.Size(layout.Count) : 0;
        var file = new byte[Checked(header.Size + VqSections.SizeOf(alpha.Length, exif.Length) + lengths + bitmap + payload + VqDocument.ChecksumSize)];
        var writer = new VqWriter(file);
        header.Write(ref writer);
        VqSections.Write(ref writer, alpha, exif);
        if (tiles.Count > 1)
        {
            for (var slot = 0; slot < layout.Slots.Length; slot++)
                foreach (var tile in tiles) writer.WriteVarint(tile.Block(slot).Length);
        }

        WriteBitmap(writer.Reserve(bitmap), layout, tiles);
        for (var slot = 0; slot < layout.Slots.Length; slot++)
            foreach (var tile in tiles) writer.WriteBytes(tile.Block(slot));

        var checksum = Crc32C.Compute(file.AsSpan(0, writer.Position));
        BinaryPrimitives.WriteUInt32LittleEndian(writer.Reserve(VqDocument.ChecksumSize), checksum);
        return file;
    }

    /// <summary>The file's size.</summary>
    /// <exception cref="ArgumentException">It is larger than an array can be.</exception>
    internal static int Checked(long bytes) => bytes <= Array.MaxLength
        ? (int)bytes
        : throw new ArgumentException($"the file with its alpha and metadata: expected at most the {Array.MaxLength} bytes that an array can have, got {bytes}");

    private static (long Payload, long Lengths, bool AnyRaw) Measure(BlockLayout layout, IReadOnlyList<EncodedTile> tiles)
    {
        var (payload, lengths, anyRaw) = (0L, 0L, false);
        foreach (var tile in tiles)
        {
            for (var slot = 0; slot < layout.Slots.Length; slot++)
            {
                var length = tile.Block(slot).Length;
                payload += length;
                if (tiles.Count > 1) lengths += VqWriter.VarintSize(length);
                anyRaw |= tile.IsRaw(slot);
            }
        }

        return (payload, lengths, anyRaw);
    }

    private static void WriteBitmap(Span<byte> bitmap, BlockLayout layout, IReadOnlyList<EncodedTile> tiles)
    {
        if (bitmap.IsEmpty) return;
        for (var slot = 0; slot < layout.Slots.Length; slot++)
        {
            for (var tile = 0; tile < tiles.Count; tile++)
            {
                var number = (slot * tiles.Count) + tile;
                if (tiles[tile].IsRaw(slot)) bitmap[number >> 3] |= (byte)(1 << (number & 7));
            }
        }
    }
}
