using VqVae.Exporter.Tables;
using VqVae.Exporter.Tests.Reference;
using VqVae.Models;
using VqVae.Runtime;

namespace VqVae.Exporter.Tests.Tables;

public class TableTrainerTests
{
    [Theory]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(20, 3)]
    [InlineData(150, 2)]
    [InlineData(700, 1)]
    public void Train_AnyModel_GivesTablesThatParseAgainAndRoundTrip(int codes, int stages)
    {
        var plane = Maps(new LatentPlane("", 8, stages, codes));
        var bytes = Train(plane).Write();
        var tables = ModelTables.Parse(bytes, [plane.Plane], 1);

        Assert.Equal(bytes, Train(plane).Write());
        Assert.All([VqEntropyMode.Static, VqEntropyMode.Fast, VqEntropyMode.Dense], mode => AssertRoundTrip(tables.Coder(mode, 0)!, plane));
    }

    [Fact]
    public void Train_MoreCodesThanTablesTake_LeavesTheStageRaw()
    {
        CalibrationPlane[] planes = [Maps(new LatentPlane("fine", 8, 1, 4097)), Maps(new LatentPlane("coarse", 16, 2, 30))];
        var tables = Train(planes);
        var (fixedTables, fast) = (tables.RatePoints[0].Static!, tables.RatePoints[0].Fast!);
        Assert.Null(fixedTables.Planes[0][0]);
        Assert.Null(fast.Planes[0][0]);
        Assert.All(fixedTables.Planes[1], Assert.NotNull);
        Assert.All(fast.Planes[1], Assert.NotNull);
        Assert.Equal(tables.Write(), ModelTables.Parse(tables.Write(), [.. planes.Select(p => p.Plane)], 1).Write());
    }

    [Theory]
    [InlineData(512, 4, 64)]
    [InlineData(256, 23, 12)]
    [InlineData(4096, 4, 24)]
    [InlineData(512, 1, 64)]
    public void FastShape_AnyModel_FitsTheBudget(int codes, int stages, int neighbours)
    {
        var shape = FastShape.Finest([.. Enumerable.Range(0, stages).Select(s => (codes, s == 0))])!;
        Assert.Equal(neighbours, shape.Neighbours);
    }

    [Fact]
    public void FastShape_MoreThanTheBudgetTakes_IsNone() => Assert.Null(FastShape.Finest([.. Enumerable.Repeat((4096, false), 100)]));

    [Fact]
    public void Train_DefaultShape_TakesAtMost512KilobytesInMemory()
    {
        // Codes at random need every class and table that the shape allows.
        var random = new Random(4);
        var plane = new LatentPlane("", 8, 4, 512);
        var indices = Enumerable.Range(0, 16 * 4 * 32 * 32).Select(_ => (ushort)random.Next(512)).ToArray();
        CalibrationPlane[] planes = [new(plane, 16, 32, 32, indices)];
        var bytes = FastTrainer.Train(planes, CancellationToken.None)!.Bytes + new StaticCoder(StaticTrainer.Train(planes)).Bytes;
        Assert.InRange(bytes, FastShape.Budget / 2, FastShape.Budget);
    }

    [Fact]
    public void Train_NeighboursThatSaySomething_SavesAgainstStatic()
    {
        var plane = Maps(new LatentPlane("", 8, 2, 64));
        var tables = Train(plane);
        var (fixedSize, fast) = (Size(tables.Coder(VqEntropyMode.Static, 0)!, plane), Size(tables.Coder(VqEntropyMode.Fast, 0)!, plane));
        Assert.InRange(fast, 1, fixedSize * 8 / 10);
    }

    [Fact]
    public void Clustering_RowsOfThreeKinds_FindsThem()
    {
        float[][] rows = [[90, 5, 5], [0, 40, 41], [70, 10, 800], [2, 0, 33], [700, 100, 90], [1, 30, 32]];
        Assert.Equal([0, 1, 2, 2, 0, 1], Clustering.Of([.. rows.SelectMany(r => r)], 3, 3, 1, 10, CancellationToken.None));
    }

    [Fact]
    public void Clustering_Cancelled_Stops() =>
        Assert.Throws<OperationCanceledException>(() => Clustering.Of([1, 2], 1, 2, 1, 1, new CancellationToken(canceled: true)));

    [Theory]
    [InlineData(14, 1, 1, 1)]
    [InlineData(8, 1000000, 1, 1)]
    [InlineData(8, 0.001, 0.001, 0)]
    public void Frequencies_AnyCounts_AddUpAndAreAtLeastOne(int bits, double first, double second, double third)
    {
        var table = Frequencies.Of([first, second, third], bits);
        Assert.Equal(1 << bits, table.Frequencies.ToArray().Sum(f => f));
        Assert.All(table.Frequencies.ToArray(), f => Assert.InRange(f, 1, 1 << bits));
    }

    [Fact]
    public void Frequencies_OneSlotMovedAnywhere_CodesNoBetter()
    {
        double[] counts = [1000, 300.5, 3, 0.5, 0.5, 77, 12, 0.5];
        var frequencies = Frequencies.Of(counts, 8).Frequencies.ToArray();
        double Cost() => -counts.Zip(frequencies, (c, f) => c * Math.Log2(f / 256.0)).Sum();
        var best = Cost();
        for (var from = 0; from < counts.Length; from++)
        {
            for (var to = 0; to < counts.Length; to++)
            {
                if (from == to || frequencies[from] == 1) continue;
                frequencies[from]--;
                frequencies[to]++;
                Assert.InRange(Cost(), best - 1e-9, double.MaxValue);
                frequencies[from]++;
                frequencies[to]--;
            }
        }
    }

    private static ModelTables Train(params CalibrationPlane[] planes) =>
        new([.. planes.Select(p => p.Plane)], [TableTrainer.Train(planes, [.. planes.Select(p => Codebooks(p.Plane))], CancellationToken.None)]);

    private static ReadOnlyMemory<float> Codebooks(LatentPlane plane)
    {
        var random = new Random(plane.Codes);
        return Enumerable.Range(0, plane.Stages * plane.Codes * 5).Select(_ => random.NextSingle() - 0.5f).ToArray();
    }

    private static CalibrationPlane Maps(LatentPlane plane)
    {
        var indices = Enumerable.Range(0, CalibrationFixture.Maps).SelectMany(m => CalibrationFixture.Map(plane, m)).Select(i => (ushort)i).ToArray();
        return new CalibrationPlane(plane, CalibrationFixture.Maps, CalibrationFixture.Height, CalibrationFixture.Width, indices);
    }

    private static void AssertRoundTrip(IIndexCoder coder, CalibrationPlane plane)
    {
        for (var stage = 0; stage < plane.Plane.Stages; stage++)
        {
            var bytes = Encode(coder, plane, 3, stage);
            var indices = new ushort[CalibrationFixture.Height * CalibrationFixture.Width];
            Assert.Equal(bytes.Length, coder.Decode(bytes, Block(plane, 3, stage, indices)));
            Assert.Equal(plane.Stage(3, stage).ToArray(), indices);
        }
    }

    private static int Size(IIndexCoder coder, CalibrationPlane plane) =>
        Enumerable.Range(0, plane.Maps).Sum(map => Enumerable.Range(0, plane.Plane.Stages).Sum(stage => Encode(coder, plane, map, stage).Length));

    private static byte[] Encode(IIndexCoder coder, CalibrationPlane plane, int map, int stage)
    {
        var destination = new byte[2000];
        return destination[..coder.Encode(Block(plane, map, stage, plane.Stage(map, stage).ToArray()), destination)];
    }

    private static IndexBlock Block(CalibrationPlane plane, int map, int stage, ushort[] indices) => new()
    {
        Plane = 0,
        Stage = stage,
        Width = plane.Width,
        Height = plane.Height,
        Earlier = plane.Indices.AsSpan(map * plane.Plane.Stages * plane.Height * plane.Width, stage * plane.Height * plane.Width),
        Indices = indices,
    };
}
