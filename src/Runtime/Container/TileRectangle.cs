namespace VqVae.Runtime;

/// <summary>A tile's part of a plane, in positions.</summary>
internal readonly record struct TileRectangle(int X, int Y, int Width, int Height)
{
    /// <summary>Positions inside.</summary>
    public int Count => Width * Height;
}
