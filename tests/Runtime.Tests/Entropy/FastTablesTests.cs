using VqVae.Models;

namespace VqVae.Runtime.Tests.Entropy;

/// <summary>Hostile tables of the fast mode; a stage of 3 codes in 2 classes whose bytes are known one by one.</summary>
public class FastTablesTests
{
    private static readonly LatentPlane[] Planes = [new("", 8, 1, 3)];

    [Fact]
    public void Read_DocumentedBytes_IsWhatWriteWrites()
    {
        var tables = Read(Sample());
        var writer = new TableWriter();
        tables.Write(writer);
        Assert.Equal(Sample(), writer.Written.ToArray());
        Assert.Equal([0, 4000, 4096, 0, 96, 4096], tables.Planes[0][0]!.ClassStarts.Take(6).Select(s => (int)s));
        Assert.Equal([0, 1096, 4096, 0, 4096], tables.Planes[0][0]!.CodeStarts.Take(5).Select(s => (int)s));
        Assert.Equal([0, 2, 0, 1], tables.Planes[0][0]!.PlaceCode.Take(4).Select(s => (int)s));
    }

    [Theory]
    [InlineData(0, 2, "whether it has tables: expected 0 to 1, got 2")]
    [InlineData(1, 0, "classes of neighbours: number: expected 1 to 255, got 0")]
    [InlineData(1, 3, "offset 2: fast tables of plane 0, stage 0: classes of neighbours: expected a number below 3, got 9")]
    [InlineData(2, 2, "offset 2: fast tables of plane 0, stage 0: classes of neighbours: expected a number below 2, got 2")]
    [InlineData(4, 0, "classes of neighbours: expected a code of class 1, got none")]
    [InlineData(6, 2, "classes of codes: expected a number below 2, got 2")]
    [InlineData(9, 0, "class tables: expected 1 to 256, got 0")]
    [InlineData(10, 2, "class tables: expected 1 to 256, got 514")]
    [InlineData(11, 0, "code tables: expected 1 to 255, got 0")]
    [InlineData(12, 2, "offset 12: fast tables of plane 0, stage 0: context: expected a number below 2, got 2")]
    [InlineData(21, 1, "class table's code table: expected a number below 1, got 1")]
    [InlineData(23, 0xa1, "classes: sum of the frequencies: expected 4096, got 4097")]
    [InlineData(26, 0xff, "classes: frequency: expected 1 to 4096, got ")]
    public void Read_WrongField_SaysWhereAndWhat(int offset, byte value, string message)
    {
        var bytes = Sample();
        if (offset == 1 && value == 3) bytes[2] = 9;
        bytes[offset] = value;
        Assert.Contains(message, Assert.Throws<ModelFormatException>(() => Read(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_FrequencyZero_IsRefused()
    {
        var bytes = Sample();
        bytes.AsSpan(31, 4).Clear();
        Assert.Contains("codes: frequency: expected 1 to 4096, got 0", Assert.Throws<ModelFormatException>(() => Read(bytes)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_EveryPrefixAndOneByteMore_IsRefused()
    {
        var bytes = Sample();
        for (var length = 0; length < bytes.Length; length++) Assert.Throws<ModelFormatException>(() => Read(bytes.AsSpan(0, length)));
        Assert.Throws<ModelFormatException>(() => Read([.. bytes, 0]));
    }

    [Fact]
    public void Read_HugeShape_AllocatesLittleBeforeItIsRefused()
    {
        // 32,768 codes and 255 classes of neighbours: all that is claimed behind is not there.
        const int Codes = 32768;
        byte[] classes = [.. Enumerable.Range(0, Codes).Select(k => (byte)(k % 255))];
        byte[] bytes = [1, 255, .. classes, 255, .. classes, 0, 1, 255];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<ModelFormatException>(() => FastTables.Read(new TableReader(bytes), [new LatentPlane("", 8, 1, Codes)]));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 400_000);
    }

    [Fact]
    public void Read_TooManyCodes_IsRefused() => Assert.Contains(
        "whether it has tables: expected 0, got 1",
        Assert.Throws<ModelFormatException>(() => FastTables.Read(new TableReader([1]), [new LatentPlane("", 8, 1, 32769)])).Message,
        StringComparison.Ordinal);

    private static FastTables Read(ReadOnlySpan<byte> bytes) => FastTables.Read(new TableReader(bytes), Planes);

    private static byte[] Sample() =>
    [
        1, // The stage has tables.
        2, 0, 0, 1, // Two classes of neighbours, and the codes' classes.
        2, 0, 1, 0, // Two classes of codes: 0 and 2 are of one, 1 is of the other.
        2, 0, 1, // Two class tables, one code table.
        0, 1, 0, 1, 0, 1, 0, 1, 0, // 3 x 3 contexts.
        0, 0, // Both class tables use code table 0.
        0xa0, 0x0f, 96, 0, // 4000, 96
        96, 0, 0xa0, 0x0f, // 96, 4000
        0x48, 0x04, 0xb8, 0x0b, // Class 0: 1096, 3000
        0x00, 0x10, // Class 1: 4096
    ];
}
