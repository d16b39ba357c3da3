using NetVips;
using VqVae.Codec.Cli.Images;
using VqVae.Codec.Cli.Images.Png;
using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.Codec.Cli.Tests;

public sealed class PngWriterTests
{
    [Theory]
    [InlineData(PixelFormat.Gray8)]
    [InlineData(PixelFormat.GrayAlpha16)]
    [InlineData(PixelFormat.Rgb24)]
    [InlineData(PixelFormat.Rgba32)]
    public void Finish_AnySizeAndLevel_LibvipsReadsTheSamePixels(PixelFormat format)
    {
        var bands = AlphaBlend.BytesPerPixel(format);
        foreach (var (width, height) in (ReadOnlySpan<(int, int)>)[(1, 1), (1, 5), (33, 1), (64, 48), (257, 3)])
        {
            var pixels = Content(width, height, bands);
            for (var level = 0; level <= 9; level++)
            {
                using var read = Image.NewFromBuffer(Write(pixels, width, height, format, level));
                Assert.Equal((width, height, bands), (read.Width, read.Height, read.Bands));
                Assert.Equal(pixels, read.WriteToMemory<byte>());
            }
        }
    }

    [Fact]
    public void WriteRows_OneAtATimeOrAll_GivesTheSameFile()
    {
        var pixels = Content(100, 40, 3);
        using var stream = new MemoryStream();
        using (var writer = new PngWriter(stream, 100, 40, PixelFormat.Rgb24))
        {
            for (var y = 0; y < 40; y++) writer.WriteRows(pixels.AsSpan(y * 300, 300));
            writer.Finish();
        }

        Assert.Equal(Write(pixels, 100, 40, PixelFormat.Rgb24, PngWriter.DefaultLevel), stream.ToArray());
    }

    [Fact]
    public void Finish_Chunks_AreInOrderWithSrgbExifAndBoundedData()
    {
        var pixels = new byte[3 * 300 * 300];
        new Random(3).NextBytes(pixels);
        byte[] exif = [.. "II*\0"u8, 8, 0, 0, 0, 0, 0];
        using var stream = new MemoryStream();
        using (var writer = new PngWriter(stream, 300, 300, PixelFormat.Rgb24, 1, exif))
        {
            writer.WriteRows(pixels);
            writer.Finish();
        }

        var chunks = PngFile.Chunks(stream.ToArray());
        var types = chunks.Select(c => c.Type).ToArray();
        Assert.Equal(["IHDR", "sRGB", "eXIf"], types[..3]);
        Assert.Equal("IEND", types[^1]);
        Assert.All(types[3..^1], t => Assert.Equal("IDAT", t));
        Assert.True(types.Length > 7, "noise of 270 kB fits no few chunks");
        Assert.All(chunks, c => Assert.InRange(c.Content.Length, 0, 1 << 16));
        Assert.Equal(exif, chunks[2].Content);
        Assert.Equal([0], chunks[1].Content);
    }

    [Fact]
    public void Finish_NoExif_HasNoSuchChunk() =>
        Assert.DoesNotContain(PngFile.Chunks(Write(Content(5, 5, 1), 5, 5, PixelFormat.Gray8, 6)), c => c.Type == "eXIf");

    [Fact]
    public void WriteRows_NotWholeRowsOrTooMany_IsRefused()
    {
        using var writer = new PngWriter(Stream.Null, 4, 2, PixelFormat.Rgb24);
        Assert.Throws<ArgumentException>(() => writer.WriteRows(new byte[11]));
        Assert.Throws<ArgumentException>(() => writer.WriteRows(new byte[36]));
        writer.WriteRows(new byte[12]);
        Assert.Contains("expected 2 rows, got 1", Assert.Throws<InvalidOperationException>(writer.Finish).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Dispose_BeforeTheEnd_WritesNothingMore()
    {
        using var stream = new MemoryStream();
        var writer = new PngWriter(stream, 4, 2, PixelFormat.Rgb24);
        writer.WriteRows(new byte[12]);
        var length = stream.Length;
        writer.Dispose();
        Assert.Equal(length, stream.Length);
    }

    [Fact]
    public void WriteRows_TallPicture_TakesMemoryForRowsAlone()
    {
        var rows = Content(1000, 50, 3);
        using var writer = new PngWriter(Stream.Null, 1000, 5000, PixelFormat.Rgb24, 1);
        writer.WriteRows(rows);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 1; i < 100; i++) writer.WriteRows(rows);
        writer.Finish();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    private static byte[] Content(int width, int height, int bands)
    {
        var rgb = DrawnImage.Rgb(width, height, seed: width + bands);
        return [.. Enumerable.Range(0, width * height * bands).Select(i => bands == 3 ? rgb[i] : rgb[(i * 7 / 5) % rgb.Length])];
    }

    private static byte[] Write(byte[] pixels, int width, int height, PixelFormat format, int level) =>
        ImageWriter.Encode(new VqImage(width, height, format, pixels), ImageKind.Png, new WriteOptions { PngLevel = level });
}
