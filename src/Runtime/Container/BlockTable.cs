namespace VqVae.Runtime;

/// <summary>The block lengths of a file with several tiles, as offsets from the payload's start.</summary>
internal sealed class BlockTable
{
    private readonly long[] _ends;

    private BlockTable(long[] ends) => _ends = ends;

    /// <summary>Bytes of all blocks.</summary>
    public long Total => _ends[^1];

    /// <summary>A block's offset and length. Blocks lie end to end, so that none can overlap another or leave a gap.</summary>
    public (long Offset, int Length) this[int number]
    {
        get
        {
            var start = number == 0 ? 0 : _ends[number - 1];
            return (start, (int)(_ends[number] - start));
        }
    }

    /// <summary>Reads the lengths: one varint a block, 1 to the block's raw size; exactly that where the file's mode is raw.</summary>
    public static BlockTable Read(ref VqReader reader, BlockLayout layout, bool isRaw)
    {
        // Each length takes a byte at least: what is allocated is bounded by the file's own size.
        if (layout.Count > reader.Remaining) VqThrow.Truncated(reader.Position, "block lengths", layout.Count, reader.Remaining);
        var ends = new long[layout.Count];
        var end = 0L;
        var tiles = (int)layout.Grid.Count;
        for (var number = 0; number < ends.Length; number++)
        {
            var most = layout.RawSize(number / tiles, number % tiles);
            end += reader.ReadVarint("block length", isRaw ? most : 1, most);
            ends[number] = end;
        }

        return new BlockTable(ends);
    }

    /// <summary>Leading stages whose blocks all end within the first <paramref name="available"/> bytes.</summary>
    public int CompleteStages(BlockLayout layout, long available)
    {
        var tiles = (int)layout.Grid.Count;
        for (var stage = 0; stage < layout.Stages; stage++)
            if (_ends[(layout.SlotsOf(stage + 1) * tiles) - 1] > available) return stage;
        return layout.Stages;
    }
}
