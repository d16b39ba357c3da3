using VqVae.Models;

namespace VqVae.Runtime.Tests.Entropy;

public class ModelTablesTests
{
    /// <summary>Offsets in a file of <see cref="Planes"/>: after magic, version, number of planes and two planes.</summary>
    private const int RatePoints = 16, FirstPart = 17, FirstTable = 21;

    private static readonly LatentPlane[] Planes = [new("top", 16, 1, 300), new("bottom", 8, 2, 7)];

    [Fact]
    public void Parse_OfWritten_GivesTheSameTables()
    {
        var bytes = Sample();
        var parsed = ModelTables.Parse(bytes, Planes, 2);
        Assert.Equal(bytes, parsed.Write());
        Assert.Equal(2, parsed.RatePoints.Count);
        for (var rate = 0; rate < 2; rate++)
        {
            foreach (var mode in new[] { VqEntropyMode.Static, VqEntropyMode.Fast })
            {
                var coder = parsed.Coder(mode, rate);
                Assert.NotNull(coder);
                Assert.Same(coder, parsed.Coder(mode, rate));
            }
        }
    }

    [Fact]
    public void Parse_NoParts_HasNoCoders()
    {
        var tables = ModelTables.Parse(new ModelTables(Planes, [new RatePointTables()]).Write(), Planes, 1);
        Assert.All(Enum.GetValues<VqEntropyMode>(), mode => Assert.Null(tables.Coder(mode, 0)));
    }

    [Fact]
    public void Parse_EveryPrefix_IsRefused()
    {
        var bytes = Sample();
        for (var length = 0; length < bytes.Length; length++)
            Assert.Throws<ModelFormatException>(() => ModelTables.Parse(bytes.AsSpan(0, length), Planes, 2));
    }

    [Fact]
    public void Parse_AnyByteChanged_IsRefusedOrOtherTables()
    {
        var bytes = Sample();
        for (var i = 0; i < bytes.Length; i += i < 100 ? 1 : 5)
        {
            var changed = (byte[])bytes.Clone();
            changed[i] ^= (byte)(1 << (i % 8));
            try
            {
                Assert.Equal(changed, ModelTables.Parse(changed, Planes, 2).Write());
            }
            catch (ModelFormatException)
            {
                // Refused, which is the rule; what is taken must be what the file says.
            }
        }
    }

    [Theory]
    [InlineData(0, 0, "magic: expected 5651541a, got 0051541a")]
    [InlineData(4, 2, "offset 4: version: expected 1, got 2")]
    [InlineData(5, 3, "offset 5: number of planes: expected 2, got 3")]
    [InlineData(6, 2, "offset 6: stages of plane 0: expected 1, got 2")]
    [InlineData(7, 45, "offset 7: codes of plane 0: expected 300, got 301")]
    [InlineData(RatePoints, 3, "offset 16: number of rate points: expected 2, got 3")]
    [InlineData(FirstPart + 3, 0x7f, "offset 17: static part of rate point 0's length: expected 0 to ")]
    [InlineData(FirstPart + 3, 0xff, "offset 17: static part of rate point 0's length: expected 0 to ")]
    [InlineData(FirstTable, 7, "static table of plane 0, stage 0: bits: expected 8 to 14, got 7")]
    [InlineData(FirstTable, 15, "static table of plane 0, stage 0: bits: expected 0 to 14, got 15")]
    [InlineData(FirstTable, 0, "offset 23: static table of plane 1, stage")]
    public void Parse_WrongField_SaysWhereAndWhat(int offset, byte value, string message)
    {
        var bytes = Sample();
        bytes[offset] = value;
        var error = Assert.Throws<ModelFormatException>(() => ModelTables.Parse(bytes, Planes, 2));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "frequency: expected 1 to 16384, got 0")]
    [InlineData(16385, "frequency: expected 1 to 16384, got 16385")]
    [InlineData(2, "sum of the frequencies: expected 16384, got 16385")]
    public void Parse_FrequenciesThatAreNone_AreRefused(ushort first, string message)
    {
        ushort[] frequencies = [1, 1, 16382];
        LatentPlane[] planes = [new("", 8, 1, 3)];
        var bytes = new ModelTables(planes, [new RatePointTables { Static = new StaticTables([[new FrequencyTable(14, frequencies)]]) }]).Write();
        var table = Array.LastIndexOf(bytes, (byte)14) + 1;
        bytes[table] = (byte)first;
        bytes[table + 1] = (byte)(first >> 8);
        Assert.Contains(message, Assert.Throws<ModelFormatException>(() => ModelTables.Parse(bytes, planes, 1)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_MoreBehindTheEnd_IsRefused() =>
        Assert.Throws<ModelFormatException>(() => ModelTables.Parse([.. Sample(), 0], Planes, 2));

    [Fact]
    public void Parse_HugeCounts_AllocateNothingOfTheirSize()
    {
        LatentPlane[] planes = [new("", 8, 255, 65536)];
        var bytes = new ModelTables(planes, [.. Enumerable.Repeat(new RatePointTables(), 16)]).Write();
        bytes[12] = 1; // The static part of rate point 0 says that it has one byte, the bits of a first table.
        byte[] hostile = [.. bytes[..16], 14, .. bytes[16..]];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ModelFormatException>(() => ModelTables.Parse(hostile, planes, 16));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200_000);
    }

    private static byte[] Sample()
    {
        var random = new Random(3);
        return new ModelTables(Planes, [.. Enumerable.Range(0, 2).Select(_ => new RatePointTables { Static = RandomTables.Static(random, Planes), Fast = RandomTables.Fast(random, Planes) })]).Write();
    }
}
