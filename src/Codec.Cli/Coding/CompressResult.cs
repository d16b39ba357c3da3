using VqVae.Runtime;

namespace VqVae.Codec.Cli.Coding;

/// <summary>What compressing a picture came to.</summary>
/// <param name="Info">The file's header.</param>
/// <param name="RawBytes">Bytes of the picture's pixels.</param>
/// <param name="InputBytes">Bytes of the picture file.</param>
/// <param name="OutputBytes">Bytes of the <c>.vq</c> file.</param>
/// <param name="Compressing">From the first row that is read to the file in memory.</param>
/// <param name="Psnr">In dB, where it was asked for.</param>
internal sealed record CompressResult(VqInfo Info, long RawBytes, long InputBytes, long OutputBytes, TimeSpan Compressing, double? Psnr);
