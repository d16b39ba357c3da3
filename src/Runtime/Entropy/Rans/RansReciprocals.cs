using System.Runtime.CompilerServices;

namespace VqVae.Runtime;

/// <summary>Divisions by every frequency up to 2¹², as multiplications: shared by all coders whose tables are too many to keep a factor a symbol.</summary>
internal static class RansReciprocals
{
    private const int Bits = FastStage.Bits;

    private static readonly ulong[] Factors = Create();

    /// <summary>Bytes of the table.</summary>
    public static int Bytes => sizeof(ulong) * Factors.Length;

    /// <summary>Puts a symbol into a state that has room for it: x → ⌊x / f⌋ · 2¹² + start + x mod f.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Push(uint state, uint start, uint frequency)
    {
        var quotient = frequency == 1 ? state : (uint)Math.BigMul(state, Factors[frequency], out _);
        return state + start + (quotient * ((1u << Bits) - frequency));
    }

    /// <summary>⌊x / f⌋ is the upper half of x · (⌊2⁶⁴ / f⌋ + 1) while x · f is below 2⁶⁴; f = 1 does not fit and is left out.</summary>
    private static ulong[] Create()
    {
        var factors = new ulong[(1 << Bits) + 1];
        for (var f = 2; f < factors.Length; f++) factors[f] = (ulong.MaxValue / (uint)f) + 1;
        return factors;
    }
}
