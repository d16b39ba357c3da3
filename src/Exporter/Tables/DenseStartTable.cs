using VqVae.Runtime;

namespace VqVae.Exporter.Tables;

/// <summary>Chooses which of the learnt probabilities a model keeps.</summary>
internal static class DenseStartTable
{
    /// <summary>Fewest times that a probability must have been seen.</summary>
    private const int LeastCount = 2;

    /// <summary>Fewest bits that a probability must have saved.</summary>
    private const float LeastGain = 1;

    /// <summary>Makes a table in lines of four slots of the probabilities that save most against order 0.</summary>
    /// <param name="pass">What was learnt.</param>
    /// <param name="mostBits">Binary logarithm of the most slots; fewer are made where fewer probabilities save anything.</param>
    public static uint[] Build(DensePass pass, int mostBits)
    {
        var (table, order0) = (pass.State.Table, pass.State.Order0);
        var slots = new List<int>();
        var gains = new List<float>();
        for (var i = 0; i < table.Length; i++)
        {
            var count = (int)((table[i] >> 16) & 255);
            if (count < LeastCount) continue;
            var gain = count * Divergence(table[i] & 0xffff, order0[pass.Nodes[i]] & 0xffff);
            if (gain < LeastGain) continue;
            slots.Add(i);
            gains.Add(-gain);
        }

        if (mostBits == 0 || slots.Count == 0) return [];
        var bits = 2;
        mostBits = Math.Min(mostBits, int.Log2(table.Length));
        while (bits < mostBits && slots.Count > 3L << bits >> 2) bits++;
        var (order, keys) = (slots.ToArray(), gains.ToArray());
        Array.Sort(keys, order);
        var start = new uint[1 << bits];
        foreach (var slot in order)
        {
            // Slot and check are parts of the context's hash; the lowest two bits choose nothing in a line.
            var line = slot & (start.Length - 1) & ~3;
            var check = table[slot] >> 24;
            for (var i = line; i < line + 4; i++)
            {
                if (start[i] != 0 && start[i] >> 24 == check) break;
                if (start[i] != 0) continue;
                start[i] = DenseStartSlot.Unpack((byte)check, DenseStartSlot.Pack(table[slot]));
                break;
            }
        }

        return start;
    }

    /// <summary>Bits a decision that p saves against q, both in 65536ths.</summary>
    private static float Divergence(uint p16, uint q16)
    {
        var (p, q) = (p16 / 65536.0, Math.Clamp(q16 / 65536.0, 1e-4, 1 - 1e-4));
        return (float)((p * Math.Log2(p / q)) + ((1 - p) * Math.Log2((1 - p) / (1 - q))));
    }
}
