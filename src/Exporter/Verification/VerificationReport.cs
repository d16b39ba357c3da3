using VqVae.Models;

namespace VqVae.Exporter.Verification;

/// <summary>How a model's graphs compare with the trainer's own results.</summary>
internal sealed record VerificationReport
{
    /// <summary>Samples that were compared.</summary>
    public required int Samples { get; init; }

    /// <summary>The distance gap, relative to the latent's scale, up to which a nearest code is a tie.</summary>
    public required double Epsilon { get; init; }

    /// <summary>Indices by plane and stage.</summary>
    public required IReadOnlyList<IndexCounts> Indices { get; init; }

    /// <summary>Where the first wrong index is, or <c>null</c>.</summary>
    public string? FirstWrongIndex { get; init; }

    /// <summary>Bytes of decoded images by number of stages.</summary>
    public required IReadOnlyList<ByteCounts> Bytes { get; init; }

    /// <summary>Largest difference of a byte.</summary>
    public required int MaxPixelDifference { get; init; }

    /// <summary>Where the first wrong byte is, or <c>null</c>.</summary>
    public string? FirstWrongByte { get; init; }

    /// <summary>All indices.</summary>
    public long AllIndices => Indices.Sum(i => i.All);

    /// <summary>Indices that are equal, ties included.</summary>
    public long IndicesEqual => Indices.Sum(i => i.Equal);

    /// <summary>Indices that must be equal.</summary>
    public long IndicesCompared => Indices.Sum(i => i.Compared);

    /// <summary>Indices that must be equal and are not.</summary>
    public long IndicesWrong => Indices.Sum(i => i.Wrong);

    /// <summary>All bytes of all decoded images.</summary>
    public long AllBytes => Bytes.Sum(b => b.All);

    /// <summary>Bytes that are equal.</summary>
    public long BytesEqual => Bytes.Sum(b => b.Equal);

    /// <summary>Bytes that differ by more than <see cref="GraphVerifier.PixelTolerance"/>.</summary>
    public long BytesWrong => Bytes.Sum(b => b.Wrong);

    /// <summary>What is wrong in one line, or <c>null</c> where nothing is.</summary>
    public string? Failure
    {
        get
        {
            if (IndicesWrong > 0) return $"{IndicesWrong} of {IndicesCompared} indices differ from the trainer's; the first: {FirstWrongIndex}";
            if (BytesWrong > 0)
                return $"{BytesWrong} of {AllBytes} decoded bytes differ from the trainer's by more than {GraphVerifier.PixelTolerance}, at most by {MaxPixelDifference}; the first: {FirstWrongByte}";
            if (Bytes.FirstOrDefault(b => b.Equal < GraphVerifier.SmallestShareEqual * b.All) is { } bytes)
                return $"only {bytes.Equal} of {bytes.All} bytes decoded from {bytes.Stages} stages are equal to the trainer's; rounding does not explain more than {100 * (1 - GraphVerifier.SmallestShareEqual):g2}%";
            if (Indices.FirstOrDefault(i => i.Compared < GraphVerifier.SmallestShareCompared * i.All) is { } indices)
                return $"only {indices.Compared} of {indices.All} indices of {indices.Tensor}, stage {indices.Stage} have a clear nearest code, which proves too little; at least {100 * GraphVerifier.SmallestShareCompared:g2}% must";
            return null;
        }
    }

    /// <summary>What the manifest keeps.</summary>
    public ManifestVerification ToManifest() => new()
    {
        Verified = true,
        IndicesCompared = IndicesCompared,
        IndexAgreement = (double)IndicesEqual / AllIndices,
        Epsilon = Epsilon,
        MaxPixelDifference = MaxPixelDifference,
    };
}
