using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace VqVae.Exporter.Tables;

/// <summary>
/// Puts distributions into clusters, so that coding each with its cluster's distribution costs few bits: k-means with the code length for a
/// distance (the information bottleneck of Tishby, Pereira and Bialek 1999, with hard clusters).
/// </summary>
internal static class Clustering
{
    private const int Lanes = 8;

    /// <summary>Finds clusters.</summary>
    /// <param name="counts">A row a distribution: how often each symbol was seen. Rows without any count get cluster 0.</param>
    /// <param name="symbols">Symbols of a row.</param>
    /// <param name="clusters">Most clusters.</param>
    /// <param name="prior">Occurrences spread over the symbols as in all rows together that are added to a cluster's.</param>
    /// <param name="rounds">Rounds of k-means.</param>
    /// <param name="cancellationToken">Checked each round.</param>
    /// <returns>Each row's cluster; numbers from 0 without gaps, in the order in which rows first have them.</returns>
    public static int[] Of(ReadOnlySpan<float> counts, int symbols, int clusters, double prior, int rounds, CancellationToken cancellationToken)
    {
        var n = counts.Length / symbols;

        // Rows of whole vectors, so that a dot product needs no tail. The sums' order is the same whatever the machine's vectors.
        var width = (symbols + Lanes - 1) / Lanes * Lanes;
        var rows = new float[(long)n * width];
        for (var i = 0; i < n; i++) counts.Slice(i * symbols, symbols).CopyTo(rows.AsSpan(i * width));
        var (sums, all) = Marginals(counts, symbols);
        var lengths = new float[clusters * width];
        var found = Seed(rows, width, sums, all, lengths, clusters, prior);
        var cluster = new int[n];
        for (var round = 0; round < rounds; round++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var i = 0; i < n; i++) cluster[i] = sums[i] > 0 ? Nearest(rows.AsSpan(i * width, width), lengths, found) : 0;
            Update(rows, width, sums, all, cluster, lengths, found, prior);
        }

        return Renumber(cluster);
    }

    private static (double[] Rows, double[] Shares) Marginals(ReadOnlySpan<float> counts, int symbols)
    {
        var (rows, shares, total) = (new double[counts.Length / symbols], new double[symbols], 0.0);
        for (var i = 0; i < counts.Length; i++)
        {
            rows[i / symbols] += counts[i];
            shares[i % symbols] += counts[i];
            total += counts[i];
        }

        for (var j = 0; j < symbols; j++) shares[j] = (shares[j] + 0.5) / (total + (0.5 * symbols));
        return (rows, shares);
    }

    /// <summary>Starts with everything together, and then each time with the row that costs most beside its own distribution.</summary>
    /// <returns>Clusters, fewer than asked for where no row would gain from one more.</returns>
    private static int Seed(float[] rows, int width, double[] sums, double[] all, float[] lengths, int clusters, double prior)
    {
        var n = sums.Length;
        var (own, best) = (new double[n], new double[n]);
        var length = new float[width];
        for (var i = 0; i < n; i++)
        {
            var row = rows.AsSpan(i * width, width);
            Lengths(row, sums[i], all, prior, length);
            own[i] = Dot(row, length);
            best[i] = double.PositiveInfinity;
        }

        Lengths(new float[width], 0, all, 1, lengths.AsSpan(0, width));
        for (var c = 0; ; c++)
        {
            var (worst, excess) = (-1, 1e-3);
            for (var i = 0; i < n; i++)
            {
                best[i] = Math.Min(best[i], Dot(rows.AsSpan(i * width, width), lengths.AsSpan(c * width, width)));
                if (best[i] - own[i] > excess) (worst, excess) = (i, best[i] - own[i]);
            }

            if (worst < 0 || c + 1 == clusters) return c + 1;
            Lengths(rows.AsSpan(worst * width, width), sums[worst], all, prior, lengths.AsSpan((c + 1) * width, width));
        }
    }

    private static void Update(float[] rows, int width, double[] sums, double[] all, int[] cluster, float[] lengths, int clusters, double prior)
    {
        var (center, total) = (new float[clusters * width], new double[clusters]);
        for (var i = 0; i < cluster.Length; i++)
        {
            var from = rows.AsSpan(i * width, width);
            var to = center.AsSpan(cluster[i] * width, width);
            for (var j = 0; j < width; j++) to[j] += from[j];
            total[cluster[i]] += sums[i];
        }

        for (var c = 0; c < clusters; c++) Lengths(center.AsSpan(c * width, width), total[c], all, prior, lengths.AsSpan(c * width, width));
    }

    /// <summary>Code lengths in bits of a distribution.</summary>
    private static void Lengths(ReadOnlySpan<float> counts, double sum, double[] all, double prior, Span<float> lengths)
    {
        for (var j = 0; j < all.Length; j++) lengths[j] = (float)-Math.Log2((counts[j] + (prior * all[j])) / (sum + prior));
    }

    private static int Nearest(ReadOnlySpan<float> row, float[] lengths, int clusters)
    {
        var (nearest, least) = (0, float.PositiveInfinity);
        for (var c = 0; c < clusters; c++)
        {
            var cost = Dot(row, lengths.AsSpan(c * row.Length, row.Length));
            if (cost < least) (nearest, least) = (c, cost);
        }

        return nearest;
    }

    private static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var x = MemoryMarshal.Cast<float, Vector256<float>>(a);
        var y = MemoryMarshal.Cast<float, Vector256<float>>(b);
        var sum = Vector256<float>.Zero;
        for (var i = 0; i < x.Length; i++) sum += x[i] * y[i];
        return Vector256.Sum(sum);
    }

    private static int[] Renumber(int[] cluster)
    {
        var numbers = new Dictionary<int, int>();
        foreach (var c in cluster) numbers.TryAdd(c, numbers.Count);
        return Array.ConvertAll(cluster, c => numbers[c]);
    }
}
