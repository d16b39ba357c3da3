using VqVae.Runtime;

namespace VqVae.Exporter.Tables;

/// <summary>Turns counts into frequency tables.</summary>
internal static class Frequencies
{
    /// <summary>
    /// The frequencies of at least 1, adding up to 2 to the power of <paramref name="bits"/>, that code the counts in about the fewest bits.
    /// Only exactly rounded arithmetic, so every machine gives the same.
    /// </summary>
    /// <param name="counts">How often each symbol was seen, with what is assumed beside that; not negative, not all 0.</param>
    /// <param name="bits">Bits of the sum; there are at most that many symbols.</param>
    public static FrequencyTable Of(ReadOnlySpan<double> counts, int bits)
    {
        var slots = 1 << bits;
        var total = 0.0;
        foreach (var count in counts) total += count;
        var frequencies = new ushort[counts.Length];
        var left = slots;
        for (var i = 0; i < counts.Length; i++)
        {
            // A table of one symbol would need one slot more than 16 bits hold at 16 bits of sum; MaxBits is below that.
            frequencies[i] = (ushort)Math.Max(1, Math.Floor(counts[i] * slots / total));
            left -= frequencies[i];
        }

        // What a slot more or less is worth is about count / (frequency ± ½), the derivative of count · log frequency between the two.
        var queue = new PriorityQueue<int, (double Worth, int Symbol)>();
        var step = Math.Sign(left);
        for (var i = 0; i < counts.Length; i++) Enqueue(i, counts[i]);
        while (left != 0)
        {
            var symbol = queue.Dequeue();
            frequencies[symbol] = (ushort)(frequencies[symbol] + step);
            left -= step;
            Enqueue(symbol, counts[symbol]);
        }

        return new FrequencyTable(bits, frequencies);

        void Enqueue(int symbol, double count)
        {
            if (step < 0 && frequencies[symbol] == 1) return;
            queue.Enqueue(symbol, (-step * count / (frequencies[symbol] + (0.5 * step)), symbol));
        }
    }
}
