using VqVae.Models;

namespace VqVae.Runtime.Tests.Entropy;

/// <summary>Seeded tables and blocks for the entropy coders' tests.</summary>
internal static class RandomTables
{
    /// <summary>A frequency table in which a few symbols have most of the sum.</summary>
    public static FrequencyTable Frequencies(Random random, int symbols, int bits)
    {
        var frequencies = new ushort[symbols];
        Array.Fill(frequencies, (ushort)1);
        var favourites = random.Next(1, 1 + Math.Min(symbols, 40));
        for (var left = (1 << bits) - symbols; left > 0;)
        {
            var take = Math.Min(left, 1 + random.Next(1 + (left / 3)));
            frequencies[random.Next(favourites)] += (ushort)take;
            left -= take;
        }

        random.Shuffle(frequencies);
        return new FrequencyTable(bits, frequencies);
    }

    /// <summary>Static tables of every plane.</summary>
    public static StaticTables Static(Random random, IReadOnlyList<LatentPlane> planes) =>
        new([.. planes.Select(p => Enumerable.Range(0, p.Stages).Select(_ => Frequencies(random, p.Codes, LeastBits(p.Codes) + random.Next(FrequencyTable.MaxBits + 1 - LeastBits(p.Codes)))).ToArray())]);

    /// <summary>Indices of which some are far more frequent than others.</summary>
    public static ushort[] Indices(Random random, int codes, int count)
    {
        var favourite = random.Next(codes);
        return [.. Enumerable.Range(0, count).Select(_ => (ushort)(random.Next(3) == 0 ? random.Next(codes) : favourite))];
    }

    private static int LeastBits(int codes) => Math.Max(FrequencyTable.MinBits, int.Log2(codes - 1) + 1);
}
