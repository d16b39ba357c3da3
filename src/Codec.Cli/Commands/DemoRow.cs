namespace VqVae.Codec.Cli.Commands;

/// <summary>What one quality, or number of stages, gives.</summary>
/// <param name="Name">The quality or number of stages.</param>
/// <param name="Bytes">Size of the whole file.</param>
/// <param name="Psnr">dB against the original.</param>
/// <param name="Compressing">Time of compressing, model loaded.</param>
/// <param name="Decompressing">Time of decompressing, model loaded.</param>
/// <param name="IsKept">Whether its file is the one that is written.</param>
internal sealed record DemoRow(string Name, int Bytes, double Psnr, TimeSpan Compressing, TimeSpan Decompressing, bool IsKept);
