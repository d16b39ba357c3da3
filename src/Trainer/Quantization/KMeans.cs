using static TorchSharp.torch;

namespace VqVae.Trainer.Quantization;

/// <summary>Lloyd's algorithm, as the start of a codebook.</summary>
internal static class KMeans
{
    private const int ChunkRows = 16_384;

    /// <summary>Clusters vectors.</summary>
    /// <param name="vectors">float32 <c>[P,D]</c>, P ≥ 1.</param>
    /// <param name="clusters">Number of clusters K; with fewer vectors than that, some are repeated.</param>
    /// <param name="iterations">Rounds of assignment and averaging.</param>
    /// <param name="seed">Chooses the starting vectors and those that replace empty clusters.</param>
    /// <returns>Centroids <c>[K,D]</c> and the share of vectors in each, <c>[K]</c>.</returns>
    public static (Tensor Centroids, Tensor Shares) Fit(Tensor vectors, int clusters, int iterations, ulong seed)
    {
        using var scope = NewDisposeScope();
        var rows = vectors.shape[0];
        var centroids = vectors.index_select(0, RandomRows(rows, clusters, seed, round: 0, vectors.device));
        var counts = zeros(clusters, device: vectors.device);
        for (var round = 1; round <= iterations; round++)
        {
            using var roundScope = NewDisposeScope();
            var sums = zeros_like(centroids);
            var newCounts = zeros(clusters, device: vectors.device);
            for (long start = 0; start < rows; start += ChunkRows)
            {
                // Its own scope: the scores of a chunk are far larger than the chunk.
                using var chunkScope = NewDisposeScope();
                var chunk = vectors.narrow(0, start, Math.Min(ChunkRows, rows - start));
                var nearest = ResidualQuantizer.NearestCodes(chunk, centroids);
                sums.index_add_(0, nearest, chunk, 1);
                newCounts.index_add_(0, nearest, ones(nearest.shape[0], device: vectors.device), 1);
            }

            var replacements = vectors.index_select(0, RandomRows(rows, clusters, seed, round, vectors.device));
            var empty = newCounts.eq(0).unsqueeze(1);
            var means = where(empty, replacements, sums.div(newCounts.clamp_min(1).unsqueeze(1)));
            centroids = means.MoveToOuterDisposeScope();
            counts = newCounts.MoveToOuterDisposeScope();
        }

        return (centroids.MoveToOuterDisposeScope(), counts.div(rows).MoveToOuterDisposeScope());
    }

    /// <summary>Distinct rows while there are enough, chosen by a Fisher-Yates shuffle's first steps.</summary>
    private static Tensor RandomRows(long rows, int count, ulong seed, int round, Device device)
    {
        var random = new SeededRandom(seed, (ulong)round);
        var order = new Dictionary<long, long>();
        var chosen = new long[count];
        for (var i = 0; i < count; i++)
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
