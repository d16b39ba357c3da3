using VqVae.Runtime;

namespace VqVae.Benchmarks;

/// <summary>One tile's blocks, what became of them, and what came back.</summary>
internal sealed class EntropyTile
{
    private readonly ushort[] _indices;
    private readonly ushort[] _decoded;
    private readonly (int Stage, int Plane, int PlaneStart, TileRectangle Rectangle)[] _slots;
    private readonly byte[][] _bytes;

    public EntropyTile(BlockLayout layout, IndexMaps maps, int tile)
    {
        var (planes, start) = (layout.Planes, 0);
        var starts = new int[planes.Count];
        for (var p = 0; p < planes.Count; p++)
        {
            starts[p] = start;
            start += layout.Grid.Rectangle(planes[p], tile).Count * Math.Min(layout.Stages, planes[p].Stages);
        }

        (_indices, _decoded) = (new ushort[start], new ushort[start]);
        for (var p = 0; p < planes.Count; p++)
            maps.Read(p, Math.Min(layout.Stages, planes[p].Stages), layout.Grid.Rectangle(planes[p], tile), _indices.AsSpan(starts[p]));
        _slots = [.. layout.Slots.ToArray().Select(s => (s.Stage, s.Plane, starts[s.Plane], layout.Grid.Rectangle(planes[s.Plane], tile)))];
        _bytes = [.. Enumerable.Range(0, _slots.Length).Select(slot => new byte[layout.RawSize(slot, tile)])];
        Lengths = new int[_slots.Length];
    }

    /// <summary>Blocks of the tile.</summary>
    public int Slots => _slots.Length;

    /// <summary>Each block's length after <see cref="Encode"/>; −1 where the coder left it to raw.</summary>
    public int[] Lengths { get; }

    public int Count(int slot) => _slots[slot].Rectangle.Count;

    public (int Plane, int Stage) Key(int slot) => (_slots[slot].Plane, _slots[slot].Stage);

    /// <summary>The block's length in fixed-length coding.</summary>
    public int RawSize(int slot) => _bytes[slot].Length;

    public void Encode(IIndexCoder coder, RawCoder raw)
    {
        for (var slot = 0; slot < _slots.Length; slot++)
        {
            Lengths[slot] = coder.Encode(Block(slot, _indices), _bytes[slot]);
            if (Lengths[slot] < 0) raw.Encode(Block(slot, _indices), _bytes[slot]);
        }
    }

    public void Decode(IIndexCoder coder, RawCoder raw)
    {
        for (var slot = 0; slot < _slots.Length; slot++)
        {
            var length = Lengths[slot];
            var source = _bytes[slot].AsSpan(0, length < 0 ? RawSize(slot) : length);
            if ((length < 0 ? raw : coder).Decode(source, Block(slot, _decoded)) != source.Length)
                throw new InvalidOperationException($"slot {slot}: decoding took another number of bytes than encoding gave");
        }
    }

    /// <summary>Checks that what was decoded is what was encoded, and forgets it.</summary>
    public void Verify()
    {
        if (!_indices.AsSpan().SequenceEqual(_decoded)) throw new InvalidOperationException("decoded indices are not those that were encoded");
        _decoded.AsSpan().Fill(ushort.MaxValue);
    }

    private IndexBlock Block(int slot, ushort[] indices)
    {
        var (stage, plane, start, rectangle) = _slots[slot];
        return new IndexBlock
        {
            Plane = plane,
            Stage = stage,
            Width = rectangle.Width,
            Height = rectangle.Height,
            Earlier = indices.AsSpan(start, stage * rectangle.Count),
            Indices = indices.AsSpan(start + (stage * rectangle.Count), rectangle.Count),
        };
    }
}
