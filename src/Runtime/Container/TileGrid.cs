using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>
/// The tiles of an image: squares over the padded image in rows from the top left; those at the right and at the bottom are cut to it. A
/// tile's side is a multiple of every stride, so that each position of each plane is in exactly one tile.
/// </summary>
internal readonly record struct TileGrid
{
    private readonly Padding _padding;

    public TileGrid(Padding padding, int tileBits)
    {
        _padding = padding;
        Side = 1 << tileBits;
        Columns = (int)(((long)padding.Width + Side - 1) >> tileBits);
        Rows = (int)(((long)padding.Height + Side - 1) >> tileBits);
    }

    public static TileGrid Of(in VqHeader header, IReadOnlyList<LatentPlane> planes) =>
        new(Padding.Of(planes, header.Width, header.Height), header.TileBits);

    /// <summary>A tile's side in pixels.</summary>
    public int Side { get; }

    /// <summary>Tiles from left to right.</summary>
    public int Columns { get; }

    /// <summary>Tiles from top to bottom.</summary>
    public int Rows { get; }

    /// <summary>Tiles; over 2³¹ only where the image is over every limit.</summary>
    public long Count => (long)Columns * Rows;

    /// <summary>The number of the tile that covers a pixel of the padded image.</summary>
    public int At(int x, int y) => (y / Side * Columns) + (x / Side);

    /// <summary>A tile's part of a plane.</summary>
    public TileRectangle Rectangle(LatentPlane plane, int tile)
    {
        var (row, column) = Math.DivRem(tile, Columns);
        var (left, top) = (column * Side, row * Side);
        return new TileRectangle(
            left / plane.Stride,
            top / plane.Stride,
            Math.Min(Side, _padding.Width - left) / plane.Stride,
            Math.Min(Side, _padding.Height - top) / plane.Stride);
    }
}
