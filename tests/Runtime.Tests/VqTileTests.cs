using CsCheck;
using VqVae.Models;

namespace VqVae.Runtime.Tests;

public class VqTileTests
{
    private static readonly LatentPlane[] TwoPlanes = [new("top", 16, 2, 300), new("bottom", 8, 3, 7)];
    private static readonly ModelManifest Model = VqBytes.ManifestOf(TwoPlanes, ratePoints: 16);
    private static readonly RunLengthCoder Runs = new(TwoPlanes);

    /// <summary>One to three planes of any strides and numbers of stages and codes.</summary>
    private static readonly Gen<LatentPlane[]> GenPlanes =
        (from stride in Gen.OneOf(2, 4, 8, 16, 32)
         from stages in Gen.Int[1, 4]
         from codes in Gen.OneOf(Gen.Int[2, 600], Gen.Const(65536))
         select new LatentPlane("", stride, stages, codes)).Array[1, 3];

    private static readonly Gen<(VqHeader Header, bool Flat, int Seed)> GenFile =
        from width in Gen.Int[1, 300]
        from height in Gen.Int[1, 300]
        from tileBits in Gen.OneOf(6, 7, 8, 9, 10)
        from mode in Gen.OneOf(VqEntropyMode.Raw, VqEntropyMode.Static, VqEntropyMode.Dense)
        from ratePoint in Gen.Int[0, 15]
        from stages in Gen.Int[1, 3]
        from flat in Gen.Bool
        from seed in Gen.Int
        select (VqBytes.Header(width, height, stages) with { TileBits = tileBits, EntropyMode = mode, RatePoint = ratePoint }, flat, seed);

    [Fact]
    public void Read_OfWritten_ReturnsTheLeadingStagesOfEveryPlane() => GenFile.Sample(
        sample =>
        {
            var (header, flat, seed) = sample;
            var indices = Indices(header, flat, seed);
            var file = Write(header, indices);
            VqFile.Verify(file);
            Assert.Equal(header.RatePoint, VqFile.ReadInfo(file).RatePoint);

            for (var stages = 1; stages <= header.Stages; stages++) AssertStages(indices, header, stages, VqBytes.Read(file, Model, stages, Runs));

            // Blocks never expand over raw: beside lengths, bitmap and a header nothing is added.
            var layout = new BlockLayout(TwoPlanes, header.Stages, TileGrid.Of(header, TwoPlanes));
            var payload = Enumerable.Range(0, (int)layout.Grid.Count).Sum(layout.RawTileSize);
            var lengths = layout.Grid.Count == 1 ? 0 : 3 * (int)layout.Count;
            Assert.InRange(file.Length, 1, payload + lengths + 24 + RawBitmap.Size(layout.Count));
        },
        seed: "0N0XIzNsQ0O2",
        iter: 200);

    [Fact]
    public void Read_OfWrittenWithAnyPlanes_ReturnsTheIndices() => (
        from planes in GenPlanes
        from width in Gen.Int[1, 140]
        from height in Gen.Int[1, 140]
        from tileBits in Gen.OneOf(6, 7, 10)
        from stages in Gen.Int[1, 4]
        from raw in Gen.Bool
        from alpha in Gen.Bool
        from seed in Gen.Int
        select (planes, width, height, tileBits, stages, raw, alpha, seed)).Sample(
        sample =>
        {
            var (planes, width, height, tileBits, stages, raw, hasAlpha, seed) = sample;
            var random = new Random(seed);
            var header = VqBytes.Header(width, height, Math.Min(stages, planes.Max(p => p.Stages))) with
            {
                TileBits = tileBits,
                EntropyMode = raw ? VqEntropyMode.Raw : VqEntropyMode.Dense,
                IsGray = seed % 2 == 0,
            };
            var indices = VqBytes.RandomIndices(planes, width, height, random);
            if (!raw) foreach (var plane in indices) plane.AsSpan(0, plane.Length * 3 / 4).Clear();
            var alpha = Enumerable.Range(0, width * height).Select(_ => (byte)random.Next(3)).ToArray();
            var coder = new RunLengthCoder(planes);
            var file = VqBytes.Write(header, planes, indices, raw ? null : coder, hasAlpha ? AlphaSectionTests.Write(width, alpha) : null);
            VqFile.Verify(file);

            var model = VqBytes.ManifestOf(planes);
            var padding = Padding.Of(planes, width, height);
            var expected = planes.Select((p, i) => indices[i].Take(Math.Min(header.Stages, p.Stages) * (int)padding.Positions(p)).ToArray()).ToArray();
            Assert.Equal(expected, VqBytes.Read(file, model, coder: coder));

            // And so does a decoder that was written from the document alone.
            if (!raw) return;
            var plain = PlainDecoder.Decode(file, planes);
            Assert.Equal(expected, plain.Indices);
            Assert.Equal(hasAlpha ? alpha : null, plain.Alpha);
        },
        seed: "0N0XIzNsQ0O2",
        iter: 200,
        threads: 1);

    [Fact]
    public void Decode_TilesInAnyOrder_ReadsOnlyTheirOwnBlocks()
    {
        var header = VqBytes.Header(300, 200, 3) with { TileBits = 6, EntropyMode = VqEntropyMode.Fast };
        var indices = Indices(header, flat: false, seed: 5);
        var file = Write(header, indices);
        var document = VqDocument.Open(file, Model, new VqLimits());
        var grid = document.Layout.Grid;
        Assert.Equal((5, 4), (grid.Columns, grid.Rows));

        // All other blocks' bytes are gone: a tile is decoded without them.
        using var maps = new IndexMaps(TwoPlanes, 3, Padding.Of(TwoPlanes, 300, 200));
        var coder = new TileCoder(document.Layout, Runs, new RawCoder(TwoPlanes));
        var order = Enumerable.Range(0, (int)grid.Count).ToArray();
        new Random(6).Shuffle(order);
        foreach (var tile in order)
        {
            var alone = new byte[file.Length];
            for (var slot = 0; slot < document.Layout.Slots.Length; slot++)
            {
                var block = document.Block(file, slot, tile);
                file.AsSpan().Overlaps(block, out var offset);
                block.CopyTo(alone.AsSpan(offset));
            }

            Assert.Equal(3, coder.Decode(document, alone, tile, maps));
        }

        for (var p = 0; p < 2; p++) Assert.Equal(indices[p], maps.Plane(p).ToArray().Select(i => (int)i));
        Assert.Throws<InvalidOperationException>(() =>
        {
            var small = Write(VqBytes.Header(8, 8), VqBytes.RandomIndices(TwoPlanes, 8, 8, new Random(1)));
            VqDocument.Open(small, Model, new VqLimits()).Block(small, 0, 0);
        });
    }

    [Theory]
    [InlineData(10, VqEntropyMode.Raw)]
    [InlineData(10, VqEntropyMode.Dense)]
    [InlineData(6, VqEntropyMode.Raw)]
    [InlineData(6, VqEntropyMode.Dense)]
    public void Open_PartialOfEveryLength_GivesTheWholeStagesOrAnError(int tileBits, VqEntropyMode mode)
    {
        var header = VqBytes.Header(100, 70, 3) with { TileBits = tileBits, EntropyMode = mode };
        var indices = Indices(header, flat: true, seed: 7);
        var file = Write(header, indices);
        var (last, counts) = (0, new int[4]);
        for (var length = 0; length < file.Length; length++)
        {
            var prefix = file[..length];
            Assert.Contains("cut short", Assert.Throws<VqFormatException>(() => VqBytes.Read(prefix, Model, coder: Runs)).Message, StringComparison.Ordinal);
            int[][] found;
            try
            {
                found = VqBytes.Read(prefix, Model, coder: Runs, allowPartial: true);
            }
            catch (VqFormatException e)
            {
                Assert.Contains("the file is cut short", e.Message, StringComparison.Ordinal);
                Assert.Equal(0, last);
                counts[0]++;
                continue;
            }

            var positions = (int)Padding.Of(TwoPlanes, 100, 70).Positions(TwoPlanes[1]);
            var stages = found[1].Length / positions;
            AssertStages(indices, header, stages, found);
            Assert.InRange(stages, Math.Max(1, last), 3);
            last = stages;
            counts[stages]++;
        }

        // Every number of stages is met, all of them from the last byte of the payload on.
        Assert.All(counts, count => Assert.True(count > 0));
        Assert.Equal(4, counts[3]);
        AssertStages(indices, header, 3, VqBytes.Read(file, Model, coder: Runs, allowPartial: true));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(6)]
    public void Open_PartialOfADamagedWholeFile_IsAnError(int tileBits)
    {
        var header = VqBytes.Header(100, 70, 3) with { TileBits = tileBits, EntropyMode = VqEntropyMode.Dense };
        var file = Write(header, Indices(header, flat: true, seed: 7));
        file[^1] ^= 1;
        Assert.Contains("the file is damaged", Assert.Throws<VqFormatException>(() => VqBytes.Read(file, Model, coder: Runs, allowPartial: true)).Message, StringComparison.Ordinal);
        Assert.Throws<VqFormatException>(() => VqBytes.Read([.. file, 0], Model, coder: Runs, allowPartial: true));
    }

    [Theory]
    [InlineData(1024, 1024, 10)]
    [InlineData(1, 1, 10)]
    [InlineData(1025, 1, 9)]
    [InlineData(8, 10000, 9)]
    public void BitsFor_Image_IsOneTileUpTo1024(int width, int height, int bits) => Assert.Equal(bits, TilePolicy.BitsFor(width, height));

    [Fact]
    public void Rectangle_OfAllTiles_CoversEveryPositionOnce()
    {
        foreach (var (width, height) in new[] { (64, 64), (65, 200), (320, 16), (1, 500) })
        {
            var padding = Padding.Of(TwoPlanes, width, height);
            var grid = new TileGrid(padding, 6);
            foreach (var plane in TwoPlanes)
            {
                var seen = new int[padding.Height / plane.Stride, padding.Width / plane.Stride];
                for (var tile = 0; tile < grid.Count; tile++)
                {
                    var rectangle = grid.Rectangle(plane, tile);
                    for (var i = 0; i < rectangle.Count; i++)
                    {
                        var (y, x) = (rectangle.Y + (i / rectangle.Width), rectangle.X + (i % rectangle.Width));
                        seen[y, x]++;
                        Assert.Equal(tile, grid.At(x * plane.Stride, y * plane.Stride));
                    }
                }

                Assert.All(seen.Cast<int>(), count => Assert.Equal(1, count));
            }
        }
    }

    private static byte[] Write(VqHeader header, int[][] indices) => VqBytes.Write(header, TwoPlanes, indices, header.EntropyMode == VqEntropyMode.Raw ? null : Runs);

    /// <summary>Noise, or maps that are flat beside a few positions, so that blocks of both kinds are met.</summary>
    private static int[][] Indices(VqHeader header, bool flat, int seed)
    {
        var random = new Random(seed);
        var indices = VqBytes.RandomIndices(TwoPlanes, header.Width, header.Height, random);
        if (!flat) return indices;
        foreach (var plane in indices)
        {
            var value = plane[0] % 7;
            for (var i = 0; i < plane.Length; i++)
                if (random.Next(16) != 0) plane[i] = value;
        }

        return indices;
    }

    private static void AssertStages(int[][] indices, VqHeader header, int stages, int[][] found)
    {
        var padding = Padding.Of(TwoPlanes, header.Width, header.Height);
        for (var p = 0; p < TwoPlanes.Length; p++)
            Assert.Equal(indices[p].Take(Math.Min(stages, TwoPlanes[p].Stages) * (int)padding.Positions(TwoPlanes[p])), found[p]);
    }
}
