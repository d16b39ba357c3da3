namespace VqVae.Runtime;

/// <summary>An uncompressed image.</summary>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Format">How a pixel lies in <paramref name="Pixels"/>.</param>
/// <param name="Pixels">The rows from top to bottom, tightly packed: <c>Width × Height × bytes a pixel</c> bytes.</param>
public sealed record VqImage(int Width, int Height, PixelFormat Format, byte[] Pixels);
