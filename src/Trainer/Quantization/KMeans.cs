using static TorchSharp.torch;

namespace VqVae.Trainer.Quantization;

/// <summary>How <see cref="KMeans"/> clusters.</summary>
internal sealed record KMeansOptions
{
    /// <summary>Number of clusters K; with fewer vectors than that, some are repeated.</summary>
    public required int Clusters { get; init; }

    /// <summary>Rounds of assignment and averaging.</summary>
    public int Iterations { get; init; } = 10;

    /// <summary>Chooses the starting vectors and those that replace empty clusters.</summary>
    public ulong Seed { get; init; }

    /// <summary>Weight of a bit in the vectors' squared units; above 0 the clustering is entropy-constrained, with lengths counted in the round before.</summary>
    public double Mu { get; init; }

    /// <summary>Whether cluster 0 stays at zero.</summary>
    public bool ZeroCode { get; init; }
}

/// <summary>What <see cref="KMeans"/> found.</summary>
/// <param name="Centroids">float32 <c>[K,D]</c>.</param>
/// <param name="Shares">Share of the vectors in each, <c>[K]</c>.</param>
/// <param name="Lengths">Bits of each by its share, <c>[K]</c>.</param>
internal sealed record Clusters(Tensor Centroids, Tensor Shares, Tensor Lengths);

/// <summary>
/// Lloyd's algorithm, plain or entropy-constrained (Chou, Lookabaugh and Gray 1989), as the start of a codebook. In the plain one a cluster that is
/// empty moves to a random vector; in the other it stays, since codes that are not worth their bits are meant to fall out of use.
/// </summary>
internal static class KMeans
{
    private const int ChunkRows = 16_384;

    /// <summary>As if a cluster had this many vectors more than it has.</summary>
    private const double Prior = 0.1;

    /// <summary>Clusters vectors, float32 <c>[P,D]</c>, P ≥ 1.</summary>
    public static Clusters Fit(Tensor vectors, KMeansOptions options)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var (rows, clusters) = (vectors.shape[0], options.Clusters);
        var centroids = vectors.index_select(0, RandomRows(rows, options, round: 0, vectors.device));
        if (options.ZeroCode) centroids[0].zero_();
        var counts = zeros(clusters, device: vectors.device);
        var lengths = full(clusters, Math.Log2(clusters), ScalarType.Float32, vectors.device);
        for (var round = 1; round <= options.Iterations; round++)
        {
            using var roundScope = NewDisposeScope();
            var sums = zeros_like(centroids);
            var newCounts = zeros(clusters, device: vectors.device);
            for (long start = 0; start < rows; start += ChunkRows)
            {
                // Its own scope: the scores of a chunk are far larger than the chunk.
                using var chunkScope = NewDisposeScope();
                var chunk = vectors.narrow(0, start, Math.Min(ChunkRows, rows - start));
                var nearest = CodeSearch.Cheapest(chunk, centroids, lengths, options.Mu);
                sums.index_add_(0, nearest, chunk, 1);
                newCounts.index_add_(0, nearest, ones(nearest.shape[0], device: vectors.device), 1);
            }

            var kept = options.Mu > 0 ? centroids : vectors.index_select(0, RandomRows(rows, options, round, vectors.device));
            var means = where(newCounts.eq(0).unsqueeze(1), kept, sums.div(newCounts.clamp_min(1).unsqueeze(1)));
            if (options.ZeroCode) means[0].zero_();
            centroids = means.MoveToOuterDisposeScope();
            counts = newCounts.MoveToOuterDisposeScope();
            lengths = Lengths(newCounts, Prior).MoveToOuterDisposeScope();
        }

        return new Clusters(centroids.MoveToOuterDisposeScope(), counts.div(rows).MoveToOuterDisposeScope(), lengths.MoveToOuterDisposeScope());
    }

    /// <summary>−log₂ of each code's share of the last axis's counts, as if each had been seen <paramref name="prior"/> times more.</summary>
    internal static Tensor Lengths(Tensor counts, double prior)
    {
        using var scope = NewDisposeScope();
        var total = counts.sum(-1, keepdim: true).add(prior * counts.shape[^1]);
        return counts.add(prior).div(total).log2().neg().MoveToOuterDisposeScope();
    }

    /// <summary>Distinct rows while there are enough, chosen by a Fisher-Yates shuffle's first steps.</summary>
    private static Tensor RandomRows(long rows, KMeansOptions options, int round, Device device)
    {
        var random = new SeededRandom(options.Seed, (ulong)round);
        var order = new Dictionary<long, long>();
        var chosen = new long[options.Clusters];
        for (var i = 0; i < chosen.Length; i++)
        {
            if (i >= rows)
            {
                chosen[i] = random.Next(rows);
                continue;
            }

            var j = i + random.Next(rows - i);
            chosen[i] = order.GetValueOrDefault(j, j);
            order[j] = order.GetValueOrDefault(i, i);
        }

        return tensor(chosen, device: device);
    }
}
