using VqVae.Models;

namespace VqVae.Runtime.Tests.Entropy;

/// <summary>Dense tables with random numbers over all that their parser allows: no training, no sense.</summary>
internal static class RandomDenseTables
{
    public static DenseTables Make(Random random, IReadOnlyList<LatentPlane> planes, int startBits = 6, int? dimensions = null) => new()
    {
        Planes = [.. planes.Select(p => Plane(random, p, startBits, dimensions ?? (16 * random.Next(3))))],
    };

    private static IReadOnlyList<DenseStage> Plane(Random random, LatentPlane plane, int startBits, int dimensions) =>
        [.. Enumerable.Range(0, plane.Stages).Select(_ => Stage(random, plane.Codes, dimensions, random.Next(4) == 0 ? 0 : startBits, random.Next(2) == 0))];

    private static DenseStage Stage(Random random, int codes, int dimensions, int startBits, bool activity)
    {
        var leaves = Enumerable.Range(0, codes).Select(i => (ushort)i).ToArray();
        random.Shuffle(leaves);
        var inner = dimensions > 0 ? codes - 1 : 0;
        return new DenseStage
        {
            Codes = codes,
            Leaves = leaves,
            Left = Tree(random, codes),
            Dimensions = dimensions,
            Vectors = Shorts(random, codes * dimensions, -DenseShape.VectorLimit, DenseShape.VectorLimit),
            Axes = Shorts(random, (codes - 1) * dimensions, -DenseShape.AxisLimit, DenseShape.AxisLimit),
            Thresholds = [.. Enumerable.Range(0, inner).Select(_ => random.Next(-DenseStageReader.ThresholdLimit, DenseStageReader.ThresholdLimit))],
            Slopes = [.. Enumerable.Range(0, inner).Select(_ => random.Next(1 << random.Next(25)))],
            Predictor = Predictor(random, dimensions),
            Classes = [.. Enumerable.Range(0, codes).Select(_ => (byte)random.Next(DenseShape.OutsideClass)), DenseShape.OutsideClass],
            Ranks = [.. Enumerable.Range(0, codes).Select(_ => (byte)random.Next(DenseShape.OutsideRank)), DenseShape.OutsideRank],
            Energies = [.. Enumerable.Range(0, codes).Select(_ => (ushort)random.Next(65536))],
            Levels = [(byte)random.Next(64), (byte)random.Next(64), (byte)random.Next(64)],
            WeightRate = random.Next(128),
            Order0 = [.. Enumerable.Range(0, codes - 1).Select(_ => DenseStartSlot.Unpack(0, random.Next(1 << 12, 1 << 16)))],
            Start = startBits == 0 ? [] : [.. Enumerable.Range(0, 1 << startBits).Select(_ => DenseStartSlot.Unpack((byte)random.Next(256), random.Next(1 << 16)))],
            Confidence = Shorts(random, DenseShape.Contexts * DenseShape.CountClasses, 0, DenseShape.ConfidenceLimit),
            DepthWeights = Weights(random, DenseShape.Depths),
            ActivityWeights = activity ? Weights(random, DenseShape.ActivitySets) : [],
        };
    }

    /// <summary>A random tree no deeper than allowed.</summary>
    private static int[] Tree(Random random, int codes)
    {
        var left = new List<int>();
        Split(codes, DenseShape.MaxDepth);
        return [.. left];

        void Split(int count, int depth)
        {
            if (count < 2) return;
            var most = 1L << (depth - 1);
            var size = random.Next((int)Math.Max(1, count - most), (int)Math.Min(count - 1, most) + 1);
            left.Add(size);
            Split(size, depth - 1);
            Split(count - size, depth - 1);
        }
    }

    private static DensePredictor Predictor(Random random, int dimensions)
    {
        var ends = new int[dimensions];
        for (var d = 0; d < dimensions; d++) ends[d] = (d > 0 ? ends[d - 1] : 0) + random.Next(DenseShape.MaxTerms + 1);
        var terms = dimensions > 0 ? ends[^1] : 0;
        ushort[] components = [.. Enumerable.Range(0, terms).Select(_ => (ushort)random.Next(DenseShape.Neighbours * dimensions))];
        return new DensePredictor(ends, components, Shorts(random, terms, -DenseShape.PredictorLimit, DenseShape.PredictorLimit));
    }

    private static int[] Weights(Random random, int sets)
    {
        var scale = 1 << random.Next(4, 16);
        var weights = new int[sets * DenseShape.Lanes];
        for (var i = 0; i < weights.Length; i++)
            if (i % DenseShape.Lanes < DenseShape.Inputs) weights[i] = Math.Clamp(random.Next(-scale, scale), -short.MaxValue, short.MaxValue) << 4;
        return weights;
    }

    private static short[] Shorts(Random random, int count, int min, int max) => [.. Enumerable.Range(0, count).Select(_ => (short)random.Next(min, max + 1))];
}
