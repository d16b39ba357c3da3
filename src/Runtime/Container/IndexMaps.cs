using System.Runtime.InteropServices;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>
/// The indices of a whole image: for each plane <c>[stages, h, w]</c> as 16-bit numbers. Different rectangles may be written at the same
/// time. What was not written is undefined. On Linux it takes no memory but addresses, so that a file that states a large image and has
/// nothing in it costs little; elsewhere it may count as committed memory, which the limit on indices bounds.
/// </summary>
internal sealed class IndexMaps : IDisposable
{
    private readonly LatentPlane[] _planes;
    private readonly Padding _padding;
    private readonly NativeBuffer?[] _maps;

    /// <summary>Allocates maps for the leading stages; <see cref="Bytes"/> says beforehand how much that is.</summary>
    /// <param name="planes">The model's planes.</param>
    /// <param name="stages">How many.</param>
    /// <param name="padding">The padded image's size.</param>
    /// <param name="pool">Where the memory comes from; <c>null</c> for the system.</param>
    public IndexMaps(IReadOnlyList<LatentPlane> planes, int stages, Padding padding, BufferPool? pool = null)
    {
        _planes = [.. planes];
        _padding = padding;
        Stages = stages;
        _maps = new NativeBuffer[planes.Count];
        try
        {
            for (var p = 0; p < planes.Count; p++) _maps[p] = new NativeBuffer(pool, (long)sizeof(ushort) * StagesOf(p) * Positions(p));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public IReadOnlyList<LatentPlane> Planes => _planes;

    /// <summary>The padded image's size.</summary>
    public Padding Padding => _padding;

    /// <summary>Stages of the image; a plane has at most its own.</summary>
    public int Stages { get; private set; }

    /// <summary>Bytes that the maps of an image take.</summary>
    public static long Bytes(IReadOnlyList<LatentPlane> planes, int stages, Padding padding)
    {
        var bytes = 0L;
        foreach (var plane in planes) bytes += sizeof(ushort) * Math.Min(stages, plane.Stages) * padding.Positions(plane);
        return bytes;
    }

    public int StagesOf(int plane) => Math.Min(Stages, _planes[plane].Stages);

    public int WidthOf(int plane) => _padding.Width / _planes[plane].Stride;

    public int HeightOf(int plane) => _padding.Height / _planes[plane].Stride;

    /// <summary>Forgets the stages behind the leading ones.</summary>
    public void Keep(int stages)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(stages, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(stages, Stages);
        Stages = stages;
    }

    /// <summary>All stages of a plane, stage after stage, each in rows from top to bottom; of images that are not large.</summary>
    /// <exception cref="OverflowException">They have 2 GiB or more.</exception>
    public Span<ushort> Plane(int plane) => Part(plane, 0, checked(StagesOf(plane) * Positions(plane)));

    /// <summary>One stage of a plane, in rows from top to bottom.</summary>
    public Span<ushort> Stage(int plane, int stage) => Part(plane, (long)stage * Positions(plane), Positions(plane));

    /// <summary>One row of a stage.</summary>
    public Span<ushort> Row(int plane, int stage, int y) => Part(plane, ((long)stage * Positions(plane)) + ((long)y * WidthOf(plane)), WidthOf(plane));

    /// <summary>Copies a rectangle of one stage out, widened to the graphs' 32 bits.</summary>
    /// <param name="plane">The plane.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="from">The rectangle in positions.</param>
    /// <param name="target">Where it goes; the rectangle's top left position first.</param>
    /// <param name="targetWidth">Positions from one row of <paramref name="target"/> to the next.</param>
    public void Read(int plane, int stage, TileRectangle from, Span<int> target, int targetWidth)
    {
        for (var y = 0; y < from.Height; y++)
        {
            var source = Row(plane, stage, from.Y + y).Slice(from.X, from.Width);
            var row = target.Slice(y * targetWidth, from.Width);
            for (var x = 0; x < source.Length; x++) row[x] = source[x];
        }
    }

    /// <summary>Copies a window of all planes and stages out, as the decoder's graph takes it.</summary>
    /// <param name="x">The window's first column, in pixels.</param>
    /// <param name="y">Its first row, in pixels.</param>
    /// <param name="width">Its width in pixels.</param>
    /// <param name="height">Its height in pixels.</param>
    /// <param name="target">Gets the indices.</param>
    public void ReadWindow(int x, int y, int width, int height, IndexBuffers target)
    {
        for (var p = 0; p < _planes.Length; p++)
        {
            var stride = _planes[p].Stride;
            var window = new TileRectangle(x / stride, y / stride, width / stride, height / stride);
            for (var stage = 0; stage < StagesOf(p); stage++) Read(p, stage, window, target.Planes[p].Span[(stage * window.Count)..], window.Width);
        }
    }

    /// <summary>Copies a rectangle of one stage in from the graphs' 32 bits.</summary>
    /// <param name="plane">The plane.</param>
    /// <param name="stage">The stage.</param>
    /// <param name="to">The rectangle in positions.</param>
    /// <param name="source">What it gets; the rectangle's top left position first.</param>
    /// <param name="sourceWidth">Positions from one row of <paramref name="source"/> to the next.</param>
    /// <exception cref="InvalidOperationException">An index is not one of the codebook's.</exception>
    public void Write(int plane, int stage, TileRectangle to, ReadOnlySpan<int> source, int sourceWidth)
    {
        var codes = (uint)_planes[plane].Codes;
        for (var y = 0; y < to.Height; y++)
        {
            var row = source.Slice(y * sourceWidth, to.Width);
            var target = Row(plane, stage, to.Y + y).Slice(to.X, to.Width);
            for (var x = 0; x < row.Length; x++)
            {
                var index = (uint)row[x];
                if (index >= codes) throw new InvalidOperationException($"the encoder gave the index {row[x]} where the codebook has {codes} codes");
                target[x] = (ushort)index;
            }
        }
    }

    /// <summary>Copies a rectangle of the leading stages out, stage after stage.</summary>
    public void Read(int plane, int stages, TileRectangle from, Span<ushort> target)
    {
        for (var stage = 0; stage < stages; stage++)
        {
            for (var y = 0; y < from.Height; y++)
            {
                Row(plane, stage, from.Y + y).Slice(from.X, from.Width).CopyTo(target);
                target = target[from.Width..];
            }
        }
    }

    /// <summary>Copies a rectangle of the leading stages in, stage after stage.</summary>
    public void Write(int plane, int stages, TileRectangle to, ReadOnlySpan<ushort> source)
    {
        for (var stage = 0; stage < stages; stage++)
        {
            for (var y = 0; y < to.Height; y++)
            {
                source[..to.Width].CopyTo(Row(plane, stage, to.Y + y)[to.X..]);
                source = source[to.Width..];
            }
        }
    }

    public void Dispose()
    {
        foreach (var map in _maps) map?.Dispose();
    }

    private Span<ushort> Part(int plane, long start, int count) =>
        MemoryMarshal.Cast<byte, ushort>(_maps[plane]!.Slice(sizeof(ushort) * start, checked(sizeof(ushort) * count)));

    private int Positions(int plane) => checked((int)_padding.Positions(_planes[plane]));
}
