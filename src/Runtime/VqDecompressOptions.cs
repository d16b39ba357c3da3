namespace VqVae.Runtime;

/// <summary>How a <c>.vq</c> file is decompressed.</summary>
public sealed record VqDecompressOptions
{
    /// <summary>Leading stages that are decoded, at least 1: a coarser image in less time. The default, and the most, is what the file has.</summary>
    public int? Stages { get; init; }

    /// <summary>
    /// The format of the pixels; the default is <see cref="PixelFormat.Gray8"/> for an image that went in grey, <see cref="PixelFormat.Rgb24"/> for
    /// all others, and <see cref="PixelFormat.GrayAlpha16"/> and <see cref="PixelFormat.Rgba32"/> where the file has alpha.
    /// </summary>
    public PixelFormat? Format { get; init; }

    /// <summary>The part of the image that is decompressed, which must lie inside it; the default is all of it. Only what the part needs is decoded; its pixels are those of the whole image within 1.</summary>
    public VqRegion? Region { get; init; }

    /// <summary>
    /// Whether a file that is cut short gives the coarser image of the stages that it has whole. Its checksum is gone, so damage in them is
    /// not noticed. By default such a file is an error.
    /// </summary>
    public bool AllowPartial { get; init; }
}
