using CsCheck;
using VqVae.TestSupport;

namespace VqVae.Runtime.Tests;

public sealed class ImageBatchTests(TinyModel model) : IClassFixture<TinyModel>
{
    private static readonly Gen<VqImage> Image =
        from width in Gen.OneOf(Gen.Const(5), Gen.Const(16), Gen.Const(40))
        from height in Gen.OneOf(Gen.Const(3), Gen.Const(24))
        from format in Gen.OneOf(Gen.Const(PixelFormat.Rgb24), Gen.Const(PixelFormat.Gray8), Gen.Const(PixelFormat.Rgba32))
        from seed in Gen.Int[1, 1000]
        select Draw(width, height, format, seed);

    [Fact]
    public void CompressAndDecompressMany_AnyImages_GiveWhatSingleCallsGive()
    {
        foreach (var threads in (int[])[1, 3])
        {
            using var codec = VqCodec.Load(model.Folder, new VqCodecOptions { Device = VqDevice.Cpu, Threads = threads });
            Image.List[0, 12].Sample(
                images =>
                {
                    var files = codec.CompressMany(images);
                    Assert.Equal(images.Select(image => model.Codec.Compress(image)), files);
                    var decoded = codec.DecompressMany([.. files.Select(file => new ReadOnlyMemory<byte>(file))]);
                    Assert.Equal(files.Length, decoded.Length);
                    for (var i = 0; i < files.Length; i++)
                    {
                        var expected = model.Codec.Decompress(files[i]);
                        Assert.Equal((expected.Width, expected.Height, expected.Format), (decoded[i].Width, decoded[i].Height, decoded[i].Format));
                        Assert.Equal(expected.Pixels, decoded[i].Pixels);
                    }
                },
                iter: 40,
                seed: "0000KPV1m6x3");
            Assert.Equal(0, codec.BufferedBytes);
        }
    }

    [Fact]
    public void Many_TwoPlanesThatTheGraphSearches_GiveWhatSingleCallsGive()
    {
        using var codec = TwoPlaneModel.Load(threads: 2);
        Assert.False(codec.Graphs.SearchesOutside);
        var images = Enumerable.Range(1, 5).Select(seed => Draw(40, 24, PixelFormat.Rgb24, seed)).ToArray();
        foreach (var stages in (int[])[1, 3])
        {
            var options = new VqCompressOptions { Stages = stages };
            var files = codec.CompressMany(images, options);
            Assert.Equal(images.Select(image => codec.Compress(image, options)), files);
            var decoded = codec.DecompressMany([.. files.Select(file => new ReadOnlyMemory<byte>(file))]);
            for (var i = 0; i < images.Length; i++) Assert.Equal(TwoPlaneModel.Expected(images[i].Pixels, 40, stages), decoded[i].Pixels);
        }
    }

    [Fact]
    public void CompressMany_MoreThanOneRunHolds_GivesAll()
    {
        // Images of half a run's pixels and a little: three of them are two runs.
        var side = (int)Math.Sqrt(ImageBatch.MostPixels / 2) / 8 * 8;
        var images = Enumerable.Range(1, 3).Select(seed => Draw(side, side, PixelFormat.Gray8, seed)).ToArray();
        Assert.Equal(images.Select(image => model.Codec.Compress(image)), model.Codec.CompressMany(images));
    }

    [Fact]
    public void CompressMany_OptionsThatBatchesDoNotTake_GivesWhatSingleCallsGive()
    {
        var images = Enumerable.Range(1, 3).Select(seed => Draw(16, 16, PixelFormat.Rgb24, seed)).ToArray();
        var vq = model.Codec.CompressMany(images);
        var region = new VqDecompressOptions { Region = new VqRegion(2, 3, 7, 5), Format = PixelFormat.Rgba32 };
        var parts = model.Codec.DecompressMany([.. vq.Select(file => new ReadOnlyMemory<byte>(file))], region);
        for (var i = 0; i < vq.Length; i++) Assert.Equal(model.Codec.Decompress(vq[i], region).Pixels, parts[i].Pixels);
        var coarse = new VqDecompressOptions { Stages = 1 };
        var firsts = model.Codec.DecompressMany([.. vq.Select(file => new ReadOnlyMemory<byte>(file))], coarse);
        for (var i = 0; i < vq.Length; i++) Assert.Equal(model.Codec.Decompress(vq[i], coarse).Pixels, firsts[i].Pixels);
    }

    [Fact]
    public void Many_OneThatIsWrong_ThrowsAndHoldsNothing()
    {
        using var codec = VqCodec.Load(model.Folder, new VqCodecOptions { Device = VqDevice.Cpu });
        var images = Enumerable.Range(1, 3).Select(seed => Draw(16, 16, PixelFormat.Rgb24, seed)).ToList();
        var files = codec.CompressMany(images).Select(file => file.ToArray()).ToArray();
        images[1] = images[1] with { Pixels = new byte[5] };
        Assert.Throws<ArgumentException>(() => codec.CompressMany(images));
        files[2][^5] ^= 1;
        Assert.Throws<VqFormatException>(() => codec.DecompressMany([.. files.Select(file => new ReadOnlyMemory<byte>(file))]));
        Assert.Throws<ArgumentException>(() => codec.DecompressMany([], new VqDecompressOptions { Stages = 0 }));
        Assert.Throws<OperationCanceledException>(() => codec.CompressMany([.. images.Where((_, i) => i != 1)], cancellationToken: new CancellationToken(true)));
        Assert.Equal(0, codec.BufferedBytes);
        Assert.Empty(codec.CompressMany([]));
        Assert.Empty(codec.DecompressMany([]));
    }

    private static VqImage Draw(int width, int height, PixelFormat format, int seed)
    {
        var rgb = DrawnImage.Rgb(width, height, seed);
        var bytes = PixelRows.BytesPerPixel(format);
        var pixels = new byte[width * height * bytes];
        for (var i = 0; i < width * height; i++)
            for (var c = 0; c < bytes; c++) pixels[(i * bytes) + c] = c < 3 ? rgb[(3 * i) + c] : (byte)(i * seed);
        return new VqImage(width, height, format, pixels);
    }
}
