using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>
/// The blocks of a file in the order of its payload: for each stage, for each plane that has it, for each tile. A <em>slot</em> is one plane's
/// one stage; a block's number is <c>slot × tiles + tile</c>.
/// </summary>
internal sealed class BlockLayout
{
    private readonly LatentPlane[] _planes;
    private readonly (int Stage, int Plane)[] _slots;

    public BlockLayout(IReadOnlyList<LatentPlane> planes, int stages, TileGrid grid)
    {
        _planes = [.. planes];
        Stages = stages;
        Grid = grid;
        _slots =
        [
            .. from stage in Enumerable.Range(0, stages)
               from plane in Enumerable.Range(0, _planes.Length)
               where stage < _planes[plane].Stages
               select (stage, plane),
        ];
    }

    public IReadOnlyList<LatentPlane> Planes => _planes;

    public int Stages { get; }

    public TileGrid Grid { get; }

    /// <summary>Each slot's stage and plane.</summary>
    public ReadOnlySpan<(int Stage, int Plane)> Slots => _slots;

    /// <summary>Blocks of the file.</summary>
    public long Count => _slots.Length * Grid.Count;

    /// <summary>Slots of the leading stages.</summary>
    public int SlotsOf(int stages)
    {
        var count = 0;
        while (count < _slots.Length && _slots[count].Stage < stages) count++;
        return count;
    }

    /// <summary>Bytes of a block in fixed-length coding, the most that it may take.</summary>
    public int RawSize(int slot, int tile)
    {
        var plane = _planes[_slots[slot].Plane];
        return (int)BitPacking.Size(Grid.Rectangle(plane, tile).Count, plane.BitsPerIndex);
    }

    /// <summary>Bytes of all of a tile's blocks in fixed-length coding.</summary>
    public int RawTileSize(int tile)
    {
        var size = 0;
        for (var slot = 0; slot < _slots.Length; slot++) size = checked(size + RawSize(slot, tile));
        return size;
    }
}
