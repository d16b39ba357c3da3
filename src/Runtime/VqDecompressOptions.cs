namespace VqVae.Runtime;

/// <summary>How a <c>.vq</c> file is decompressed.</summary>
public sealed record VqDecompressOptions
{
    /// <summary>Leading stages that are decoded, at least 1: a coarser image in less time. The default, and the most, is what the file has.</summary>
    public int? Stages { get; init; }

    /// <summary>
    /// The format of the pixels; the default is <see cref="PixelFormat.Gray8"/> for an image that went in grey, and
    /// <see cref="PixelFormat.Rgb24"/> for all others.
    /// </summary>
    public PixelFormat? Format { get; init; }
}
