using VqVae.Runtime;

namespace VqVae.Benchmarks;

/// <summary>What a mode did.</summary>
/// <param name="Mode">The mode.</param>
/// <param name="Bits">For each plane and stage the bits of its blocks and its indices.</param>
/// <param name="Encode">Seconds to encode everything.</param>
/// <param name="Decode">Seconds to decode everything.</param>
/// <param name="RawBlocks">Blocks that the coder left to raw.</param>
internal sealed record EntropyResult(
    VqEntropyMode Mode, IReadOnlyDictionary<(int Plane, int Stage), (long Bits, long Indices)> Bits, double Encode, double Decode, int RawBlocks)
{
    public long AllBits => Bits.Values.Sum(b => b.Bits);

    public long AllIndices => Bits.Values.Sum(b => b.Indices);
}
