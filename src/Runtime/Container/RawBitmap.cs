namespace VqVae.Runtime;

/// <summary>One bit a block, lowest bit first: set where the block is raw although the file's mode is another. Without bits none is.</summary>
internal readonly struct RawBitmap
{
    private readonly byte[]? _bits;

    private RawBitmap(byte[] bits) => _bits = bits;

    public bool this[int number] => _bits is not null && (_bits[number >> 3] & (1 << (number & 7))) != 0;

    /// <summary>Bytes of the bitmap of a number of blocks.</summary>
    public static int Size(long blocks) => (int)((blocks + 7) / 8);

    /// <summary>Reads the bitmap, in which at least one bit is set and none behind the last block.</summary>
    public static RawBitmap Read(ref VqReader reader, BlockLayout layout, BlockTable? blocks)
    {
        var start = reader.Position;
        var bits = reader.ReadBytes(Size(layout.Count), "raw bitmap").ToArray();
        if (bits.AsSpan().IndexOfAnyExcept((byte)0) < 0) VqThrow.Invalid(start, "raw bitmap", "at least one raw block, as the header says", "none");
        if (layout.Count % 8 != 0 && bits[^1] >> (int)(layout.Count % 8) != 0) VqThrow.Invalid(reader.Position - 1, "raw bitmap", "0 in the bits behind the last block", "others");
        var bitmap = new RawBitmap(bits);
        if (blocks is not null) CheckLengths(bitmap, layout, blocks, start);
        return bitmap;
    }

    private static void CheckLengths(RawBitmap bitmap, BlockLayout layout, BlockTable blocks, int start)
    {
        var tiles = (int)layout.Grid.Count;
        for (var number = 0; number < layout.Count; number++)
        {
            if (!bitmap[number]) continue;
            var size = layout.RawSize(number / tiles, number % tiles);
            if (blocks[number].Length != size) VqThrow.Invalid(start, $"raw block {number}", $"{size} bytes", $"{blocks[number].Length}");
        }
    }
}
