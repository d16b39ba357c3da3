using VqVae.Models;

namespace VqVae.Exporter.Verification;

/// <summary>How a model's graphs compare with the trainer's own results.</summary>
internal sealed record VerificationReport
{
    /// <summary>Samples that were compared.</summary>
    public required int Samples { get; init; }

    /// <summary>The distance gap, relative to the latent's scale, up to which a nearest code is a tie.</summary>
    public required double Epsilon { get; init; }

    /// <summary>All indices.</summary>
    public required long Indices { get; init; }

    /// <summary>Those that are equal, ties included.</summary>
    public required long IndicesEqual { get; init; }

    /// <summary>Those that must be equal: no tie, and all earlier stages of the position agree.</summary>
    public required long IndicesCompared { get; init; }

    /// <summary>Those that must be equal and are not.</summary>
    public required long IndicesWrong { get; init; }

    /// <summary>Where the first of them is, or <c>null</c>.</summary>
    public string? FirstWrongIndex { get; init; }

    /// <summary>All bytes of all decoded images.</summary>
    public required long Bytes { get; init; }

    /// <summary>Those that are equal.</summary>
    public required long BytesEqual { get; init; }

    /// <summary>Those that differ by more than <see cref="GraphVerifier.PixelTolerance"/>.</summary>
    public required long BytesWrong { get; init; }

    /// <summary>Largest difference of a byte.</summary>
    public required int MaxPixelDifference { get; init; }

    /// <summary>Where the first byte of <see cref="BytesWrong"/> is, or <c>null</c>.</summary>
    public string? FirstWrongByte { get; init; }

    /// <summary>What is wrong in one line, or <c>null</c> where nothing is.</summary>
    public string? Failure =>
        IndicesWrong > 0 ? $"{IndicesWrong} of {IndicesCompared} indices differ from the trainer's; the first: {FirstWrongIndex}"
        : BytesWrong > 0 ? $"{BytesWrong} of {Bytes} decoded bytes differ from the trainer's by more than {GraphVerifier.PixelTolerance}, at most by {MaxPixelDifference}; the first: {FirstWrongByte}"
        : IndicesCompared < GraphVerifier.SmallestShareCompared * Indices ? $"only {IndicesCompared} of {Indices} indices have a clear nearest code, which proves too little"
        : null;

    /// <summary>What the manifest keeps.</summary>
    public ManifestVerification ToManifest() => new()
    {
        Verified = true,
        IndicesCompared = IndicesCompared,
        IndexAgreement = (double)IndicesEqual / Indices,
        Epsilon = Epsilon,
        MaxPixelDifference = MaxPixelDifference,
    };
}
