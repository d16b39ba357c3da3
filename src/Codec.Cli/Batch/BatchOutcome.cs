namespace VqVae.Codec.Cli.Batch;

/// <summary>What doing one file came to.</summary>
/// <param name="Pixels">Pixels of its picture.</param>
/// <param name="InputBytes">Bytes of the file.</param>
/// <param name="OutputBytes">Bytes of the result, 0 where there is none.</param>
/// <param name="Line">What is said of it where much is said.</param>
internal sealed record BatchOutcome(long Pixels, long InputBytes, long OutputBytes, string Line);
