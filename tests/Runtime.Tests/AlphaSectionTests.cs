using System.IO.Compression;
using CsCheck;

namespace VqVae.Runtime.Tests;

public class AlphaSectionTests
{
    private const int Width = 37;
    private const int Height = 23;

    /// <summary>Planes of the kinds that images have: noise, masks, ramps, and any of them under opaque rows.</summary>
    private static readonly Gen<(int Width, int Height, byte[] Alpha)> GenPlane =
        from width in Gen.Int[1, 70]
        from height in Gen.Int[1, 40]
        from kind in Gen.Int[0, 3]
        from opaqueRows in Gen.Int[0, 40]
        from noise in Gen.Byte.Array[width * height]
        select (width, height, Plane(width, kind, opaqueRows, noise));

    [Fact]
    public void ReadRow_OfWritten_ReturnsTheRows() => GenPlane.Sample(
        sample =>
        {
            var (width, height, alpha) = sample;
            var section = Write(width, alpha);
            Assert.Equal(alpha.All(a => a == 255), section.Length == 0);
            if (section.Length == 0) return;
            Assert.Equal(alpha, Read(section, width, height));
            Assert.Equal(alpha, ReadPlainly(section, width, height));
            AlphaReader.Verify(section, width, height);
        },
        seed: "0N0XIzNsQ0O2",
        iter: 300);

    [Fact]
    public void Verify_StreamThatWantsAPresetDictionary_IsRefused()
    {
        // Found by the fuzzer: the bit FDICT of the header, with check bits that are right.
        byte[] section = [0x78, 0x7d, .. Write(Width, new byte[Width * Height]).AsSpan(2)];
        Assert.Contains("damaged", Assert.Throws<VqFormatException>(() => AlphaReader.Verify(section, Width, Height)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void WriteRow_Shapes_TakeLittle()
    {
        var disc = Enumerable.Range(0, 256 * 256).Select(i => (byte)(Math.Pow((i % 256) - 128, 2) + Math.Pow((i / 256) - 128, 2) < 100 * 100 ? 255 : 0)).ToArray();
        Assert.InRange(Write(256, disc).Length, 1, 1500);
        var ramp = Enumerable.Range(0, 256 * 256).Select(i => (byte)(i / 256)).ToArray();
        Assert.InRange(Write(256, ramp).Length, 1, 500);
    }

    [Fact]
    public void Apply_EachFilter_IsChosenWhereItFits()
    {
        var ramp = Enumerable.Range(1, 40).Select(i => (byte)(4 * i)).ToArray();
        byte[] shifted = [.. ramp.Select(v => (byte)(v + 3))];
        var noise = new byte[40];
        new Random(3).NextBytes(noise);
        Assert.Equal(2, Filter(ramp, ramp));
        Assert.Equal(1, Filter(ramp, noise));
        Assert.Equal(2, Filter(shifted, ramp));
        Assert.Equal(0, Filter([0, 0, 0, 1, 0, 0, 255, 0, 0], [80, 30, 60, 90, 10, 20, 50, 40, 99]));
        Assert.Equal(3, Filter([10, 20, 35, 47, 58], [20, 30, 50, 59, 69]));
        Assert.Equal(4, Filter([50, 50, 50, 50, 200, 100, 180, 90], [10, 10, 10, 10, 200, 100, 180, 90]));

        static int Filter(byte[] row, byte[] above)
        {
            var filtered = new byte[row.Length + 1];
            RowFilter.Apply(row, above, filtered, new byte[row.Length + 1]);
            var undone = filtered[1..];
            Assert.True(RowFilter.Undo(filtered[0], undone, above));
            Assert.Equal(row, undone);
            return filtered[0];
        }
    }

    [Fact]
    public void ReadRow_EveryPrefix_IsAnError()
    {
        var section = Write(Width, Sample());
        for (var length = 0; length < section.Length; length++) AssertRefused(section[..length]);
    }

    [Fact]
    public void ReadRow_EveryBitFlip_IsRefusedOrPassesTheStreamsChecksum()
    {
        // Adler-32 is weak on short streams, and lets a few swapped symbols through; in a file the CRC-32C is above it.
        var section = Write(Width, Sample());
        var refused = 0;
        for (var bit = 0; bit < section.Length * 8; bit++)
        {
            var damaged = (byte[])section.Clone();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            try
            {
                Assert.Equal(Width * Height, Read(damaged, Width, Height).Length);
            }
            catch (VqFormatException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, .98 * section.Length * 8, (section.Length * 8) - 1);
    }

    [Fact]
    public void ReadRow_MoreThanTheStream_IsRefused()
    {
        var alpha = Sample();
        var section = Write(Width, alpha);
        AssertRefused([.. section, 0]);
        AssertRefused([.. section, .. section[^4..]]);
        AssertRefused([.. section, .. new byte[100_000]]);
        AssertRefused(Write(Width, [.. alpha, .. new byte[Width]]));
        AssertRefused(Deflate([.. Filtered(), 0]));
        Assert.Equal(new byte[Width * Height], Read(Deflate(Filtered()), Width, Height));

        static byte[] Filtered() => new byte[(Width + 1) * Height];
    }

    [Fact]
    public void ReadRow_UnknownFilter_IsRefused()
    {
        var filtered = new byte[(Width + 1) * Height];
        filtered[(Width + 1) * 7] = 5;
        var section = Deflate(filtered);
        Assert.Equal("alpha, row 7: expected a filter below 5, got 5", Assert.Throws<VqFormatException>(() => Read(section, Width, Height)).Message);
        Assert.Equal("alpha, row 7: expected a filter below 5, got 5", Assert.Throws<VqFormatException>(() => AlphaReader.Verify(section, Width, Height)).Message);
    }

    [Fact]
    public void Verify_Bombs_TakeLittleMemory()
    {
        var bomb = Deflate(new byte[64 << 20]);
        Assert.InRange(bomb.Length, 1, 70_000);
        AlphaReader.Verify(bomb, (1 << 13) - 1, 1 << 13);
        foreach (var (width, height) in new[] { (1 << 13, 1 << 13), (1 << 12, 1 << 13), (1, 1), ((1 << 24) - 1, (1 << 24) - 1), ((1 << 24) - 1, 8) })
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.Throws<VqFormatException>(() => AlphaReader.Verify(bomb, width, height));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
        }
    }

    [Theory]
    [InlineData(1, 300_000)]
    [InlineData(3, 70_000)]
    [InlineData(70_000, 3)]
    public void Verify_RowsOfAnyLength_FindsTheFilterOfTheLastRow(int width, int height)
    {
        var filtered = new byte[(width + 1) * height];
        AlphaReader.Verify(Deflate(filtered), width, height);
        filtered[(width + 1) * (height - 1)] = 200;
        var section = Deflate(filtered);
        Assert.Equal(
            $"alpha, row {height - 1}: expected a filter below 5, got 200", Assert.Throws<VqFormatException>(() => AlphaReader.Verify(section, width, height)).Message);
    }

    [Fact]
    public void WriteRow_MoreThanTheSectionMayTake_IsRefused()
    {
        var noise = new byte[1 << 20];
        new Random(8).NextBytes(noise);
        using var writer = new AlphaWriter(1 << 10, maxBytes: 200_000);
        var rows = 0;
        var message = Assert.Throws<ArgumentException>(() =>
        {
            for (; rows < 1024; rows++) writer.WriteRow(noise.AsSpan(rows << 10, 1 << 10));
        }).Message;
        Assert.StartsWith("the image's alpha: expected at most the 200000 bytes", message, StringComparison.Ordinal);
        Assert.InRange(rows, 190, 400);
    }

    internal static byte[] Write(int width, byte[] alpha)
    {
        using var writer = new AlphaWriter(width);
        for (var at = 0; at < alpha.Length; at += width) writer.WriteRow(alpha.AsSpan(at, width));
        return writer.Finish().ToArray();
    }

    internal static byte[] Deflate(byte[] content) => Deflate(content, CompressionLevel.Optimal);

    internal static byte[] Deflate(byte[] content, CompressionLevel level)
    {
        using var stream = new MemoryStream();
        using (var zlib = new ZLibStream(stream, level, leaveOpen: true)) zlib.Write(content);
        return stream.ToArray();
    }

    private static byte[] Plane(int width, int kind, int opaqueRows, byte[] noise)
    {
        var alpha = noise.Select((n, i) => kind switch
        {
            0 => n,
            1 => (byte)(((i % width) + (i / width)) % 11 < 5 ? 0 : 255),
            2 => (byte)((3 * (i % width)) + i + (n & 1)),
            _ => (byte)255,
        }).ToArray();
        alpha.AsSpan(0, Math.Min(alpha.Length, opaqueRows * width)).Fill(255);
        return alpha;
    }

    private static byte[] Sample()
    {
        var noise = new byte[Width * Height];
        new Random(4).NextBytes(noise);
        return Plane(Width, 2, 3, noise);
    }

    private static byte[] Read(byte[] section, int width, int height)
    {
        using var reader = new AlphaReader(section, width, height);
        return [.. Enumerable.Range(0, height).SelectMany(_ => reader.ReadRow().ToArray())];
    }

    /// <summary>What the document says, in its plainest form.</summary>
    private static byte[] ReadPlainly(byte[] section, int width, int height)
    {
        using var zlib = new ZLibStream(new MemoryStream(section), CompressionMode.Decompress);
        var plane = new byte[width * height];
        for (var y = 0; y < height; y++)
        {
            var filter = zlib.ReadByte();
            for (var x = 0; x < width; x++)
            {
                var a = x > 0 ? plane[(y * width) + x - 1] : 0;
                var b = y > 0 ? plane[((y - 1) * width) + x] : 0;
                var c = x > 0 && y > 0 ? plane[((y - 1) * width) + x - 1] : 0;
                var p = a + b - c;
                var nearest = new[] { a, b, c }.MinBy(v => Math.Abs(p - v));
                plane[(y * width) + x] = (byte)(zlib.ReadByte() + new[] { 0, a, b, (a + b) / 2, nearest }[filter]);
            }
        }

        Assert.Equal(-1, zlib.ReadByte());
        return plane;
    }

    private static void AssertRefused(byte[] section)
    {
        Assert.Throws<VqFormatException>(() => Read(section, Width, Height));
        Assert.Throws<VqFormatException>(() => AlphaReader.Verify(section, Width, Height));
    }
}
