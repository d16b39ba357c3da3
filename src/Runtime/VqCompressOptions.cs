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

    /// <summary>Which of the model's rate points (sets of codebooks) is used, from 0, the default.</summary>
    public int RatePoint { get; init; }

    /// <summary>
    /// How the indices are coded; the default is the first that the model has tables for of <see cref="VqEntropyMode.Dense"/>,
    /// <see cref="VqEntropyMode.Fast"/> and <see cref="VqEntropyMode.Static"/>, otherwise <see cref="VqEntropyMode.Raw"/>.
    /// </summary>
    public VqEntropyMode? EntropyMode { get; init; }

    /// <summary>
    /// EXIF metadata to carry, a TIFF structure that begins with its byte order (<c>II</c> or <c>MM</c>), at most 16 MiB; empty, the default, for none. It is kept as
    /// it is: what it should not tell (place, thumbnail, an orientation that the pixels no longer have) is for the caller to remove. <see cref="VqFile.ReadExif"/>
    /// gives it back.
    /// </summary>
    public ReadOnlyMemory<byte> Exif { get; init; }

    /// <summary>Bytes from one row's start to the next one's; the default is tightly packed rows.</summary>
    public int? Stride { get; init; }
}
