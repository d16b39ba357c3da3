namespace VqVae.Runtime;

/// <summary>How an image is compressed. Nothing has to be set: the model's own default is a quality that looks good.</summary>
public sealed record VqCompressOptions
{
    /// <summary>
    /// Quality from 1 (the smallest file) to 100 (the best image), in even steps of PSNR; the default is the model's (<see cref="Models.QualityMap.Default"/>). It stands for
    /// a rate point, a λ and a number of stages, so it excludes <see cref="RatePoint"/>, <see cref="Lambda"/>, <see cref="Stages"/> and <see cref="Target"/>.
    /// </summary>
    public int? Quality { get; init; }

    /// <summary>A size or PSNR to keep to, for which the encoder searches the qualities; excludes what <see cref="Quality"/> excludes.</summary>
    public VqTarget? Target { get; init; }

    /// <summary>How much time the encoder may take; <see cref="VqEffort.Normal"/> by default.</summary>
    public VqEffort Effort { get; init; } = VqEffort.Normal;

    /// <summary>
    /// Leading stages that are kept, from 1 to the model's number. Fewer make a smaller file and a coarser image. Where it, <see cref="Lambda"/> or
    /// <see cref="RatePoint"/> is set, the others default to all stages, the rate point's own λ and rate point 0.
    /// </summary>
    public int? Stages { get; init; }

    /// <summary>
    /// Weight of the rate in the codebook search, in squared 8-bit units a bit; 0 takes the nearest code. Higher values prefer codes that an entropy coder
    /// writes in fewer bits; raw indices get no smaller from it.
    /// </summary>
    public double? Lambda { get; init; }

    /// <summary>Which of the model's rate points (sets of codebooks) is used, from 0.</summary>
    public int? RatePoint { get; init; }

    /// <summary>
    /// How the indices are coded; the default follows from <see cref="Effort"/>: the first that the model has tables for of <see cref="VqEntropyMode.Dense"/>
    /// (not with <see cref="VqEffort.Fast"/>), <see cref="VqEntropyMode.Fast"/> and <see cref="VqEntropyMode.Static"/>, otherwise <see cref="VqEntropyMode.Raw"/>.
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
