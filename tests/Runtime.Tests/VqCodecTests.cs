using VqVae.TestSupport;

namespace VqVae.Runtime.Tests;

public sealed class VqCodecTests(TinyModel model) : IClassFixture<TinyModel>
{
    private VqCodec Codec => model.Codec;

    [Fact]
    public void Decompress_EverySizeFrom1To40_HasTheGraphsIndicesAndPixels()
    {
        for (var height = 1; height <= 40; height++)
        {
            for (var width = 1; width <= 40; width++)
            {
                var rgb = DrawnImage.Rgb(width, height, seed: (height * 41) + width);
                var vq = Codec.Compress(rgb, width, height);
                var indices = model.DirectIndices(rgb, width, height);
                Assert.Equal(indices, model.FileIndices(vq));

                var image = Codec.Decompress(vq);
                Assert.Equal((width, height, PixelFormat.Rgb24), (image.Width, image.Height, image.Format));
                var (fullWidth, fullHeight) = (TinyModel.Up(width, 8), TinyModel.Up(height, 8));
                var direct = Codec.Graphs.Decode([indices], 3, 1, fullHeight, fullWidth, rate: 0);
                Assert.Equal(TinyModel.Crop(direct, fullWidth, width, height), image.Pixels);
            }
        }
    }

    [Fact]
    public void Compress_TheOtherArchitecture_RoundTrips()
    {
        using var folder = new TemporaryFolder();
        using var codec = VqCodec.Load(TinyModel.Export(RandomCheckpoint.TinyVqVae, seed: 4, folder, "plain"));
        var rgb = DrawnImage.Rgb(21, 18, seed: 3);
        var image = codec.Decompress(codec.Compress(rgb, 21, 18));
        var (padded, width, height) = TinyModel.Pad(rgb, 21, 18, multiple: 4);
        var direct = codec.Graphs.Decode(codec.Graphs.Encode(padded, 1, height, width, 0, 0), 1, 1, height, width, 0);
        Assert.Equal(TinyModel.Crop(direct, width, 21, 18), image.Pixels);
    }

    [Fact]
    public void Compress_FewerStages_KeepsTheLeadingOnes()
    {
        var rgb = DrawnImage.Rgb(50, 30, seed: 1);
        var all = Codec.Compress(rgb, 50, 30);
        for (var stages = 1; stages <= 3; stages++)
        {
            var few = Codec.Compress(rgb, 50, 30, options: new VqCompressOptions { Stages = stages });
            Assert.Equal(stages, VqFile.ReadInfo(few).Stages);
            Assert.Equal(model.FileIndices(all)[..(stages * 28)], model.FileIndices(few));

            // A file of so many stages, and so many stages of a file, are one and the same image.
            var pixels = Codec.Decompress(few).Pixels;
            Assert.Equal(pixels, Codec.Decompress(all, new VqDecompressOptions { Stages = stages }).Pixels);
            Assert.Equal(pixels, Codec.Decompress(few, new VqDecompressOptions { Stages = 3 }).Pixels);
            Assert.Equal(pixels, Codec.Decompress(few, new VqDecompressOptions { Stages = int.MaxValue }).Pixels);
        }

        Assert.Equal(all, Codec.Compress(rgb, 50, 30, options: new VqCompressOptions { Stages = 3 }));
        Assert.NotEqual(Codec.Decompress(all).Pixels, Codec.Decompress(all, new VqDecompressOptions { Stages = 1 }).Pixels);
    }

    [Fact]
    public void Compress_WithLambda_SearchesAsTheGraphDoes()
    {
        var rgb = DrawnImage.Rgb(40, 40, seed: 2);
        var vq = Codec.Compress(rgb, 40, 40, options: new VqCompressOptions { Lambda = 1e6 });
        Assert.Equal(model.DirectIndices(rgb, 40, 40, lambda: 1e6f), model.FileIndices(vq));
        Assert.NotEqual(model.DirectIndices(rgb, 40, 40), model.FileIndices(vq));
    }

    [Fact]
    public void Compress_GrayImage_ComesBackGray()
    {
        var gray = DrawnImage.Rgb(19, 13, seed: 6).Where((_, i) => i % 3 == 0).ToArray();
        var rgb = gray.SelectMany(g => new[] { g, g, g }).ToArray();
        var vq = Codec.Compress(new VqImage(19, 13, PixelFormat.Gray8, gray));
        Assert.Equal(PixelFormat.Gray8, VqFile.ReadInfo(vq).Format);
        var image = Codec.Decompress(vq);
        Assert.Equal((19, 13, PixelFormat.Gray8, 19 * 13), (image.Width, image.Height, image.Format, image.Pixels.Length));

        var colour = Codec.Compress(rgb, 19, 13);
        Assert.Equal(model.FileIndices(colour), model.FileIndices(vq));
        var decoded = Codec.Decompress(colour).Pixels;
        for (var i = 0; i < gray.Length; i++)
        {
            var luma = (.299 * decoded[3 * i]) + (.587 * decoded[(3 * i) + 1]) + (.114 * decoded[(3 * i) + 2]);
            Assert.InRange(image.Pixels[i], luma - .51, luma + .51);
        }
    }

    [Fact]
    public void Compress_OpaqueRgba_EqualsRgb()
    {
        var rgb = DrawnImage.Rgb(20, 11, seed: 7);
        var rgba = rgb.Chunk(3).SelectMany(p => p.Append((byte)255)).ToArray();
        Assert.Equal(Codec.Compress(rgb, 20, 11), Codec.Compress(rgba, 20, 11, PixelFormat.Rgba32));
    }

    [Fact]
    public void Compress_BlueFirst_EqualsRgb()
    {
        var rgb = DrawnImage.Rgb(16, 11, seed: 7);
        var vq = Codec.Compress(rgb, 16, 11);
        Assert.Equal(vq, Codec.Compress(rgb.Chunk(3).SelectMany(p => p.Reverse()).ToArray(), 16, 11, PixelFormat.Bgr24));
        Assert.Equal(vq, Codec.Compress(rgb.Chunk(3).SelectMany(p => p.Reverse().Append((byte)255)).ToArray(), 16, 11, PixelFormat.Bgra32));
    }

    [Fact]
    public void Decompress_IntoAnotherFormat_ConvertsTheImage()
    {
        // 16×16 needs no padding, so that the short way out of the decoder is one of those compared.
        foreach (var (width, height) in new[] { (16, 16), (15, 9) })
        {
            var vq = Codec.Compress(DrawnImage.Rgb(width, height, seed: 8), width, height);
            var rgb = Codec.Decompress(vq).Pixels;
            var bgra = Codec.Decompress(vq, new VqDecompressOptions { Format = PixelFormat.Bgra32 });
            Assert.Equal(PixelFormat.Bgra32, bgra.Format);
            Assert.Equal(rgb.Chunk(3).SelectMany(p => p.Reverse().Append((byte)255)), bgra.Pixels);

            var gray = Codec.Compress(new byte[width * height], width, height, PixelFormat.Gray8);
            var luma = Codec.Decompress(gray).Pixels;
            Assert.Equal(luma.SelectMany(g => new[] { g, g, g }), Codec.Decompress(gray, new VqDecompressOptions { Format = PixelFormat.Rgb24 }).Pixels);
            Assert.Equal(luma, Codec.Decompress(gray, new VqDecompressOptions { Format = PixelFormat.Gray8 }).Pixels);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => Codec.Decompress([], new VqDecompressOptions { Format = (PixelFormat)9 }));
    }

    [Theory]
    [InlineData(PixelFormat.Rgb24, 3)]
    [InlineData(PixelFormat.Rgba32, 4)]
    [InlineData(PixelFormat.Gray8, 1)]
    [InlineData(PixelFormat.Bgr24, 3)]
    [InlineData(PixelFormat.Bgra32, 4)]
    public void Compress_RowStride_IgnoresWhatLiesBetweenRows(PixelFormat format, int size)
    {
        const int Width = 13;
        const int Height = 9;
        const int Stride = (Width * 4) + 7;
        var random = new Random(8);
        var tight = new byte[Width * Height * size];
        random.NextBytes(tight);
        if (size == 4)
            for (var i = 3; i < tight.Length; i += 4) tight[i] = 255;

        // The last row ends where its pixels end: nothing behind it is read.
        var wide = new byte[(Stride * (Height - 1)) + (Width * size)];
        random.NextBytes(wide);
        for (var y = 0; y < Height; y++) tight.AsSpan(y * Width * size, Width * size).CopyTo(wide.AsSpan(y * Stride));
        var options = new VqCompressOptions { Stride = Stride };
        Assert.Equal(Codec.Compress(tight, Width, Height, format), Codec.Compress(wide, Width, Height, format, options));
        Assert.Throws<ArgumentException>(() => Codec.Compress(wide.AsSpan(..^1), Width, Height, format, options));
    }

    [Fact]
    public void Compress_ArgumentsThatDoNotFit_Throw()
    {
        var rgb = new byte[8 * 8 * 3];
        Assert.Throws<ArgumentOutOfRangeException>(() => Codec.Compress([], 0, 8));
        Assert.Throws<ArgumentOutOfRangeException>(() => Codec.Compress([], 8, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Codec.Compress(rgb, 1 << 24, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => Codec.Compress(rgb, 8, 8, (PixelFormat)9));
        Assert.Equal("8×8 Rgb24: expected 192 bytes of pixels, got 191", Message(() => Codec.Compress(rgb.AsSpan(1), 8, 8)));
        Assert.Equal("8×7 Rgb24: expected 168 bytes of pixels, got 192", Message(() => Codec.Compress(rgb, 8, 7)));
        Assert.Equal("stride: expected at least a row's 24 bytes, got 23", Message(() => Codec.Compress(rgb, 8, 8, options: new VqCompressOptions { Stride = 23 })));
        Assert.Equal("stages: expected 1 to the model's 3, got 4", Message(() => Codec.Compress(rgb, 8, 8, options: new VqCompressOptions { Stages = 4 })));
        Assert.Equal("stages: expected 1 to the model's 3, got 0", Message(() => Codec.Compress(rgb, 8, 8, options: new VqCompressOptions { Stages = 0 })));
        Assert.Equal("stages: expected at least 1, got 0", Message(() => Codec.Decompress(Codec.Compress(rgb, 8, 8), new VqDecompressOptions { Stages = 0 })));
        foreach (var lambda in new[] { -1, double.NaN, double.PositiveInfinity, 1e300 })
            Assert.StartsWith("lambda: ", Message(() => Codec.Compress(rgb, 8, 8, options: new VqCompressOptions { Lambda = lambda })), StringComparison.Ordinal);
        Assert.Equal(
            "the image is 16777215×17: expected at most 268435456 pixels, got 285212655", Message(() => Codec.Compress(rgb, VqLimits.MaxSide, 17)));
        Assert.Throws<ArgumentNullException>(() => Codec.Compress((VqImage)null!));

        string Message(Func<object> action) => Assert.Throws<ArgumentException>(action).Message;
    }

    [Fact]
    public void Load_SmallerLimit_HoldsBothWays()
    {
        using var codec = VqCodec.Load(model.Folder, new VqCodecOptions { Device = VqDevice.Cpu, Threads = 1, Limits = new VqLimits { MaxPixels = 100 } });
        var vq = Codec.Compress(new byte[11 * 10 * 3], 11, 10);
        Assert.Throws<ArgumentException>(() => codec.Compress(new byte[11 * 10 * 3], 11, 10));
        Assert.Throws<VqFormatException>(() => codec.Decompress(vq));
        Assert.Equal(8, codec.Decompress(codec.Compress(new byte[8 * 8 * 3], 8, 8)).Height);
    }

    [Fact]
    public void Load_LimitThatOnlyThePaddedImageExceeds_HoldsBothWays()
    {
        // A row of 40 pixels is 8 rows of them for the graphs.
        using var codec = VqCodec.Load(model.Folder, new VqCodecOptions { Device = VqDevice.Cpu, Threads = 1, Limits = new VqLimits { MaxPixels = 319 } });
        var row = DrawnImage.Rgb(40, 1, seed: 1);
        const string Expected = "the image is 40×1, extended to 40×8 for the model: expected at most 319 pixels, got 320";
        Assert.Equal(Expected, Assert.Throws<ArgumentException>(() => codec.Compress(row, 40, 1)).Message);
        Assert.Equal(Expected, Assert.Throws<VqFormatException>(() => codec.Decompress(Codec.Compress(row, 40, 1))).Message);
        Assert.Equal(31, codec.Decompress(codec.Compress(DrawnImage.Rgb(31, 7, seed: 1), 31, 7)).Width);
    }

    [Fact]
    public void Decompress_FileOfAnotherModel_NamesBothIds()
    {
        using var folder = new TemporaryFolder();
        using var other = VqCodec.Load(TinyModel.Export(TinyModel.Spec, seed: 2, folder, "other"));
        var vq = other.Compress(new byte[8 * 8 * 3], 8, 8);
        var error = Assert.Throws<VqFormatException>(() => Codec.Decompress(vq));
        Assert.Equal($"the file was made with the model {other.Manifest.Id}, this is {Codec.Manifest.Id} ('tiny')", error.Message);
    }

    [Fact]
    public async Task Async_EqualsTheSynchronousForms()
    {
        var rgb = DrawnImage.Rgb(33, 17, seed: 9);
        var vq = await Codec.CompressAsync(rgb, 33, 17);
        Assert.Equal(Codec.Compress(rgb, 33, 17), vq);
        Assert.Equal(vq, await Codec.CompressAsync(new VqImage(33, 17, PixelFormat.Rgb24, rgb)));
        Assert.Equal(Codec.Decompress(vq).Pixels, (await Codec.DecompressAsync(vq)).Pixels);
        await Assert.ThrowsAsync<VqFormatException>(() => Codec.DecompressAsync(new byte[3]));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Codec.CompressAsync(rgb, 33, 17, cancellationToken: new CancellationToken(true)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Codec.DecompressAsync(vq, cancellationToken: new CancellationToken(true)));
    }

    [Fact]
    public void Compress_CancelledWhileTheGraphRuns_StopsIt()
    {
        const int Side = 3072;
        var rgb = new byte[Side * Side * 3];
        Assert.Throws<OperationCanceledException>(() => Codec.Compress(rgb, Side, Side, cancellationToken: new CancellationToken(true)));

        // When the graph starts depends on the machine; a cancellation that hits it carries ONNX Runtime's own exception.
        var hit = false;
        for (var attempt = 0; !hit && attempt < 400; attempt++)
        {
            using var source = new CancellationTokenSource(20 + (attempt * 17 % 600));
            var error = Record.Exception(() => Codec.Compress(rgb, Side, Side, cancellationToken: source.Token));
            if (error is null) continue;
            Assert.Equal(source.Token, Assert.IsType<OperationCanceledException>(error).CancellationToken);
            hit = error.InnerException is not null;
        }

        Assert.True(hit);
        Assert.Equal(8, Codec.Decompress(Codec.Compress(new byte[8 * 8 * 3], 8, 8)).Width);
    }

    [Fact]
    public void Members_AfterDispose_Throw()
    {
        var codec = VqCodec.Load(model.Folder);
        var vq = codec.Compress(new byte[8 * 8 * 3], 8, 8);
        codec.Dispose();
        codec.Dispose();
        Assert.Throws<ObjectDisposedException>(() => codec.Compress(new byte[8 * 8 * 3], 8, 8));
        Assert.Throws<ObjectDisposedException>(() => codec.Decompress(vq));
        Assert.Throws<ObjectDisposedException>(() => codec.Graphs.Decode([new int[3]], 3, 1, 8, 8, 0));
        Assert.Equal("tiny", codec.Manifest.Name);
    }

    [Fact]
    public void Decompress_Repeatedly_AllocatesLittleBesideTheResult()
    {
        const int Side = 512;
        var vq = Codec.Compress(DrawnImage.Rgb(Side, Side, seed: 3), Side, Side);
        var image = Codec.Decompress(vq);
        Assert.InRange(Allocated(() => Codec.Decompress(vq)) - image.Pixels.Length, 0, 16 << 10);
        Assert.InRange(Allocated(() => Codec.Compress(image)) - vq.Length, 0, 16 << 10);

        // The least of some calls: the shared pool may have given its buffers up in between.
        static long Allocated(Func<object> call) => Enumerable.Range(0, 5).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            call();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
    }
}
