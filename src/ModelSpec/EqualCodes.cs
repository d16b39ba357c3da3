using System.Runtime.InteropServices;

namespace VqVae.Models;

/// <summary>
/// Codes of a codebook that are equal in all numbers, as dead ones are that were restarted at the same vector. Which of them a search names is chance, and makes no
/// difference to anybody.
/// </summary>
public static class EqualCodes
{
    /// <summary>For each code the first one that equals it: itself, where there is none before it.</summary>
    /// <param name="codes">The codes, <c>[K,d]</c>.</param>
    /// <param name="count">K.</param>
    public static int[] First(ReadOnlySpan<float> codes, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        var dimension = codes.Length / count;
        var first = new int[count];
        var byHash = new Dictionary<int, List<int>>();
        for (var k = 0; k < count; k++)
        {
            var code = codes.Slice(k * dimension, dimension);
            var hash = new HashCode();
            hash.AddBytes(MemoryMarshal.AsBytes(code));
            var key = hash.ToHashCode();
            if (!byHash.TryGetValue(key, out var others)) byHash.Add(key, others = []);
            first[k] = k;
            foreach (var other in others)
            {
                if (!codes.Slice(other * dimension, dimension).SequenceEqual(code)) continue;
                first[k] = other;
                break;
            }

            if (first[k] == k) others.Add(k);
        }

        return first;
    }
}
