namespace VqVae.Runtime;

/// <summary>
/// Asymmetric numeral systems with ranges (rANS; Duda 2013, arXiv:1311.2540) as this project uses them: states of 32 bits that stay at or above
/// <see cref="Start"/>, renormalised by words of 16 bits.
/// </summary>
internal static class Rans
{
    /// <summary>The lowest value of a state: where the encoder starts, and so where the decoder must end.</summary>
    public const uint Start = 1u << 16;

    /// <summary>Bytes that a block's states take in front of its words.</summary>
    public const int StateBytes = 4;

    /// <summary>Most states of a block.</summary>
    public const int MaxStates = 4;

    /// <summary>
    /// Interleaved states of a block: position i belongs to state i modulo their number. More are faster, and each costs 2 bytes: its first
    /// 4, less the 2 that are not written because the decoder need not return below the start.
    /// </summary>
    public static int States(int positions) => positions < 512 ? 1 : positions < 4096 ? 2 : 4;
}
