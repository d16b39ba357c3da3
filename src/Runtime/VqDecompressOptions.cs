namespace VqVae.Runtime;

/// <summary>How a <c>.vq</c> file is decompressed.</summary>
public sealed record VqDecompressOptions
{
    /// <summary>Leading stages that are decoded, at least 1: a coarser image in less time. The default, and the most, is what the file has.</summary>
    public int? Stages { get; init; }
}
