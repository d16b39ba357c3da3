namespace VqVae.Codec.Cli.Commands;

/// <summary>What one number of stages gives.</summary>
/// <param name="Stages">Stages in the file.</param>
/// <param name="Bytes">Size of the whole file.</param>
/// <param name="Psnr">dB against the original.</param>
/// <param name="Compressing">Time of compressing, model loaded.</param>
/// <param name="Decompressing">Time of decompressing, model loaded.</param>
internal sealed record DemoRow(int Stages, int Bytes, double Psnr, TimeSpan Compressing, TimeSpan Decompressing);
