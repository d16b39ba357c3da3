using VqVae.Models;

namespace VqVae.Runtime.Tests.Entropy;

/// <summary>What the dense mode takes from around a position, against the format's sentences written down plainly.</summary>
public class DenseRowsTests
{
    private const int Width = 7, Height = 5, Codes = 30, Stages = 3;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Look_EveryPosition_GivesWhatTheFormatSays(int stage)
    {
        var (stages, maps) = Make();
        var block = Block(maps, stage);
        var rows = new DenseRows();
        rows.Begin(stages, block);
        for (var y = 0; y < Height; y++)
        {
            rows.BeginRow(block, y);
            for (var x = 0; x < Width; x++)
            {
                rows.Look(x, y);
                var expected = Vectors(stages, maps, stage, x, y);
                var n = stages[0].Dimensions;
                for (var j = 0; j < DenseShape.Neighbours; j++) Assert.Equal(expected[j], rows.Neighbours.AsSpan(j * n, n).ToArray());
                Assert.Equal(Near(stages[stage], expected), rows.Differences.AsSpan(0, n).ToArray());
                Assert.Equal(Beyond(expected, stage), rows.Differences.AsSpan(3 * n, n).ToArray());
                if (stage == 0) Assert.Equal(Texture(expected), rows.HalfOctaves[0]);
                rows.Enter(x, block.Indices[(y * Width) + x]);
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void Level_EveryPosition_GivesWhatTheFormatSays(int stage)
    {
        var (stages, maps) = Make();
        var surroundings = new DenseSurroundings();

        // A larger block before: nothing of it may stay.
        surroundings.Begin(stages, new IndexBlock { Plane = 0, Stage = 1, Width = 20, Height = 20, Earlier = new ushort[400], Indices = new ushort[400] });
        surroundings.Begin(stages, Block(maps, stage));
        for (var y = 0; y < Height; y++)
            for (var x = 0; x < Width; x++) Assert.Equal(Around(stages, maps, stage, x, y), surroundings.Level(x, y));
    }

    private static (DenseStage[] Stages, ushort[] Maps) Make()
    {
        var random = new Random(41);
        var plane = new LatentPlane("", 8, Stages + 1, Codes);
        var stages = Enumerable.Range(0, 30).Select(_ => RandomDenseTables.Make(random, [plane]).Planes[0]).First(s => s[0].Dimensions == 16);
        return ([.. stages], RandomTables.Indices(random, Codes, (Stages + 1) * Width * Height));
    }

    private static IndexBlock Block(ushort[] maps, int stage) => new()
    {
        Plane = 0,
        Stage = stage,
        Width = Width,
        Height = Height,
        Earlier = maps.AsSpan(0, stage * Width * Height),
        Indices = maps.AsSpan(stage * Width * Height, Width * Height),
    };

    private static int Code(ushort[] maps, int stage, int x, int y) => maps[(((stage * Height) + y) * Width) + x];

    private static bool Inside(int x, int y) => x is >= 0 and < Width && y is >= 0 and < Height;

    private static short[] Sum(DenseStage[] stages, ushort[] maps, int count, int x, int y)
    {
        var sum = new short[stages[0].Dimensions];
        for (var s = 0; s < count; s++)
            for (var d = 0; d < sum.Length; d++) sum[d] = Clamp(sum[d] + stages[s].Vectors[(Code(maps, s, x, y) * sum.Length) + d]);
        return sum;
    }

    private static short[][] Vectors(DenseStage[] stages, ushort[] maps, int stage, int x, int y)
    {
        var v = new short[11][];
        v[0] = Full(-1, 0) ?? Full(0, -1) ?? new short[stages[0].Dimensions];
        v[1] = Full(0, -1) ?? v[0];
        v[2] = Full(1, -1) ?? v[1];
        v[3] = Full(-1, -1) ?? v[1];
        v[4] = Before(0, 0)!;
        v[5] = Before(1, 0) ?? v[4];
        v[6] = Before(0, 1) ?? v[4];
        v[7] = Before(1, 1) ?? v[6];
        v[8] = Before(-1, 1) ?? v[6];
        v[9] = Full(-2, 0) ?? v[0];
        v[10] = Full(0, -2) ?? v[1];
        return v;

        short[]? Full(int dx, int dy) => Inside(x + dx, y + dy) ? Sum(stages, maps, stage + 1, x + dx, y + dy) : null;
        short[]? Before(int dx, int dy) => Inside(x + dx, y + dy) ? Sum(stages, maps, stage, x + dx, y + dy) : null;
    }

    private static short[] Near(DenseStage stage, short[][] v)
    {
        var near = new short[stage.Dimensions];
        var at = 0;
        for (var d = 0; d < near.Length; d++)
        {
            long sum = 2048;
            for (; at < stage.Predictor.Ends[d]; at++)
                sum += (long)stage.Predictor.Coefficients[at] * v[stage.Predictor.Components[at] / near.Length][stage.Predictor.Components[at] % near.Length];
            near[d] = Clamp(sum >> 12);
        }

        return near;
    }

    private static short[] Beyond(short[][] v, int stage) =>
        [.. v[0].Select((_, d) => Clamp(stage == 0 ? v[0][d] + v[1][d] - v[3][d] : ((v[5][d] + v[6][d]) >> 1) - v[4][d]))];

    private static int Texture(short[][] v) =>
        DenseMath.HalfOctaves((uint)v[0].Select((_, d) => Square(v[0][d] - v[3][d]) + Square(v[1][d] - v[3][d]) + Square(v[1][d] - v[2][d])).Sum());

    private static long Square(int difference) => (long)(difference >> 2) * (difference >> 2);

    private static int Around(DenseStage[] stages, ushort[] maps, int stage, int x, int y)
    {
        var sum = 0;
        for (var dy = -1; dy <= 1; dy++)
            for (var dx = -1; dx <= 1; dx++)
                if ((dx != 0 || dy != 0) && Inside(x + dx, y + dy)) sum += (dx == 0 || dy == 0 ? 2 : 1) * Recent(x + dx, y + dy);
        return Math.Clamp(DenseMath.HalfOctaves((uint)sum) - 4, 0, 15);

        int Recent(int px, int py)
        {
            var recent = 0;
            for (var s = 0; s < stage; s++) recent += (8 * stages[s].Ranks[Code(maps, s, px, py)]) - (recent >> 2);
            return recent;
        }
    }

    private static short Clamp(long value) => (short)Math.Clamp(value, -DenseShape.VectorLimit, DenseShape.VectorLimit);
}
