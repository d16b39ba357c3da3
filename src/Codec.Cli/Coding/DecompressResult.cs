using VqVae.Runtime;

namespace VqVae.Codec.Cli.Coding;

/// <summary>What decompressing a file came to.</summary>
/// <param name="Width">Pixels in a row of the picture that was written.</param>
/// <param name="Height">Its rows.</param>
/// <param name="Format">Its format.</param>
/// <param name="OutputBytes">Bytes of the picture file.</param>
internal sealed record DecompressResult(int Width, int Height, PixelFormat Format, long OutputBytes);
