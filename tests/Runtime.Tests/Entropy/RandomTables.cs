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

    /// <summary>Tables of the fast mode of every plane: random classes, contexts and frequencies.</summary>
    public static FastTables Fast(Random random, IReadOnlyList<LatentPlane> planes) =>
        new([.. planes.Select(p => Enumerable.Range(0, p.Stages).Select(s => Stage(random, p.Codes, s == 0)).ToArray())]);

    /// <summary>Indices of which some are far more frequent than others.</summary>
    public static ushort[] Indices(Random random, int codes, int count)
    {
        var favourite = random.Next(codes);
        return [.. Enumerable.Range(0, count).Select(_ => (ushort)(random.Next(3) == 0 ? random.Next(codes) : favourite))];
    }

    private static FastStage Stage(Random random, int codes, bool first)
    {
        var (neighbours, befores, own) = (Classes(random, codes), first ? [] : Classes(random, codes), Classes(random, codes));
        var (sides, classes) = (neighbours.Max() + 2, own.Max() + 1);
        var (classTables, codeTables) = (random.Next(1, 7), random.Next(1, 4));
        var sizes = own.CountBy(c => c).OrderBy(c => c.Key).Select(c => c.Value).ToArray();
        return FastStage.Create(
            neighbours,
            befores,
            own,
            [.. Enumerable.Range(0, sides * sides * (first ? 1 : befores.Max() + 1)).Select(_ => (byte)random.Next(classTables))],
            [.. Enumerable.Range(0, classTables).Select(_ => (byte)random.Next(codeTables))],
            [.. Enumerable.Range(0, classTables).Select(_ => Frequencies(random, classes, FastStage.Bits))],
            [.. Enumerable.Range(0, codeTables).Select(_ => sizes.Select(size => Frequencies(random, size, FastStage.Bits)).ToArray())]);
    }

    /// <summary>Each code's class, of 1 to 70 classes that all have codes.</summary>
    private static byte[] Classes(Random random, int codes)
    {
        var count = random.Next(1, Math.Min(codes, 70) + 1);
        var classes = Enumerable.Range(0, codes).Select(k => (byte)(k < count ? k : random.Next(count))).ToArray();
        random.Shuffle(classes);
        return classes;
    }

    private static int LeastBits(int codes) => Math.Max(FrequencyTable.MinBits, int.Log2(codes - 1) + 1);
}
