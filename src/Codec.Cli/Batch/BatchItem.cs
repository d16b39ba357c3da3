namespace VqVae.Codec.Cli.Batch;

/// <summary>A file that is to be made of another one.</summary>
/// <param name="Input">The file that is read.</param>
/// <param name="Output">The path that is written.</param>
internal sealed record BatchItem(FileEntry Input, string Output);
