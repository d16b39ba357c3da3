using VqVae.Models;

namespace VqVae.Runtime.Tests;

public class VqContainerTests
{
    // Offsets in the example, whose width and height take one byte each.
    private const int Width = 4;
    private const int Height = 5;
    private const int Coding = 6;
    private const int Id = 7;
    private const int RatePoint = 15;
    private const int Stages = 16;
    private const int Payload = 17;

    [Fact]
    public void Write_OneTile_TakesAtMost24BytesBesideThePayload()
    {
        var header = VqBytes.Header(1024, 768);
        var file = VqBytes.Write(header, VqBytes.Manifest.Planes, [new int[2 * 96 * 128]]);
        Assert.Equal(23, file.Length - (2 * (96 * 128 * 5 / 8)));
        Assert.Equal(23, (header with { Width = 16383, Height = 16383 }).Size + VqDocument.ChecksumSize);
        Assert.Equal(24, (header with { Width = 4096, Height = 4096, TileBits = 9 }).Size + VqDocument.ChecksumSize);
    }

    [Fact]
    public void Checked_MoreThanAnArray_SaysSo()
    {
        Assert.Equal(Array.MaxLength, VqAssembler.Checked(Array.MaxLength));
        Assert.Equal(
            "the file with its alpha and metadata: expected at most the 2147483591 bytes that an array can have, got 3000000000",
            Assert.Throws<ArgumentException>(() => VqAssembler.Checked(3_000_000_000)).Message);
    }

    [Fact]
    public void Verify_ImageWithAlphaOverTheLimit_IsRefusedBeforeItIsInflated()
    {
        var alpha = AlphaSectionTests.Write(100, new byte[100 * 50]);
        var planes = VqBytes.Manifest.Planes;
        var indices = VqBytes.RandomIndices(planes, 100, 50, new Random(1));
        var with = VqBytes.Write(VqBytes.Header(100, 50), planes, indices, alpha: alpha);
        var without = VqBytes.Write(VqBytes.Header(100, 50), planes, indices);
        var limits = new VqLimits { MaxPixels = 4999 };
        Assert.Equal(
            "the image is 100×50: expected at most 4999 pixels, got 5000", Assert.Throws<VqFormatException>(() => VqFile.Verify(with, limits)).Message);
        VqFile.Verify(without, limits);
        VqFile.Verify(with, new VqLimits { MaxPixels = 5000 });
        VqFile.Verify(with);
    }

    [Fact]
    public void Write_IndexOfNoCode_Throws() =>
        Assert.Throws<InvalidOperationException>(() => VqBytes.Write(VqBytes.Header(8, 8), VqBytes.Manifest.Planes, [[0, 20]]));

    public static TheoryData<string, int, byte[], string> Patches() => new()
    {
        { "magic", 0, "PNG"u8.ToArray(), "offset 0: magic: expected 56511a, got 504e47: this is no .vq file" },
        { "a later version", 3, [2], "offset 3: version: expected 1, got 2: a newer release wrote the file; update this one" },
        { "the draft", 3, [0], "offset 3: version: expected 1, got 0: a draft from before the format was frozen; compress the image again" },
        { "no width", Width, [0], "offset 4: width: expected 1 to 16777215, got 0" },
        { "no height", Height, [0], "offset 5: height: expected 1 to 16777215, got 0" },
        { "a larger image", Width, [25], "expected a file of 31 bytes, got 29: the file is cut short" },
        { "a smaller image", Width, [16], "expected a file of 27 bytes, got 29: something follows the checksum" },
        { "alpha without its section", Coding, [1], "offset 17: sections: expected an alpha section, as the header says, got none" },
        { "a bitmap in a raw file", Coding, [8], "offset 6: raw bitmap: expected none where the mode is raw, got one" },
        { "an unknown entropy mode", Coding, [0x40], "offset 6: entropy mode: expected 0 to 3, got 4" },
        { "reserved bits", RatePoint, [0x60], "offset 15: reserved bits: expected 0, got 60" },
        { "another model", Id, [0xff], "the file was made with the model ff23456789abcdef, this is 0123456789abcdef ('handmade')" },
        { "another rate point", RatePoint, [1], "rate point: expected one below 1, the number that the model has, got 1" },
        { "no stages", Stages, [0], "offset 16: stages: expected 1 to 255, got 0" },
        { "too many stages", Stages, [3], "stages: expected 1 to the model's 2, got 3" },
        { "an index of no code", Payload, [20], "stage 0, position 0: expected an index below 20, got a higher one" },
        { "bits behind the last index", Payload + 7, [0x40], "stage 1: expected 0 in the bits behind the last index, got others" },
    };

    [Theory]
    [MemberData(nameof(Patches))]
    public void Open_PatchedField_SaysExpectedAndFound(string what, int offset, byte[] bytes, string expected)
    {
        Assert.NotEmpty(what);
        Assert.Equal(expected, Error(VqBytes.Patch(VqBytes.Example(), offset, bytes)));
    }

    [Theory]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(255)]
    public void Open_TileByteOfAnotherSize_IsRefused(byte bits) => Assert.Equal(
        $"offset 17: tile size: expected 6 to 9, got {bits}",
        Error(VqBytes.Insert(VqBytes.Patch(VqBytes.Example(), RatePoint, 16), Payload, bits)));

    [Fact]
    public void Open_WrongChecksum_SaysBoth()
    {
        var file = VqBytes.Example();
        var right = Convert.ToHexStringLower(file.AsSpan(file.Length - 4).ToArray().Reverse().ToArray());
        file[Payload] ^= 1;
        Assert.Matches($"^checksum: the file states {right}, its content has [0-9a-f]{{8}}: the file is damaged$", Error(file));
    }

    [Fact]
    public void Open_WrongModelInADamagedFile_SaysThatItMayBeDamaged()
    {
        var file = VqBytes.Example();
        file[Id] ^= 1;
        Assert.Equal(
            "the file was made with the model 0023456789abcdef, this is 0123456789abcdef ('handmade'); its checksum is wrong too, so it may be damaged", Error(file));
    }

    [Theory]
    [InlineData(new byte[] { 0x91, 0x00 }, "offset 4: width: expected a number in as few bytes as possible, got 2 bytes for 17")]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01 }, "offset 4: width: expected a number of at most 5 bytes, got a longer one")]
    [InlineData(new byte[] { 0xff, 0xff, 0xff, 0xff, 0x7f }, "offset 4: width: expected 1 to 16777215, got 34359738367")]
    [InlineData(new byte[] { 0x80, 0x80, 0x80, 0x08 }, "offset 4: width: expected 1 to 16777215, got 16777216")]
    public void Open_WidthOfAnotherForm_IsRefused(byte[] varint, string expected)
    {
        var example = VqBytes.Example();
        Assert.Equal(expected, Error(VqBytes.Seal([.. example[..Width], .. varint, .. example[Height..^4]])));
    }

    [Fact]
    public void Open_TrailingByte_IsRefused() =>
        Assert.Equal("expected a file of 29 bytes, got 30: something follows the checksum", Error([.. VqBytes.Example(), 0]));

    [Fact]
    public void Open_UnknownOptionalSections_AreSkipped()
    {
        var file = WithSections(4, 3, 1, 2, 3, 6, 0, 200, 1, 1, 7, 0);
        Assert.Equal(VqBytes.ExampleIndices, Read(file));
        VqFile.Verify(file);
    }

    [Theory]
    [InlineData(new byte[] { 3, 0, 0 }, "offset 17: section number: expected none that is required (odd) and unknown, got 3")]
    [InlineData(new byte[] { 4, 0, 2, 0, 0 }, "offset 19: section number: expected 0 or above 4, got 2")]
    [InlineData(new byte[] { 6, 0, 6, 0, 0 }, "offset 19: section number: expected 0 or above 6, got 6")]
    [InlineData(new byte[] { 2, 0, 0 }, "offset 17: section 2: expected at least 1 byte, got 0")]
    [InlineData(new byte[] { 0 }, "offset 17: section number: expected at least one section, as the header says, got 0")]
    [InlineData(new byte[] { 2, 100, 0 }, "offset 19: section: expected 100 bytes, got 13: the file is cut short")]
    [InlineData(new byte[] { 2, 0xff, 0xff, 0xff, 0xff, 0x07, 0 }, "offset 23: section: expected 2147483647 bytes, got 13: the file is cut short")]
    [InlineData(new byte[] { 2, 0xff, 0xff, 0xff, 0xff, 0x0f, 0 }, "offset 18: section length: expected 0 to 2147483647, got 4294967295")]
    public void Open_BadSections_AreRefused(byte[] sections, string expected)
    {
        var file = WithSections(sections);
        Assert.Equal(expected, Error(file));
        Assert.Equal(expected, Assert.Throws<VqFormatException>(() => VqFile.Verify(file)).Message);
    }

    [Fact]
    public void Open_HugeClaims_AllocateNothingLarge()
    {
        var limits = new VqLimits();
        byte[] start = [(byte)'V', (byte)'Q', 0x1a, VqHeader.CurrentVersion];
        byte[] id = [0, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0, 2];
        byte[] most = [0xff, 0xff, 0xff, 0x07];
        byte[][] files =
        [
            VqBytes.Seal([.. start, .. most, .. most, .. id]),
            VqBytes.Seal([.. start, 1, .. most, .. id]),
            VqBytes.Seal([.. start, 0x80, 0x80, 1, 0x80, 0x80, 1, .. id]),
            VqBytes.Seal([.. start, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, 1, .. id]),
            WithSections(2, 0xff, 0xff, 0xff, 0xff, 0x07, 0),
        ];
        foreach (var file in files)
        {
            Error(file);
            var before = GC.GetAllocatedBytesForCurrentThread();
            Error(file);
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 64 << 10);
        }

        Assert.Equal("the image is 16777215×16777215: expected at most 268435456 pixels, got 281474943156225", Error(files[0]));
        Assert.Throws<VqFormatException>(() => VqDocument.Open(VqBytes.Example(), VqBytes.Manifest, limits with { MaxPixels = (24 * 16) - 1 }));
        VqDocument.Open(VqBytes.Example(), VqBytes.Manifest, limits with { MaxPixels = 24 * 16 });
        Assert.Equal(
            "the image is extended to 24×16, 2 stages of indices: expected at most 23 bytes of them, got 24",
            Assert.Throws<VqFormatException>(() => VqDocument.Open(VqBytes.Example(), VqBytes.Manifest, limits with { MaxMemory = 23 })).Message);
        VqDocument.Open(VqBytes.Example(), VqBytes.Manifest, limits with { MaxMemory = 24 });
    }

    [Fact]
    public void Open_EveryPrefix_IsAnError()
    {
        foreach (var file in new[] { VqBytes.Example(), WithSections(4, 3, 1, 2, 3, 0) })
        {
            for (var length = 0; length < file.Length; length++)
            {
                var prefix = file[..length];
                Assert.Contains("the file is cut short", Error(prefix), StringComparison.Ordinal);
                Assert.Throws<VqFormatException>(() => VqFile.Verify(prefix));
            }
        }
    }

    [Fact]
    public void Verify_EverySingleBitFlip_IsAnError()
    {
        var file = WithSections(4, 3, 1, 2, 3, 0);
        for (var bit = 0; bit < file.Length * 8; bit++)
        {
            var damaged = (byte[])file.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Throws<VqFormatException>(() => VqFile.Verify(damaged));
        }
    }

    [Fact]
    public void ReadInfo_SpanAndStream_ReturnTheHeader()
    {
        var file = VqBytes.Write(VqBytes.Header(300, 7, 1, isGray: true), VqBytes.Manifest.Planes, [new int[38]]);
        var info = VqFile.ReadInfo(file);
        Assert.Equal(
            new VqInfo
            {
                Version = 1,
                Width = 300,
                Height = 7,
                Format = PixelFormat.Gray8,
                ModelId = ModelId.Parse(VqBytes.Id),
                RatePoint = 0,
                Stages = 1,
                EntropyMode = VqEntropyMode.Raw,
            },
            info);
        Assert.Equal(info, VqFile.ReadInfo(new MemoryStream(file)));
        Assert.Equal(info, VqFile.ReadInfo(new MemoryStream(file, 0, 18)));
        Assert.Equal(
            "offset 17: stages: expected 1 byte, got 0: the file is cut short",
            Assert.Throws<VqFormatException>(() => VqFile.ReadInfo(new MemoryStream(file, 0, 17))).Message);
        Assert.Throws<ArgumentNullException>(() => VqFile.ReadInfo((Stream)null!));
    }

    private static byte[] WithSections(params byte[] sections) => VqBytes.Patch(VqBytes.Insert(VqBytes.Example(), Payload, sections), Coding, 4);

    private static int[] Read(byte[] file) => VqBytes.Read(file, VqBytes.Manifest)[0];

    private static string Error(byte[] file) => Assert.Throws<VqFormatException>(() => Read(file)).Message;
}
