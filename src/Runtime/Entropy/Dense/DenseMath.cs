using System.Numerics;

namespace VqVae.Runtime;

/// <summary>
/// The integer functions of the dense mode: stretch (the logit) and squash (its inverse) as tables, adaptation rates, logarithms.
/// Every table is computed from integers alone, so that it is the same on every machine.
/// </summary>
internal static class DenseMath
{
    /// <summary>Largest stretched value: a logit of 2047/256, about 8.</summary>
    public const int StretchLimit = 2047;

    /// <summary>Highest count of an adaptive probability: it adapts at a rate of at least 1/(<see cref="CountLimit"/> + 1.5).</summary>
    public const int CountLimit = 250;

    /// <summary>e^(1/256) · 2⁴⁰, rounded.</summary>
    private const ulong ExpStep = 1_103_814_994_613;

    /// <summary>16-bit probability of a stretched value: index 2048 + value, from −2048 to 2047.</summary>
    public static ushort[] Squash { get; } = BuildSquash();

    /// <summary>Stretched value, 256 a natural unit, of a probability's upper 12 bits.</summary>
    public static short[] Stretch { get; } = BuildStretch(Squash);

    /// <summary>2¹⁵ / (n + 1.5), rounded down, for counts n from 0 to 255.</summary>
    public static int[] Rate { get; } = [.. Enumerable.Range(0, 256).Select(n => (2 << 15) / ((2 * n) + 3))];

    /// <summary>Twice the binary logarithm of x + 1, rounded down to half octaves: 0 for 0, 2 for 1, 3 for 2, 4 for 3 and 4, …</summary>
    public static int HalfOctaves(uint x)
    {
        var value = (ulong)x + 1;
        var log = BitOperations.Log2(value);
        return log == 0 ? 0 : (2 * log) + (int)((value >> (log - 1)) & 1);
    }

    private static ushort[] BuildSquash()
    {
        var squash = new ushort[4096];
        UInt128 exp = 1UL << 40;
        for (var i = 0; i < 2048; i++)
        {
            // 65536 · e / (1 + e), rounded; below one half by symmetry.
            var sum = exp + (1UL << 40);
            var p = (int)(((exp << 17) + sum) / (sum << 1));
            squash[2048 + i] = (ushort)Math.Min(p, 65535);
            squash[2048 - i] = (ushort)(65536 - p);
            exp = ((exp * ExpStep) + (1UL << 39)) >> 40;
        }

        squash[0] = squash[1];
        return squash;
    }

    private static short[] BuildStretch(ushort[] squash)
    {
        // Of the last value whose probability is not above the middle of the 16 that share the upper 12 bits, and the next one: the nearer,
        // the first where both are as near.
        var stretch = new short[4096];
        var value = -StretchLimit;
        for (var i = 0; i < stretch.Length; i++)
        {
            var p = (16 * i) + 8;
            while (value < StretchLimit && squash[2048 + value + 1] <= p) value++;
            var next = Math.Min(value + 1, StretchLimit);
            stretch[i] = (short)(Math.Abs(squash[2048 + next] - p) < Math.Abs(p - squash[2048 + value]) ? next : value);
        }

        return stretch;
    }
}
