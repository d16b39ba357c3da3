using System.Diagnostics;
using VqVae.Models;
using VqVae.Runtime.Tests.Entropy;

namespace VqVae.Runtime.Tests;

/// <summary>Damaged and crafted files against everything that reads them short of the graphs.</summary>
public class VqDamageTests
{
    private const long MostBytes = 64L << 20;

    private static readonly LatentPlane[] Planes = TwoPlaneModel.Planes;
    private static readonly ModelManifest Model = TwoPlaneModel.Manifest;

    /// <summary>What stands for this mode is the run-length coder, which says what is wrong with a block; the others have their own coders, with random tables.</summary>
    private const VqEntropyMode Runs = VqEntropyMode.Static;

    private static readonly CoderSet Coders = new(Model, Coder);
    private static readonly Dictionary<VqEntropyMode, IIndexCoder> Modes = new()
    {
        [Runs] = new RunLengthCoder(Planes),
        [VqEntropyMode.Fast] = new FastCoder(RandomTables.Fast(new Random(1), Planes)),
        [VqEntropyMode.Dense] = new DenseCoder(RandomDenseTables.Make(new Random(2), Planes)),
    };

    private static readonly byte[] Exif = [.. "II*\0"u8, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Files of one tile and of several, raw, coded, and mixed, bare and with all sections.</summary>
    public static TheoryData<int, int, int, VqEntropyMode, bool> Files() => new()
    {
        { 40, 24, 10, VqEntropyMode.Raw, false },
        { 40, 24, 10, VqEntropyMode.Dense, true },
        { 100, 70, 6, VqEntropyMode.Raw, true },
        { 80, 20, 6, VqEntropyMode.Dense, true },
        { 40, 24, 10, Runs, false },
        { 100, 70, 6, Runs, true },
        { 40, 24, 10, VqEntropyMode.Fast, true },
        { 80, 50, 6, VqEntropyMode.Fast, false },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_EveryPrefix_IsAnError(int width, int height, int tileBits, VqEntropyMode mode, bool sections)
    {
        var file = File(width, height, tileBits, mode, sections);
        for (var length = 0; length < file.Length; length++)
        {
            var prefix = file[..length];
            Assert.Contains("cut short", Assert.Throws<VqFormatException>(() => Decode(prefix)).Message, StringComparison.Ordinal);
            Assert.Throws<VqFormatException>(() => VqFile.Verify(prefix));

            // With a checksum of its own a prefix says nothing of the cut; what is missing is.
            if (length >= 4) Assert.Throws<VqFormatException>(() => Decode(VqBytes.Seal(prefix[..^4])));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_EveryBitFlip_IsAnError(int width, int height, int tileBits, VqEntropyMode mode, bool sections)
    {
        var file = File(width, height, tileBits, mode, sections);
        for (var bit = 0; bit < file.Length * 8; bit++)
        {
            var damaged = Flip(file, bit);
            Assert.Throws<VqFormatException>(() => Decode(damaged));
            Assert.Throws<VqFormatException>(() => VqFile.Verify(damaged));
        }
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_EveryBitFlipUnderARightChecksum_IsAnErrorOrIndicesOfTheModel(int width, int height, int tileBits, VqEntropyMode mode, bool sections)
    {
        var file = File(width, height, tileBits, mode, sections);
        var (refused, read) = (0, 0);
        for (var bit = 0; bit < (file.Length - 4) * 8; bit++)
        {
            var damaged = VqBytes.Seal(Flip(file, bit)[..^4]);
            if (Survives(damaged)) read++;
            else refused++;
        }

        // Flips of raw indices are other indices; flips of structure are errors.
        Assert.True(read > 100 && refused > 100, $"{read} read, {refused} refused");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Read_RandomDamageUnderARightChecksum_NeverFailsOtherwise(int width, int height, int tileBits, VqEntropyMode mode, bool sections)
    {
        var file = File(width, height, tileBits, mode, sections);
        var random = new Random(tileBits);
        for (var i = 0; i < 3_000; i++)
        {
            // Most of the damage hits what comes before the blocks.
            var content = new List<byte>(file[..^4]);
            for (var n = random.Next(1, 5); n > 0; n--)
            {
                var at = random.Next(random.Next(3) == 0 ? content.Count : Math.Min(60, content.Count));
                if (random.Next(3) == 0) content.RemoveRange(at, Math.Min(content.Count - at, random.Next(1, 4)));
                else if (random.Next(2) == 0) content.Insert(at, (byte)random.Next(256));
                else content[at] = (byte)random.Next(256);
            }

            Survives(VqBytes.Seal([.. content]));
        }
    }

    [Fact]
    public void Open_CraftedHeaders_AreRefusedAtOnce()
    {
        const int Most = VqLimits.MaxSide;
        AssertRefused(Content(Most, Most, 10, Runs), "the image is 16777215×16777215: expected at most 268435456 pixels");
        AssertRefused(Content(Most, 1, 10, Runs), "extended to 16777216×16 for the model: expected at most 268435456 pixels, got 268435456", isRefused: false);
        AssertRefused(Content(Most, 17, 10, Runs), "expected at most 268435456 pixels");

        // 65,536 tiles of 5 blocks: no length is there, then all but one, then all.
        AssertRefused(Content(1 << 14, 1 << 14, 6, Runs), "block lengths: expected 327680 bytes, got 4");
        AssertRefused(Content(1 << 14, 1 << 14, 6, Runs, Repeat(327_675, 1)), "block lengths: expected 327680 bytes, got 327679");
        AssertRefused(Content(1 << 14, 1 << 14, 6, Runs, Repeat(327_680, 1)), "expected a file of 655386 bytes, got 327706: the file is cut short");
        AssertRefused(Content(1 << 14, 1 << 14, 6, Runs, Repeat(655_360, 1)), "expected a block of 1 bytes, got one of 4");
        AssertRefused(Content(1 << 14, 1 << 14, 6, Runs, [.. Repeat(327_680, 4), .. Repeat(600_000, 1)]), "the file is cut short");

        // A bitmap for all of them.
        byte[] bitmap = [.. Repeat(327_680, 1), .. Repeat(40_960, 0xff), .. Repeat(327_680, 1)];
        AssertRefused(Content(1 << 14, 1 << 14, 6, Runs, bitmap, coding: 8), "raw block 0: expected 16 bytes, got 1");
        AssertRefused(Content(1 << 14, 1 << 14, 6, Runs, [.. Repeat(327_680, 1), .. Repeat(40_960, 0)], coding: 8), "expected at least one raw block, as the header says, got none");

        // The largest tile with next to nothing in it.
        AssertRefused(Content(1024, 1024, 10, Runs, Repeat(4, 1)), "expected a file of at least 28 bytes, got 27: the file is cut short");
        AssertRefused(Content(1024, 1024, 10, Runs, Repeat(57_000, 0)), "run 0, difference 0");
        AssertRefused(Content(1024, 1024, 10, Runs, Repeat(57_000, 1)), "run 257, difference 257");
        AssertRefused(Content(1024, 1024, 10, Runs, Repeat(57_345, 1)), "something follows the checksum");
        AssertRefused(Content(1024, 1024, 10, VqEntropyMode.Raw, Repeat(57_000, 1)), "the file is cut short");

        // Larger tiles are none.
        foreach (var bits in new[] { 0, 5, 11, 12, 255 })
            AssertRefused(Content(4096, 4096, bits, Runs, Repeat(900_000, 1)), $"tile size: expected 6 to 9, got {bits}");
    }

    [Fact]
    public void Open_BlockLengths_AddUpAndStayBelowRaw()
    {
        // Two tiles of 64 and 8 pixels: 4 or 1 positions of top, 64 or 8 of bottom, a byte each; one stage.
        byte[] blocks = [.. Repeat(16 + 4 + 64 + 8, 7)];
        Assert.NotNull(Decode(VqBytes.Seal(Content(128, 64, 6, VqEntropyMode.Raw, [16, 16, 64, 64, .. Repeat(160, 7)], stages: 1))));
        AssertRefused(Content(128, 64, 6, VqEntropyMode.Raw, [16, 16, 64, 63, .. Repeat(159, 7)], stages: 1), "block length: expected 64 to 64, got 63");
        AssertRefused(Content(128, 64, 6, Runs, [17, 16, 64, 64, .. Repeat(161, 7)], stages: 1), "block length: expected 1 to 16, got 17");
        AssertRefused(Content(128, 64, 6, Runs, [0, 16, 64, 64, .. Repeat(144, 7)], stages: 1), "block length: expected 1 to 16, got 0");
        AssertRefused(Content(128, 64, 6, Runs, [16, 16, 64, 64, .. Repeat(161, 7)], stages: 1), "something follows the checksum");
        AssertRefused(Content(128, 64, 6, Runs, [16, 16, 64, 64, .. Repeat(159, 7)], stages: 1), "the file is cut short");
        AssertRefused(Content(128, 64, 6, Runs, [0x90, 0x00, 16, 64, 64, .. blocks], stages: 1), "a number in as few bytes as possible");

        // 16 equal indices are one run of 4 bytes; the length says that the block has a second one.
        byte[] run = [16, 0, 7, 0], half = [64, 0, 0, 0];
        Assert.NotNull(Decode(VqBytes.Seal(Content(128, 64, 6, Runs, [4, 4, 4, 4, .. run, .. run, .. half, .. half], stages: 1))));
        AssertRefused(Content(128, 64, 6, Runs, [8, 4, 4, 4, .. run, .. run, .. run, .. half, .. half], stages: 1), "stage 0, tile 0: expected a block of 8 bytes, got one of 4");
        AssertRefused(Content(128, 64, 6, Runs, [2, 4, 4, 4, .. run[..2], .. run, .. half, .. half], stages: 1), "stage 0, tile 0: expected a block of 2 bytes, got one of 4");
    }

    [Fact]
    public void Open_SectionBombs_AreRefusedAtOnce()
    {
        AssertRefused(Content(64, 64, 10, Runs, [4, 0xff, 0xff, 0xff, 0xff, 0x07], coding: 4), "section: expected 2147483647 bytes, got 4: the file is cut short");
        AssertRefused(Content(64, 64, 10, Runs, [1, 0, 0, .. Repeat(8, 1)], coding: 5), "section 1: expected at least 1 byte, got 0");
        AssertRefused(Content(64, 64, 10, Runs, [2, 0, 0, .. Repeat(8, 1)], coding: 4), "section 2: expected at least 1 byte, got 0");
        AssertRefused(Content(64, 64, 10, Runs, [1, 1, 7, 0, .. Repeat(8, 1)], coding: 4), "no alpha section, as the header says");
        AssertRefused(Content(64, 64, 10, Runs, [2, 1, 7, 0, .. Repeat(8, 1)], coding: 5), "an alpha section, as the header says");
        AssertRefused(Content(64, 64, 10, Runs, [1, 1, 7, 0, .. Repeat(8, 1)], coding: 5), "that inflates to 4160 bytes, got one of 1 that cannot");

        // As many empty sections as fit.
        var many = new List<byte>();
        for (var number = 4; many.Count < 900_000; number += 2) many.AddRange([.. Varint(number), 0]);
        AssertRefused(Content(64, 64, 10, Runs, [.. many, 0], coding: 4), "expected a file of at least 900");
    }

    [Fact]
    public void Verify_AlphaBombs_TakeLittleTimeAndMemory()
    {
        // A gigabyte of zeros in a megabyte, for images of all sizes that it might be meant for.
        var bomb = AlphaSectionTests.Deflate(new byte[960 << 20]);
        Assert.InRange(bomb.Length, 500_000, 1_000_000);
        foreach (var (width, height) in new[] { (1 << 14, 1 << 14), (64, 64), (VqLimits.MaxSide, VqLimits.MaxSide), (VqLimits.MaxSide, 61), (1, VqLimits.MaxSide) })
        {
            byte[] file = VqBytes.Seal(Content(width, height, 10, Runs, [1, .. Varint(bomb.Length), .. bomb, 0, .. Repeat(8, 1)], coding: 5));
            AssertQuick(() => Assert.Throws<VqFormatException>(() => VqFile.Verify(file)));
            AssertQuick(() => Assert.Throws<VqFormatException>(() => Decode(file)));
        }
    }

    [Fact]
    public void Decompress_SmallFilesOfLargeImages_TakeLittleBeforeTheyAreRefused()
    {
        using var codec = TwoPlaneModel.Load(coders: Coders);
        foreach (var content in new[]
        {
            Content(1024, 1024, 10, VqEntropyMode.Dense, Repeat(5, 1)),
            Content(1024, 1024, 10, VqEntropyMode.Fast, Repeat(60, 1)),
            Content(4096, 4096, 9, VqEntropyMode.Dense, Repeat(640, 1)),
            Content(1 << 14, 1 << 14, 6, VqEntropyMode.Dense, Repeat(655_360, 1)),
            Content(1024, 1024, 10, Runs, Repeat(5, 1)),
            Content(1 << 14, 1 << 14, 6, Runs, Repeat(655_360, 1)),
            Content(1 << 14, 1 << 14, 9, Runs, Repeat(10_240, 1)),
        })
        {
            var file = VqBytes.Seal(content);
            AssertQuick(() => Assert.Throws<VqFormatException>(() => codec.Decompress(file)));
            AssertQuick(() => Assert.Throws<VqFormatException>(() => codec.Decompress(file, new VqDecompressOptions { AllowPartial = true })));
            AssertQuick(() => Assert.Throws<VqFormatException>(() => codec.Decompress(file, new VqDecompressOptions { Region = new VqRegion(900, 900, 10, 10) })));
            AssertQuick(() => Assert.Throws<VqFormatException>(() => codec.Decompress(file, (_, _) => Assert.Fail("there are no rows"))));
            AssertQuick(() => Assert.Throws<VqFormatException>(() => codec.Verify(file)));
        }
    }

    /// <summary>Reads a file in every way. Whatever it is, only one exception is allowed, and little memory.</summary>
    private static bool Survives(byte[] file)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        Attempt(() => VqFile.Verify(file));
        Attempt(() => VqFile.ReadExif(file));
        Attempt(() => VqFile.ReadParts(file));
        var partial = Attempt(() => Decode(file, allowPartial: true));
        var whole = Attempt(() =>
        {
            var indices = Decode(file);
            for (var p = 0; p < Planes.Length; p++) Assert.All(indices[p], index => Assert.InRange(index, 0, Planes[p].Codes - 1));
        });
        Assert.True(partial || !whole);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        return whole;

        static bool Attempt(Action action)
        {
            try
            {
                action();
                return true;
            }
            catch (VqFormatException)
            {
                return false;
            }
        }
    }

    private static void AssertRefused(byte[] content, string expected, bool isRefused = true)
    {
        var file = VqBytes.Seal(content);
        Assert.InRange(file.Length, 0, 1 << 20);
        var message = "";
        AssertQuick(() => message = Assert.Throws<VqFormatException>(() => Decode(file)).Message);
        if (isRefused) Assert.Contains(expected, message, StringComparison.Ordinal);
        else Assert.DoesNotContain(expected, message, StringComparison.Ordinal);
        AssertQuick(() => Record.Exception(() => Decode(file, allowPartial: true)));
        AssertQuick(() => Record.Exception(() => VqFile.Verify(file)));
    }

    /// <summary>Under a second and 64 MB; the least of some times, since other tests run beside this one.</summary>
    private static void AssertQuick(Action action)
    {
        var least = TimeSpan.MaxValue;
        for (var attempt = 0; attempt < 5 && least > TimeSpan.FromSeconds(1); attempt++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            var clock = Stopwatch.StartNew();
            action();
            if (clock.Elapsed < least) least = clock.Elapsed;
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        }

        Assert.InRange(least, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    private static int[][] Decode(byte[] file, bool allowPartial = false) => VqBytes.Read(file, Model, coder: Coders.ForReading(VqStructure.ReadHeader(file)), allowPartial: allowPartial);

    private static IIndexCoder? Coder(VqEntropyMode mode, int ratePoint) => Modes.GetValueOrDefault(mode);

    /// <summary>A file without its checksum: a header as it is stated, then whatever follows.</summary>
    private static byte[] Content(int width, int height, int tileBits, VqEntropyMode mode, byte[]? rest = null, int coding = 0, int stages = 3) =>
    [
        .. "VQ"u8, 0x1a, VqHeader.CurrentVersion, .. Varint(width), .. Varint(height), (byte)(((int)mode << 4) | coding), .. Convert.FromHexString(Model.Id),
        (byte)(tileBits == 10 ? 0 : 16), (byte)stages, .. tileBits == 10 ? Array.Empty<byte>() : [(byte)tileBits], .. rest ?? [],
    ];

    private static byte[] File(int width, int height, int tileBits, VqEntropyMode mode, bool sections)
    {
        // Half noise, half flat, so that raw blocks and others are there.
        var indices = VqBytes.RandomIndices(Planes, width, height, new Random(9));
        foreach (var plane in indices) plane.AsSpan(plane.Length / 2).Fill(3);
        var alpha = AlphaSectionTests.Write(width, [.. Enumerable.Range(0, width * height).Select(i => (byte)i)]);
        var header = VqBytes.Header(width, height, 3) with { ModelId = ModelId.Parse(Model.Id), TileBits = tileBits, EntropyMode = mode };
        return VqBytes.Write(header, Planes, indices, Coders.ForWriting(mode, 0), sections ? alpha : null, sections ? Exif : null);
    }

    private static byte[] Flip(byte[] file, int bit)
    {
        var damaged = (byte[])file.Clone();
        damaged[bit / 8] ^= (byte)(1 << (bit % 8));
        return damaged;
    }

    private static byte[] Repeat(int count, byte value)
    {
        var bytes = new byte[count];
        bytes.AsSpan().Fill(value);
        return bytes;
    }

    private static byte[] Varint(int value)
    {
        var bytes = new byte[VqWriter.VarintSize(value)];
        new VqWriter(bytes).WriteVarint(value);
        return bytes;
    }
}
