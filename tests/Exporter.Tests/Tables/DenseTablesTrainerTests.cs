using VqVae.Exporter.Tables;
using VqVae.Models;
using VqVae.Runtime;

namespace VqVae.Exporter.Tests.Tables;

public class DenseTablesTrainerTests
{
    private const int Side = 16, Dim = 6;

    [Fact]
    public void Train_SameMaps_GivesTheSameBytes()
    {
        var (planes, codebooks) = Sample(30, codes: 24, stages: 2, maps: 12, zero: false);
        Assert.Equal(Bytes(DenseTablesTrainer.Train(planes, codebooks)!), Bytes(DenseTablesTrainer.Train(planes, codebooks)!));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Train_MapsWithStructure_CodesOthersInFarFewerBitsThanStatic(bool zero)
    {
        var (planes, codebooks) = Sample(1, codes: 32, stages: 2, maps: 60, zero);
        var tables = DenseTablesTrainer.Train(planes, codebooks)!;
        var others = Sample(2, codes: 32, stages: 2, maps: 8, zero).Planes[0];
        var coder = new DenseCoder(tables);
        var destination = new byte[1 << 16];
        for (var stage = 0; stage < 2; stage++)
        {
            var counts = new double[32];
            Array.Fill(counts, 0.5);
            for (var map = 0; map < planes[0].Maps; map++)
                foreach (var code in planes[0].Stage(map, stage)) counts[code]++;
            var (bits, bytes) = (0.0, 0);
            for (var map = 0; map < others.Maps; map++)
            {
                foreach (var code in others.Stage(map, stage)) bits -= Math.Log2(counts[code] / counts.Sum());
                var length = coder.Encode(DenseSamples.Block(others, map, stage), destination);
                var decoded = new ushort[Side * Side];
                var block = DenseSamples.Block(others, map, stage);
                Assert.Equal(length, coder.Decode(destination, new IndexBlock { Plane = 0, Stage = stage, Width = Side, Height = Side, Earlier = block.Earlier, Indices = decoded }));
                Assert.Equal(block.Indices.ToArray(), decoded);
                bytes += length;
            }

            Assert.InRange(8 * bytes, 1, bits * 0.75);
        }
    }

    [Fact]
    public void Train_ZeroCode_IsTheFirstDecision()
    {
        var (planes, codebooks) = Sample(3, codes: 24, stages: 2, maps: 6, zero: true);
        var stages = DenseTablesTrainer.Train(planes, codebooks)!.Planes[0];
        Assert.All(stages, s => Assert.Equal((0, 1), (s.Leaves[0], s.Left[0])));
        Assert.All(stages, s => Assert.Equal(0, s.Ranks[0]));
        Assert.All(stages, s => Assert.DoesNotContain((byte)0, s.Ranks[1..]));
    }

    [Theory]
    [InlineData(2, 1)]
    [InlineData(512, 4)]
    [InlineData(64, 40)]
    [InlineData(3000, 2)]
    [InlineData(40, 255)]
    public void Train_AnyShape_StaysWithinItsBytesAndCanBeRead(int codes, int stages)
    {
        var (planes, codebooks) = Sample(4, codes, stages, maps: 1, zero: false, side: 3);
        var bytes = Bytes(DenseTablesTrainer.Train(planes, codebooks)!);
        Assert.InRange(bytes.Length, 1, DenseBudget.MaxBytes);
        Assert.Equal(bytes, Bytes(DenseTables.Read(new TableReader(bytes), [planes[0].Plane])));
    }

    [Fact]
    public void Fit_ComponentThatFollowsFromOthers_FindsThemInWhicheverDimension()
    {
        // The wanted component 0 is half the difference of the right and the left neighbour's component 1, and noise is all else.
        const int n = 16;
        var random = new Random(6);
        var stage = DenseDraftStage(n);
        var moments = new DenseMoments(stage);
        var neighbours = new short[DenseShape.Neighbours * n];
        var wanted = new short[n];
        for (var i = 0; i < 4000; i++)
        {
            for (var at = 0; at < neighbours.Length; at++) neighbours[at] = (short)random.Next(-1000, 1001);
            wanted[0] = (short)((neighbours[(5 * n) + 1] - neighbours[1]) / 2);
            moments.Add(neighbours, wanted);
        }

        var predictor = moments.Fit(isFirst: false, out var misses);
        Assert.Equal([1, (5 * n) + 1], predictor.Components.Select(c => (int)c).Order());
        Assert.All(predictor.Components.Zip(predictor.Coefficients), t => Assert.InRange(t.Second, (t.First == 1 ? -1 : 1) * 2048 - 30, (t.First == 1 ? -1 : 1) * 2048 + 30));
        Assert.All(predictor.Ends, end => Assert.Equal(2, end));
        Assert.InRange(misses[0], 0, 1000);
    }

    private static DenseStage DenseDraftStage(int dimensions)
    {
        var codebook = Enumerable.Range(0, 4 * Dim).Select(i => (float)Math.Sin(i)).ToArray();
        var maps = Enumerable.Range(0, 4 * 16).Select(i => (ushort)(i % 4)).ToArray();
        var plane = new CalibrationPlane(new LatentPlane("", 8, 1, 4), 1, 8, 8, maps);
        return DenseDraft.Build(plane, codebook, new DenseBudget(dimensions, ActivityWeights: false, StartBits: 0))[0];
    }

    [Fact]
    public void Train_Stages_ChooseTheirRateOfTheWeightsFromWhatIsTried()
    {
        var (planes, codebooks) = Sample(1, codes: 32, stages: 2, maps: 20, zero: true);
        Assert.All(DenseTablesTrainer.Train(planes, codebooks)!.Planes[0], stage => Assert.Contains(stage.WeightRate, (int[])[8, 12, 20, 32]));
    }

    [Fact]
    public void For_TreesThatAreTooLarge_IsNull() => Assert.Null(DenseBudget.For([new LatentPlane("", 8, 4, 65536)], [4 * 65536 * 4]));

    [Fact]
    public void For_TheLargestCodebook_HasATree() => Assert.NotNull(DenseBudget.For([new LatentPlane("", 8, 1, 65536)], [65536 * 4]));

    [Fact]
    public void Build_SkewedShares_StaysShallow()
    {
        const int codes = 300;
        var random = new Random(8);
        var codebook = Enumerable.Range(0, codes * Dim).Select(_ => random.NextSingle()).ToArray();
        var shares = Enumerable.Range(0, codes).Select(k => Math.Pow(0.5, k)).ToArray();
        var tree = DenseTree.Build(codebook, Dim, shares);
        Assert.Equal(Enumerable.Range(0, codes), tree.Leaves.Select(l => (int)l).Order());
        DenseTreeWalk.Visit(tree.Left, codes, (_, _, _, depth) => Assert.InRange(depth, 0, 15));
    }

    [Theory]
    [InlineData(0.29, false, null)]
    [InlineData(0.29, true, 0)]
    [InlineData(0.31, false, 5)]
    [InlineData(0.31, true, 5)]
    public void Build_CodeOfALargeShare_IsTheFirstDecision(double share, bool zero, int? first)
    {
        const int codes = 20;
        var random = new Random(9);
        var codebook = Enumerable.Range(0, codes * Dim).Select(i => zero && i < Dim ? 0 : random.NextSingle()).ToArray();
        var shares = Enumerable.Range(0, codes).Select(k => k == 5 ? share : (1 - share) / (codes - 1)).ToArray();
        var tree = DenseTree.Build(codebook, Dim, shares);
        Assert.Equal(first, tree.First);
        if (first is { } code) Assert.Equal((code, 1), (tree.Leaves[0], tree.Left[0]));
        else Assert.NotEqual(1, tree.Left[0]);
        Assert.Equal(Enumerable.Range(0, codes), tree.Leaves.Select(l => (int)l).Order());
    }

    /// <summary>Maps that a smooth field in the codes' space gives by nearest codes, stage after stage.</summary>
    private static (CalibrationPlane[] Planes, ReadOnlyMemory<float>[] Codebooks) Sample(int seed, int codes, int stages, int maps, bool zero, int side = Side)
    {
        var book = new Random(100);
        var codebooks = new float[stages * codes * Dim];
        for (var i = 0; i < codebooks.Length; i++) codebooks[i] = (float)((book.NextDouble() - 0.5) * Math.Pow(0.5, i / (codes * Dim)));
        if (zero)
            for (var s = 0; s < stages; s++) codebooks.AsSpan(s * codes * Dim, Dim).Clear();
        var random = new Random(seed);
        var indices = new ushort[maps * stages * side * side];
        for (var map = 0; map < maps; map++)
        {
            var phases = Enumerable.Range(0, 3 * Dim).Select(_ => random.NextDouble() * 6).ToArray();
            for (var at = 0; at < side * side; at++)
            {
                var residual = Enumerable.Range(0, Dim).Select(d => 0.4 * Math.Sin(phases[d] + (phases[Dim + d] * (at % side) / side) + (phases[(2 * Dim) + d] * at / side / side))).ToArray();
                for (var s = 0; s < stages; s++)
                {
                    var codebook = codebooks.AsSpan(s * codes * Dim, codes * Dim);
                    var nearest = Nearest(codebook, residual);
                    indices[(((map * stages) + s) * side * side) + at] = (ushort)nearest;
                    for (var d = 0; d < Dim; d++) residual[d] -= codebook[(nearest * Dim) + d];
                }
            }
        }

        return ([new CalibrationPlane(new LatentPlane("", 8, stages, codes), maps, side, side, indices)], [codebooks]);
    }

    private static int Nearest(ReadOnlySpan<float> codebook, double[] vector)
    {
        var (best, nearest) = (double.MaxValue, 0);
        for (var k = 0; k < codebook.Length / Dim; k++)
        {
            double distance = 0;
            for (var d = 0; d < Dim; d++) distance += (codebook[(k * Dim) + d] - vector[d]) * (codebook[(k * Dim) + d] - vector[d]);
            if (distance < best) (best, nearest) = (distance, k);
        }

        return nearest;
    }

    private static byte[] Bytes(DenseTables tables)
    {
        var writer = new TableWriter();
        tables.Write(writer);
        return writer.Written.ToArray();
    }
}
