using System.Runtime.CompilerServices;

namespace VqVae.Runtime;

/// <summary>A symbol as the encoder sees it: x → ⌊x / f⌋ · 2ⁿ + start + x mod f, by a multiplication instead of the division.</summary>
internal readonly struct RansSymbol
{
    /// <summary>Bytes of one symbol in an array.</summary>
    public const int Size = 16;

    private readonly ulong _reciprocal;
    private readonly ushort _bias;
    private readonly ushort _frequency;

    /// <param name="start">The symbol's first slot.</param>
    /// <param name="frequency">Its slots, at least 1.</param>
    /// <param name="bits">Slots of all symbols, as a power of two.</param>
    public RansSymbol(int start, int frequency, int bits)
    {
        // ⌊x / f⌋ is the upper half of x · (⌊2⁶⁴ / f⌋ + 1) while x · f < 2⁶⁴. For f = 1 that factor does not fit; 2⁶⁴ − 1 gives x − 1, which
        // the bias makes good.
        _reciprocal = frequency == 1 ? ulong.MaxValue : (ulong.MaxValue / (uint)frequency) + 1;
        _frequency = (ushort)frequency;
        _bias = (ushort)(start + (frequency == 1 ? (1 << bits) - 1 : 0));
    }

    /// <summary>Whether the state must give up a word before it can take the symbol.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Overflows(uint state, int bits) => state >> (32 - bits) >= _frequency;

    /// <summary>The state with the symbol in it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public uint Push(uint state, int bits) => state + _bias + ((uint)Math.BigMul(state, _reciprocal, out _) * ((1u << bits) - _frequency));
}
