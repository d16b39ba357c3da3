namespace VqVae.Runtime;

/// <summary>How an image is compressed.</summary>
public sealed record VqCompressOptions
{
    /// <summary>
    /// Leading stages that are kept, from 1 to the model's number, the default. Fewer make a smaller file and a coarser image.
    /// </summary>
    public int? Stages { get; init; }

    /// <summary>
    /// Weight of the rate in the codebook search, in squared 8-bit units a bit; 0, the default, takes the nearest code. Higher values prefer
    /// codes that an entropy coder writes in fewer bits; raw indices get no smaller from it.
    /// </summary>
    public double Lambda { get; init; }

    /// <summary>Bytes from one row's start to the next one's; the default is tightly packed rows.</summary>
    public int? Stride { get; init; }
}
