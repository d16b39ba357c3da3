using VqVae.TestSupport;

namespace VqVae.Runtime.Tests;

/// <summary>An image in windows against the same image whole, and the forms of the calls against each other.</summary>
public sealed class WindowedCodecTests(TinyModel model) : IClassFixture<TinyModel>
{
    /// <summary>The smallest windows of the tiny model's decoder are 128 pixels a side.</summary>
    private const int SmallWindow = 128 * 128;

    private static readonly (int Width, int Height)[] AwkwardSizes =
        [(1, 1), (1, 900), (900, 1), (129, 127), (131, 300), (257, 260), (517, 200), (300, 513), (640, 384)];

    [Fact]
    public void Compress_InWindows_GivesTheIndicesOfTheWholeImage()
    {
        using var windowed = Load(SmallWindow);
        var (different, all) = (0, 0);
        foreach (var (width, height) in AwkwardSizes)
        {
            foreach (var rgb in new[] { DrawnImage.Rgb(width, height, seed: 1), Noise(width, height) })
            {
                var expected = model.DirectIndices(rgb, width, height);
                var found = model.FileIndices(windowed.Compress(rgb, width, height));
                Assert.Equal(expected.Length, found.Length);
                different += expected.Zip(found).Count(p => p.First != p.Second);
                all += expected.Length;
            }
        }

        // Only where two codes are equally near may the order of additions decide.
        Assert.InRange(different, 0, all / 1000);
    }

    [Fact]
    public void Decompress_InWindows_GivesTheWholeImageWithin1()
    {
        using var windowed = Load(SmallWindow);
        foreach (var (width, height) in AwkwardSizes)
        {
            var vq = model.Codec.Compress(Noise(width, height), width, height);
            var whole = model.Codec.Decompress(vq).Pixels;
            AssertWithin1(whole, windowed.Decompress(vq).Pixels);
        }
    }

    [Fact]
    public void RoundTrip_OfTheOtherArchitectureInWindows_IsTheWholeImages()
    {
        using var folder = new TemporaryFolder();
        var exported = TinyModel.Export(RandomCheckpoint.TinyVqVae with { Stride = 8, EncoderBlocks = 2 }, seed: 4, folder, "plain");
        using var whole = VqCodec.Load(exported, new VqCodecOptions { Device = VqDevice.Cpu });
        using var windowed = VqCodec.Load(exported, new VqCodecOptions { Device = VqDevice.Cpu, WindowPixels = SmallWindow });
        foreach (var (width, height) in AwkwardSizes)
        {
            var rgb = Noise(width, height);
            var vq = whole.Compress(rgb, width, height);
            Assert.Equal(vq, windowed.Compress(rgb, width, height));
            AssertWithin1(whole.Decompress(vq).Pixels, windowed.Decompress(vq).Pixels);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void AnyThreads_GiveTheSameFileAndPixels(int threads)
    {
        using var one = Load(SmallWindow, 1);
        using var several = Load(SmallWindow, threads);
        var rgb = DrawnImage.Rgb(700, 1300, seed: 2);
        var vq = one.Compress(rgb, 700, 1300);
        Assert.Equal(vq, several.Compress(rgb, 700, 1300));
        Assert.Equal(one.Decompress(vq).Pixels, several.Decompress(vq).Pixels);
        Assert.Equal((0, 0), (one.BufferedBytes, several.BufferedBytes));
    }

    [Theory]
    [InlineData(PixelFormat.Rgb24)]
    [InlineData(PixelFormat.Gray8)]
    [InlineData(PixelFormat.Bgra32)]
    public void RowForms_OfAnyFormat_AreAskedInOrderAndEqualTheArrayForms(PixelFormat format)
    {
        const int Width = 333;
        const int Height = 1100;
        using var codec = Load(SmallWindow);
        var row = Width * PixelRows.BytesPerPixel(format);
        var pixels = new byte[row * Height];
        new Random(3).NextBytes(pixels);
        if (PixelRows.HasAlpha(format))
            for (var i = 3; i < pixels.Length; i += 4) pixels[i] = 255;

        var next = 0;
        var vq = codec.Compress(
            (y, rows) =>
            {
                Assert.Equal(next, y);
                Assert.Equal(0, rows.Length % row);
                pixels.AsSpan(y * row, rows.Length).CopyTo(rows);
                next += rows.Length / row;
            },
            Width,
            Height,
            format);
        Assert.Equal(Height, next);
        Assert.Equal(codec.Compress(pixels, Width, Height, format), vq);

        var expected = codec.Decompress(vq, new VqDecompressOptions { Format = format });
        var found = new byte[pixels.Length];
        next = 0;
        codec.Decompress(
            vq,
            (y, rows) =>
            {
                Assert.Equal(next, y);
                Assert.Equal(0, rows.Length % row);
                rows.CopyTo(found.AsSpan(y * row));
                next += rows.Length / row;
            },
            new VqDecompressOptions { Format = format });
        Assert.Equal(Height, next);
        Assert.Equal(expected.Pixels, found);
    }

    [Fact]
    public void RowForms_OfOneThread_CallBackOnTheCallingThread()
    {
        using var codec = Load(SmallWindow, 1);
        var thread = Environment.CurrentManagedThreadId;
        var vq = codec.Compress(
            (_, rows) =>
            {
                Assert.Equal(thread, Environment.CurrentManagedThreadId);
                rows.Clear();
            },
            200,
            900);
        codec.Decompress(vq, (_, _) => Assert.Equal(thread, Environment.CurrentManagedThreadId));
    }

    [Fact]
    public void Decompress_Regions_AreTheCropsOfTheWholeWithin1()
    {
        const int Width = 701;
        const int Height = 1090;
        using var codec = Load(SmallWindow);
        var vq = codec.Compress(DrawnImage.Rgb(Width, Height, seed: 5), Width, Height);
        var whole = codec.Decompress(vq).Pixels;
        Assert.Equal(whole, codec.Decompress(vq, new VqDecompressOptions { Region = new VqRegion(0, 0, Width, Height) }).Pixels);

        var random = new Random(6);
        var regions = new List<VqRegion> { new(0, 0, 1, 1), new(Width - 1, Height - 1, 1, 1), new(0, 500, Width, 1), new(350, 0, 1, Height), new(511, 511, 2, 2) };
        for (var i = 0; i < 40; i++)
        {
            var (x, y) = (random.Next(Width), random.Next(Height));
            regions.Add(new VqRegion(x, y, 1 + random.Next(Width - x), 1 + random.Next(Height - y)));
        }

        foreach (var region in regions)
        {
            var image = codec.Decompress(vq, new VqDecompressOptions { Region = region });
            Assert.Equal((region.Width, region.Height), (image.Width, image.Height));
            AssertWithin1(Crop(whole, Width, region), image.Pixels);
        }

        var part = new VqRegion(100, 200, 300, 400);
        var gray = codec.Decompress(vq, new VqDecompressOptions { Region = part, Format = PixelFormat.Gray8, Stages = 1 });
        AssertWithin1(Crop(codec.Decompress(vq, new VqDecompressOptions { Format = PixelFormat.Gray8, Stages = 1 }).Pixels, Width, part, 1), gray.Pixels);
    }

    [Fact]
    public void Decompress_Region_ReadsNoTileThatItDoesNotNeed()
    {
        const int Side = 1600;
        var codec = model.Codec;
        var vq = codec.Compress(DrawnImage.Rgb(Side, Side, seed: 7), Side, Side, options: new VqCompressOptions { EntropyMode = VqEntropyMode.Raw });
        var document = VqDocument.Open(vq, codec.Manifest, new VqLimits());
        Assert.Equal(16, document.Layout.Grid.Count);
        var part = new VqRegion(40, 60, 300, 200);
        var expected = codec.Decompress(vq, new VqDecompressOptions { Region = part }).Pixels;

        // All but the top left tile get indices that no codebook has.
        for (var tile = 1; tile < 16; tile++)
        {
            vq.AsSpan().Overlaps(document.Block(vq, 0, tile), out var offset);
            vq.AsSpan(offset, document.Block(vq, 0, tile).Length).Fill(0xff);
        }

        vq = VqBytes.Seal(vq[..^VqDocument.ChecksumSize]);
        Assert.Throws<VqFormatException>(() => codec.Decompress(vq));
        Assert.Equal(expected, codec.Decompress(vq, new VqDecompressOptions { Region = part }).Pixels);
    }

    [Theory]
    [InlineData(-1, 0, 1, 1)]
    [InlineData(0, -1, 1, 1)]
    [InlineData(0, 0, 0, 1)]
    [InlineData(0, 0, 1, 0)]
    [InlineData(0, 0, 41, 1)]
    [InlineData(0, 30, 1, 1)]
    [InlineData(39, 29, 2, 1)]
    [InlineData(1, 1, int.MaxValue, int.MaxValue)]
    [InlineData(int.MaxValue, 1, 2, 2)]
    public void Decompress_RegionOutsideTheImage_Throws(int x, int y, int width, int height)
    {
        var vq = model.Codec.Compress(DrawnImage.Rgb(40, 30, seed: 1), 40, 30);
        var error = Assert.Throws<ArgumentException>(() => model.Codec.Decompress(vq, new VqDecompressOptions { Region = new VqRegion(x, y, width, height) }));
        Assert.Equal($"region: expected a rectangle inside the image of 40×30, got {width}×{height} at column {x}, row {y}", error.Message);
    }

    private VqCodec Load(long windowPixels, int threads = 2) =>
        VqCodec.Load(model.Folder, new VqCodecOptions { Device = VqDevice.Cpu, Threads = threads, WindowPixels = windowPixels });

    private static byte[] Noise(int width, int height)
    {
        var rgb = new byte[width * height * 3];
        new Random((width * 10_000) + height).NextBytes(rgb);
        return rgb;
    }

    private static byte[] Crop(byte[] pixels, int width, VqRegion region, int size = 3)
    {
        var crop = new byte[region.Width * region.Height * size];
        for (var y = 0; y < region.Height; y++)
            Array.Copy(pixels, (((region.Y + y) * width) + region.X) * size, crop, y * region.Width * size, region.Width * size);
        return crop;
    }

    private static void AssertWithin1(byte[] expected, byte[] found)
    {
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++)
            if (Math.Abs(expected[i] - found[i]) > 1) Assert.Fail($"byte {i}: expected {expected[i]}, got {found[i]}");
    }
}
