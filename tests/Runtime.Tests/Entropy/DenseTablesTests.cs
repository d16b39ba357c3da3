using VqVae.Models;

namespace VqVae.Runtime.Tests.Entropy;

public class DenseTablesTests
{
    [Fact]
    public void FindStart_EveryKernel_FindsTheSameSlots()
    {
        var random = new Random(12);
        var stages = Enumerable.Range(0, 30).Select(_ => RandomDenseTables.Make(random, [new LatentPlane("", 8, 1, 300)]).Planes[0][0]).ToArray();
        var stage = stages.First(s => s.Start.Length > 16);
        var found = 0;
        for (var i = 0; i < 5000; i++)
        {
            var hash = (uint)random.NextInt64(1L << 32);
            var slots = stage.Start.AsSpan((int)hash & (stage.Start.Length - 1) & ~3, 4).ToArray();
            var expected = slots.FirstOrDefault(s => s != 0 && s >> 24 == hash >> 24);
            if (expected != 0) found++;
            Assert.All(Enum.GetValues<DenseKernel>(), kernel => Assert.Equal(expected, stage.FindStart(hash, kernel)));
        }

        Assert.InRange(found, 10, 4990);
    }

    private static readonly LatentPlane[] Planes = [new("fine", 8, 2, 20), new("coarse", 16, 1, 3)];

    [Fact]
    public void Read_OfWritten_GivesTheSameBytesAgain()
    {
        for (var seed = 0; seed < 20; seed++)
        {
            var bytes = Bytes(seed);
            var writer = new TableWriter();
            DenseTables.Read(new TableReader(bytes), Planes).Write(writer);
            Assert.Equal(bytes, writer.Written.ToArray());
        }
    }

    [Fact]
    public void Read_OfWritten_CodesTheSame()
    {
        var tables = RandomDenseTables.Make(new Random(4), Planes);
        var writer = new TableWriter();
        tables.Write(writer);
        var read = DenseTables.Read(new TableReader(writer.Written), Planes);
        var indices = RandomTables.Indices(new Random(5), 20, 300);
        Assert.Equal(Encode(tables, indices), Encode(read, indices));
    }

    [Fact]
    public void Read_EveryPrefix_IsRefused()
    {
        var bytes = Bytes(seed: 1);
        for (var length = 0; length < bytes.Length; length += length < 400 ? 1 : 37)
            Assert.Throws<ModelFormatException>(() => DenseTables.Read(new TableReader(bytes.AsSpan(0, length)), Planes));
    }

    [Fact]
    public void Read_AnythingBehind_IsRefused() =>
        Assert.Throws<ModelFormatException>(() => DenseTables.Read(new TableReader([.. Bytes(seed: 1), 0]), Planes));

    [Theory]
    [InlineData(0, 17, "dimensions of plane 0: expected a multiple of 16, got 17")]
    [InlineData(0, 48, "dimensions of plane 0: expected 0 to 32, got 48")]
    [InlineData(1, 99, "leaves of stage 0 of plane 0: expected each code below 20 once, got 99")]
    [InlineData(41, 0, "tree of stage 0 of plane 0: expected a left part of 1 to 19 codes, got 0")]
    [InlineData(41, 20, "tree of stage 0 of plane 0: expected a left part of 1 to 19 codes, got 20")]
    [InlineData(80, 0, "order 0 of stage 0 of plane 0: expected counts of at least 1, got 0")]
    [InlineData(117, 31, "classes of stage 0 of plane 0: expected 0 to 30, got 31")]
    [InlineData(137, 3, "ranks of stage 0 of plane 0: expected 0 to 2, got 3")]
    [InlineData(200, 128, "weight rate of stage 0 of plane 0: expected 0 to 127, got 128")]
    public void Read_WrongByte_SaysWhatIsWrong(int at, byte value, string message)
    {
        var bytes = Bytes(seed: 1);
        bytes[at] = value;
        var error = Assert.Throws<ModelFormatException>(() => DenseTables.Read(new TableReader(bytes), Planes));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 13, "prediction of stage 0 of plane 0: expected 0 to 12, got 13")]
    [InlineData(2, 255, "prediction of stage 0 of plane 0: expected 0 to ")]
    public void Read_WrongPrediction_SaysWhatIsWrong(int at, byte value, string message)
    {
        // The first component's number of terms, then its first term's component, of which the second byte makes it far too large.
        var plane = new LatentPlane("", 8, 1, 20);
        var tables = Enumerable.Range(0, 30).Select(seed => RandomDenseTables.Make(new Random(seed), [plane])).First(t => t.Planes[0][0].Dimensions == 16 && t.Planes[0][0].Predictor.Ends[0] > 0);
        var writer = new TableWriter();
        tables.Write(writer);
        var bytes = writer.Written.ToArray();
        bytes[PredictionStart(20, 16) + at] = value;
        var error = Assert.Throws<ModelFormatException>(() => DenseTables.Read(new TableReader(bytes), [plane]));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Where the first stage's prediction begins: behind dimensions, leaves, tree, order 0, classes, ranks, energies, levels, rate, vectors, axes, thresholds, slopes.</summary>
    private static int PredictionStart(int codes, int dimensions) =>
        1 + (2 * codes) + (4 * (codes - 1)) + (4 * codes) + 4 + (2 * dimensions * ((2 * codes) - 1)) + (8 * (codes - 1));

    [Fact]
    public void Read_LeafTwice_IsRefused()
    {
        var bytes = Bytes(seed: 1);
        bytes[3] = bytes[1];
        var error = Assert.Throws<ModelFormatException>(() => DenseTables.Read(new TableReader(bytes), Planes));
        Assert.Contains("expected each code below 20 once", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TreeTooDeep_IsRefused()
    {
        // A left part of one code at every node: a chain of 39 decisions.
        var planes = new[] { new LatentPlane("", 8, 1, 40) };
        var writer = new TableWriter();
        RandomDenseTables.Make(new Random(1), planes).Write(writer);
        var bytes = writer.Written.ToArray();
        for (var i = 0; i < 39; i++) (bytes[81 + (2 * i)], bytes[82 + (2 * i)]) = (1, 0);
        var error = Assert.Throws<ModelFormatException>(() => DenseTables.Read(new TableReader(bytes), planes));
        Assert.Contains("expected a depth of at most 24, got more", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_AnyByteChanged_IsRefusedOrCodes()
    {
        var original = Bytes(seed: 2);
        var random = new Random(8);
        var indices = RandomTables.Indices(random, 20, 24);
        var (refused, coded) = (0, 0);
        for (var i = 0; i < 1500; i++)
        {
            var bytes = (byte[])original.Clone();
            bytes[random.Next(3) == 0 ? random.Next(bytes.Length) : random.Next(700)] = (byte)random.Next(256);
            try
            {
                var tables = DenseTables.Read(new TableReader(bytes), Planes);
                var decoded = new ushort[indices.Length];
                var encoded = Encode(tables, indices);
                Assert.Equal(encoded.Length, new DenseCoder(tables).Decode(encoded, Block(decoded)));
                Assert.Equal(indices, decoded);
                coded++;
            }
            catch (ModelFormatException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 50, 1450);
        Assert.InRange(coded, 50, 1450);
    }

    private static byte[] Bytes(int seed)
    {
        var writer = new TableWriter();
        RandomDenseTables.Make(new Random(seed), Planes).Write(writer);
        return writer.Written.ToArray();
    }

    private static byte[] Encode(DenseTables tables, ushort[] indices)
    {
        var destination = new byte[indices.Length * 40];
        return destination[..new DenseCoder(tables).Encode(Block(indices), destination)];
    }

    private static IndexBlock Block(ushort[] indices) =>
        new() { Plane = 0, Stage = 0, Width = 6, Height = indices.Length / 6, Earlier = [], Indices = indices };
}
