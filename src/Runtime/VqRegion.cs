namespace VqVae.Runtime;

/// <summary>A rectangle of an image.</summary>
/// <param name="X">Columns left of it.</param>
/// <param name="Y">Rows above it.</param>
/// <param name="Width">Its width in pixels, at least 1.</param>
/// <param name="Height">Its height in pixels, at least 1.</param>
public readonly record struct VqRegion(int X, int Y, int Width, int Height);
