using VqVae.Runtime;

namespace VqVae.Codec.Cli.Coding;

/// <summary>What decompressing a file came to.</summary>
/// <param name="Width">Pixels in a row of the picture that was written.</param>
/// <param name="Height">Its rows.</param>
/// <param name="Format">Its format.</param>
/// <param name="OutputBytes">Bytes of the picture file.</param>
/// <param name="Stages">Leading stages that were decoded.</param>
/// <param name="IsCut">Whether these are fewer than were asked for, because the file is cut short.</param>
internal sealed record DecompressResult(int Width, int Height, PixelFormat Format, long OutputBytes, int Stages, bool IsCut);
