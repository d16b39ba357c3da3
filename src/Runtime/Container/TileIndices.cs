using System.Buffers;

namespace VqVae.Runtime;

/// <summary>
/// The leading stages of one tile's indices, packed tightly as the coders see them: the maps themselves where the image is one tile, otherwise
/// a pooled copy.
/// </summary>
internal readonly struct TileIndices : IDisposable
{
    private readonly BlockLayout _layout;
    private readonly IndexMaps _maps;
    private readonly ushort[]? _copy;
    private readonly int _tile;
    private readonly int _stages;

    public TileIndices(BlockLayout layout, IndexMaps maps, int tile, int stages)
    {
        _layout = layout;
        _maps = maps;
        _tile = tile;
        _stages = stages;
        if (layout.Grid.Count > 1) _copy = ArrayPool<ushort>.Shared.Rent(Start(layout.Planes.Count));
    }

    /// <summary>Whether the maps themselves are read and written.</summary>
    public bool AreMaps => _copy is null;

    public IndexBlock Block(int slot, CancellationToken cancellationToken)
    {
        var (stage, plane) = _layout.Slots[slot];
        var rectangle = Rectangle(plane);
        var all = Plane(plane);
        return new IndexBlock
        {
            Plane = plane,
            Stage = stage,
            Width = rectangle.Width,
            Height = rectangle.Height,
            Earlier = all[..(stage * rectangle.Count)],
            Indices = all.Slice(stage * rectangle.Count, rectangle.Count),
            CancellationToken = cancellationToken,
        };
    }

    /// <summary>Fills the copy from the maps.</summary>
    public void Load()
    {
        for (var plane = 0; plane < _layout.Planes.Count; plane++) _maps.Read(plane, StagesOf(plane, _stages), Rectangle(plane), Plane(plane));
    }

    /// <summary>Writes the leading stages of the copy into the maps.</summary>
    public void Store(int stages)
    {
        for (var plane = 0; plane < _layout.Planes.Count; plane++) _maps.Write(plane, StagesOf(plane, stages), Rectangle(plane), Plane(plane));
    }

    public void Dispose()
    {
        if (_copy is not null) ArrayPool<ushort>.Shared.Return(_copy);
    }

    private Span<ushort> Plane(int plane) =>
        _copy is null ? _maps.Plane(plane) : _copy.AsSpan(Start(plane), StagesOf(plane, _stages) * Rectangle(plane).Count);

    private int Start(int plane)
    {
        var start = 0;
        for (var p = 0; p < plane; p++) start = checked(start + (StagesOf(p, _stages) * Rectangle(p).Count));
        return start;
    }

    private int StagesOf(int plane, int stages) => Math.Min(stages, _layout.Planes[plane].Stages);

    private TileRectangle Rectangle(int plane) => _layout.Grid.Rectangle(_layout.Planes[plane], _tile);
}
