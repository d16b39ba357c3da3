namespace VqVae.Runtime;

/// <summary>What the parts of compressing and decompressing one image take, each alone; see <see cref="VqCodec.Measure"/>.</summary>
public sealed record VqTimings
{
    /// <summary>The encoder's graph over all windows; with its search for codes where the codec runs that inside of it.</summary>
    public required TimeSpan EncoderGraph { get; init; }

    /// <summary>The search for codes outside of the graph; zero where the graph does it.</summary>
    public required TimeSpan CodeSearch { get; init; }

    /// <summary>The decoder's graph over all windows.</summary>
    public required TimeSpan DecoderGraph { get; init; }

    /// <summary>Pixels that go through the decoder's graph for each pixel of the image: the windows' halos, 1 where there is one window.</summary>
    public required double DecoderOverhead { get; init; }

    /// <summary>Coding all indices in each mode that the model has.</summary>
    public required IReadOnlyDictionary<VqEntropyMode, VqCodingTimes> Coding { get; init; }

    /// <summary>Multiply-accumulate operations a pixel of the encoder's networks, those of the search not counted.</summary>
    public required double EncoderOperations { get; init; }

    /// <summary>Multiply-accumulate operations a pixel of the search for codes.</summary>
    public required double SearchOperations { get; init; }

    /// <summary>Multiply-accumulate operations a pixel of the decoder.</summary>
    public required double DecoderOperations { get; init; }
}

/// <summary>What one entropy mode takes.</summary>
/// <param name="Encoding">Indices to bytes.</param>
/// <param name="Decoding">Bytes to indices.</param>
/// <param name="Bytes">The bytes.</param>
public readonly record struct VqCodingTimes(TimeSpan Encoding, TimeSpan Decoding, long Bytes);
