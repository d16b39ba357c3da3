using VqVae.Runtime;

namespace VqVae.Exporter.Tables;

/// <summary>A plane's stages while they are trained: what follows from the codebooks and the shares, and start values for the rest.</summary>
internal static class DenseDraft
{
    /// <summary>A level's middle is at the median: 8 half octaves above level 0.</summary>
    private const int MedianLevel = 8;

    private static ReadOnlySpan<short> FirstConfidence => [0, 150, 190, 230, 256, 256, 256, 256];

    /// <summary>Builds the stages of a plane.</summary>
    /// <param name="plane">The index maps.</param>
    /// <param name="codebooks">The codebooks, <c>[L, K, D]</c>.</param>
    /// <param name="budget">What the stages may have.</param>
    public static DenseStage[] Build(CalibrationPlane plane, ReadOnlySpan<float> codebooks, DenseBudget budget)
    {
        var (stages, codes) = (plane.Plane.Stages, plane.Plane.Codes);
        var dim = codebooks.Length / (stages * codes);
        var geometry = DenseGeometry.Fit(plane, codebooks, budget.Dimensions);
        var energies = new double[stages * codes];
        for (var i = 0; i < energies.Length; i++) energies[i] = geometry.Energy(codebooks.Slice(i * dim, dim));
        var scale = 65535 / Math.Max(energies.Max(), 1e-30);

        var draft = new DenseStage[stages];
        for (var s = 0; s < stages; s++)
        {
            var codebook = codebooks.Slice(s * codes * dim, codes * dim);
            draft[s] = Stage(plane, s, codebook, dim, geometry, budget, [.. energies.AsSpan(s * codes, codes).ToArray().Select(e => (ushort)Math.Round(e * scale))]);
            DensePrediction.Fit(plane, draft, s);
        }

        return draft;
    }

    private static DenseStage Stage(CalibrationPlane plane, int stage, ReadOnlySpan<float> codebook, int dim, DenseGeometry geometry, DenseBudget budget, ushort[] energies)
    {
        var codes = plane.Plane.Codes;
        var shares = Shares(plane, stage);
        var tree = DenseTree.Build(codebook, dim, shares);
        var n = geometry.Dimensions;
        var vectors = new short[codes * n];
        for (var k = 0; k < codes; k++) geometry.Vector(codebook.Slice(k * dim, dim), vectors.AsSpan(k * n, n));
        var axes = new short[(codes - 1) * n];
        for (var i = 0; i < codes - 1; i++) geometry.Axis(tree.Axes[i], axes.AsSpan(i * n, n));

        var confidence = new short[DenseShape.Contexts * DenseShape.CountClasses];
        for (var k = 0; k < DenseShape.Contexts; k++) FirstConfidence.CopyTo(confidence.AsSpan(k * DenseShape.CountClasses));
        return new DenseStage
        {
            Codes = codes,
            Leaves = tree.Leaves,
            Left = tree.Left,
            Dimensions = n,
            Vectors = vectors,
            Axes = axes,
            Thresholds = Thresholds(tree, vectors, axes, n, shares),
            Slopes = new int[codes - 1],
            Predictor = DensePredictor.None(n),
            Classes = [.. Classes(tree, shares), DenseShape.OutsideClass],
            Ranks = [.. Ranks(shares, tree.First), DenseShape.OutsideRank],
            Energies = energies,
            Levels = new byte[3],
            WeightRate = 12,
            Order0 = FirstOrder0(tree, shares),
            Start = [],
            Confidence = confidence,
            DepthWeights = FirstWeights(DenseShape.Depths),
            ActivityWeights = budget.ActivityWeights ? FirstWeights(DenseShape.ActivitySets) : [],
        };
    }

    /// <summary>How often each code is used, as if each had been seen half a time more.</summary>
    private static double[] Shares(CalibrationPlane plane, int stage)
    {
        var counts = new double[plane.Plane.Codes];
        Array.Fill(counts, 0.5);
        for (var map = 0; map < plane.Maps; map++)
            foreach (var code in plane.Stage(map, stage)) counts[code]++;
        var total = counts.Sum();
        return [.. counts.Select(c => c / total)];
    }

    /// <summary>Between the weighted means of the two parts.</summary>
    private static int[] Thresholds(DenseTree tree, short[] vectors, short[] axes, int n, double[] shares)
    {
        var (leaves, left) = (tree.Leaves, tree.Left);
        var thresholds = new int[left.Length];
        if (n > 0)
        {
            DenseTreeWalk.Visit(left, leaves.Length, (node, first, count, _) =>
            {
                thresholds[node] = (int)Math.Round((Mean(node, first, left[node]) + Mean(node, first + left[node], count - left[node])) / 2);
            });
        }

        return thresholds;

        double Mean(int node, int first, int count)
        {
            var (sum, weight) = (0.0, 0.0);
            for (var i = first; i < first + count; i++)
            {
                double along = 0;
                for (var d = 0; d < n; d++) along += axes[(node * n) + d] * vectors[(leaves[i] * n) + d];
                sum += shares[leaves[i]] * along;
                weight += shares[leaves[i]];
            }

            return sum / weight;
        }
    }

    /// <summary>16 classes of about the same weight: the parts that the tree's first four decisions make.</summary>
    private static byte[] Classes(DenseTree tree, double[] shares)
    {
        var (leaves, left) = (tree.Leaves, tree.Left);
        var classes = new byte[shares.Length];
        var depth = tree.First is not null ? 5 : 4;
        _ = Assign(0, 0, leaves.Length, 0, 0);
        return classes;

        int Assign(int node, int first, int count, int at, int next)
        {
            if (count > 1 && at < depth)
            {
                next = Assign(node + 1, first, left[node], at + 1, next);
                return Assign(node + left[node], first + left[node], count - left[node], at + 1, next);
            }

            for (var i = first; i < first + count; i++) classes[leaves[i]] = (byte)next;
            return next + 1;
        }
    }

    /// <summary>0 for the code that is split off first, or where there is none for the commonest third; the others by halves.</summary>
    private static byte[] Ranks(double[] shares, int? first)
    {
        var ranks = new byte[shares.Length];
        int[] order = [.. Enumerable.Range(0, shares.Length).Where(k => k != first).OrderByDescending(k => shares[k]).ThenBy(k => k)];
        var total = order.Sum(k => shares[k]);
        double sum = 0;
        foreach (var k in order)
        {
            ranks[k] = (byte)(first is not null ? (sum < total / 2 ? 1 : 2) : (int)Math.Min(2, 3 * sum / total));
            sum += shares[k];
        }

        return ranks;
    }

    private static uint[] FirstOrder0(DenseTree tree, double[] shares)
    {
        var (leaves, left) = (tree.Leaves, tree.Left);
        var start = new uint[left.Length];
        DenseTreeWalk.Visit(left, leaves.Length, (node, first, count, _) =>
        {
            var right = Sum(first + left[node], count - left[node]);
            var p = (uint)Math.Clamp(Math.Round(65536 * right / (right + Sum(first, left[node]))), 32, 65535 - 32);
            start[node] = (30u << 16) | p;
        });
        return start;

        double Sum(int first, int count)
        {
            double sum = 0;
            for (var i = first; i < first + count; i++) sum += shares[leaves[i]];
            return sum;
        }
    }

    private static int[] FirstWeights(int sets)
    {
        var weights = new int[sets * DenseShape.Lanes];
        for (var set = 0; set < sets; set++) weights.AsSpan(set * DenseShape.Lanes, DenseShape.Contexts).Fill(65536 * 3 / 20);
        return weights;
    }

    /// <summary>The level-0 mark of a list of half octaves.</summary>
    public static byte LevelBase(int[] histogram)
    {
        var (total, sum) = (histogram.Sum(), 0);
        for (var i = 0; i < histogram.Length; i++)
        {
            sum += histogram[i];
            if (2 * sum >= total) return (byte)Math.Max(0, i - MedianLevel);
        }

        return 0;
    }
}
