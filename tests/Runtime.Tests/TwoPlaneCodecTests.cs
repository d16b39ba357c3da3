using CsCheck;
using VqVae.TestSupport;

namespace VqVae.Runtime.Tests;

public sealed class TwoPlaneCodecTests : IDisposable
{
    private readonly VqCodec _codec = TwoPlaneModel.Load();

    [Fact]
    public void Decompress_OfCompressed_ReturnsTheCellsOfEveryStage() => (
        from width in Gen.Int[1, 150]
        from height in Gen.Int[1, 150]
        from ratePoint in Gen.Int[0, TwoPlaneModel.RatePoints - 1]
        from stages in Gen.Int[1, 3]
        from mode in Gen.OneOf(VqEntropyMode.Raw, VqEntropyMode.Dense)
        from seed in Gen.Int[0, 1000]
        select (width, height, ratePoint, stages, mode, seed)).Sample(
        sample =>
        {
            var (width, height, ratePoint, stages, mode, seed) = sample;
            var rgb = DrawnImage.Rgb(width, height, seed);
            var vq = _codec.Compress(rgb, width, height, options: new VqCompressOptions { Stages = stages, RatePoint = ratePoint, EntropyMode = mode });
            var info = VqFile.ReadInfo(vq);
            Assert.Equal((ratePoint, stages, mode), (info.RatePoint, info.Stages, info.EntropyMode));
            Assert.Equal(stages, _codec.Verify(vq).StageBytes!.Count);
            for (var read = 1; read <= stages; read++)
                Assert.Equal(TwoPlaneModel.Expected(rgb, width, read), _codec.Decompress(vq, new VqDecompressOptions { Stages = read }).Pixels);
        },
        seed: "0N0XIzNsQ0O2",
        iter: 60,
        threads: 1);

    [Fact]
    public void Compress_NoModeAskedFor_TakesTheDenseOne()
    {
        var vq = _codec.Compress(new byte[32 * 32 * 3], 32, 32);
        Assert.Equal(VqEntropyMode.Dense, VqFile.ReadInfo(vq).EntropyMode);
        Assert.Equal(17 + (5 * 4) + 4, vq.Length);
        Assert.Equal([8L, 8L, 4L], _codec.Verify(vq).StageBytes);
    }

    [Fact]
    public void Compress_WhatTheModelLacks_Throws()
    {
        var rgb = new byte[8 * 8 * 3];
        Assert.Equal("entropy mode: the model 'handmade' has no tables for Fast at rate point 2", Message(new VqCompressOptions { EntropyMode = VqEntropyMode.Fast, RatePoint = 2 }));
        Assert.Equal("entropy mode: expected Raw, Static, Fast, Dense, got 9", Message(new VqCompressOptions { EntropyMode = (VqEntropyMode)9 }));
        Assert.Equal("rate point: expected 0 to the model's 3, got 4", Message(new VqCompressOptions { RatePoint = 4 }));
        Assert.Equal("rate point: expected 0 to the model's 3, got -1", Message(new VqCompressOptions { RatePoint = -1 }));

        var vq = _codec.Compress(rgb, 8, 8, options: new VqCompressOptions { EntropyMode = VqEntropyMode.Raw });
        var other = VqBytes.Patch(vq, 6, 0x20);
        Assert.Equal("entropy mode: the model 'handmade' has no tables for Fast at rate point 0", Assert.Throws<VqFormatException>(() => _codec.Decompress(other)).Message);

        string Message(VqCompressOptions options) => Assert.Throws<ArgumentException>(() => _codec.Compress(rgb, 8, 8, options: options)).Message;
    }

    [Theory]
    [InlineData(100, 60, VqEntropyMode.Raw)]
    [InlineData(100, 60, VqEntropyMode.Dense)]
    [InlineData(1030, 20, VqEntropyMode.Raw)]
    [InlineData(1030, 20, VqEntropyMode.Dense)]
    public void Decompress_PartialOfEveryLength_GivesTheWholeStagesOrAnError(int width, int height, VqEntropyMode mode)
    {
        var rgb = DrawnImage.Rgb(width, height, seed: 1);
        var rgba = rgb.Chunk(3).SelectMany(p => p.Append(p[0])).ToArray();
        var vq = _codec.Compress(rgba, width, height, PixelFormat.Rgba32, new VqCompressOptions { EntropyMode = mode, Exif = "II*\0\b\0\0\0\0\0\0\0\0\0"u8.ToArray() });
        byte[]? coarser = null;
        var images = 0;
        foreach (var length in Enumerable.Range(0, vq.Length).Where(l => l < 200 || l % 17 == 0 || l > vq.Length - 6))
        {
            var prefix = vq[..length];
            Assert.Throws<VqFormatException>(() => _codec.Decompress(prefix));
            try
            {
                var image = _codec.Decompress(prefix, new VqDecompressOptions { AllowPartial = true });
                Assert.Equal((width, height, PixelFormat.Rgba32), (image.Width, image.Height, image.Format));
                if (coarser is null || !image.Pixels.AsSpan().SequenceEqual(coarser)) images++;
                coarser = image.Pixels;
            }
            catch (VqFormatException)
            {
                // What was readable once stays readable with more of the file.
                Assert.Null(coarser);
            }
        }

        Assert.Equal(3, images);
        Assert.Equal(_codec.Decompress(vq).Pixels, coarser);
        Assert.Equal(coarser, _codec.Decompress(vq, new VqDecompressOptions { AllowPartial = true }).Pixels);
    }

    [Fact]
    public void Decompress_OverTheMemoryLimit_IsRefusedFromTheHeader()
    {
        // 64×64 pixels: 4×4 positions of 2 stages and 8×8 of 3, 2 bytes each.
        var vq = _codec.Compress(new byte[64 * 64 * 3], 64, 64);
        using var small = TwoPlaneModel.Load(new VqLimits { MaxMemory = 447 });
        Assert.Equal(
            "the image is extended to 64×64, 3 stages of indices: expected at most 447 bytes of them, got 448; MaxMemory sets the limit",
            Assert.Throws<VqFormatException>(() => small.Verify(vq)).Message);
    }

    public void Dispose() => _codec.Dispose();
}
