using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Runtime.Tests;

public sealed class MemoryLimitTests(TinyModel model) : IClassFixture<TinyModel>
{
    private const int Side = 1200;

    private readonly byte[] _rgb = DrawnImage.Rgb(Side, Side, seed: 1);

    [Fact]
    public void MaxMemory_BelowTheWholeImage_TakesWindowsAndGivesTheImageWithin1()
    {
        var vq = model.Codec.Compress(_rgb, Side, Side);
        var whole = model.Codec.Decompress(vq).Pixels;
        using var codec = Load(32 << 20);
        Assert.Equal(model.FileIndices(vq), model.FileIndices(codec.Compress(_rgb, Side, Side)));
        var pixels = codec.Decompress(vq).Pixels;
        for (var i = 0; i < pixels.Length; i++) Assert.InRange(Math.Abs(pixels[i] - whole[i]), 0, 1);
    }

    [Fact]
    public void MaxMemory_BelowTheSmallestWindows_IsRefusedBothWaysBeforeRowsAreAskedFor()
    {
        var vq = model.Codec.Compress(_rgb, Side, Side);
        using var codec = Load(1 << 20);
        Assert.Matches(
            "^1200×1200 pixels take at least [0-9]+ bytes of memory with this model: expected at most 1048576; MaxMemory sets the limit$",
            Assert.Throws<ArgumentException>(() => codec.Compress((_, _) => Assert.Fail("rows were asked for"), Side, Side)).Message);
        Assert.StartsWith(
            "1200×1200 pixels take at least ",
            Assert.Throws<VqFormatException>(() => codec.Decompress(vq, (_, _) => Assert.Fail("rows came"))).Message,
            StringComparison.Ordinal);
        Assert.StartsWith("1200×1200 pixels take at least ", Assert.Throws<VqFormatException>(() => codec.Verify(vq)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void MaxMemory_BelowTheResultsArray_LeavesRowsAndSaysSo()
    {
        var vq = model.Codec.Compress(_rgb, Side, Side);
        using var codec = Load(6 << 20);
        Assert.EndsWith("; taken as rows it fits", Assert.Throws<VqFormatException>(() => codec.Decompress(vq)).Message, StringComparison.Ordinal);
        var next = 0;
        codec.Decompress(vq, (y, rows) => next += rows.Length / (Side * 3));
        Assert.Equal(Side, next);

        // A part of it fits, too.
        Assert.Equal(100, codec.Decompress(vq, new VqDecompressOptions { Region = new VqRegion(700, 800, 100, 100) }).Width);
    }

    [Fact]
    public void MaxMemory_ThatTheIndicesExceed_IsRefusedFromTheHeader()
    {
        var vq = model.Codec.Compress(_rgb, Side, Side);
        using var codec = Load(1000);
        const string Expected = "the image is extended to 1200×1200, 3 stages of indices: expected at most 1000 bytes of them, got 135000; MaxMemory sets the limit";
        Assert.Equal(Expected, Assert.Throws<VqFormatException>(() => codec.Decompress(vq)).Message);
        Assert.Equal(Expected, Assert.Throws<ArgumentException>(() => codec.Compress(_rgb, Side, Side)).Message);
    }

    [Fact]
    public void Decompress_ResultThatNoArrayHolds_SaysToTakeRows()
    {
        const int Large = 27_000;
        var header = VqBytes.Header(Large, Large, stages: 1) with { ModelId = ModelId.Parse(model.Codec.Manifest.Id), TileBits = TilePolicy.MaxBits };
        var vq = VqBytes.Write(header, TinyModel.Spec.Planes, [new int[Large / 8 * (Large / 8)]]);
        using var codec = VqCodec.Load(
            model.Folder, new VqCodecOptions { Device = VqDevice.Cpu, Limits = new VqLimits { MaxPixels = 1L << 40, MaxMemory = 1L << 40 } });
        Assert.Equal(
            "27000×27000 pixels of Rgb24: expected at most the 2147483591 bytes that an array can have, got 2187000000; take them as rows",
            Assert.Throws<VqFormatException>(() => codec.Decompress(vq)).Message);
        var part = codec.Decompress(vq, new VqDecompressOptions { Region = new VqRegion(Large - 100, Large - 50, 100, 50) });
        Assert.Equal((100, 50), (part.Width, part.Height));
    }

    [Fact]
    public void Compress_WhatMayMakeAFileThatNoArrayHolds_IsRefusedBeforeRowsAreAskedFor()
    {
        using var codec = VqCodec.Load(
            model.Folder, new VqCodecOptions { Device = VqDevice.Cpu, Limits = new VqLimits { MaxPixels = 1L << 48, MaxMemory = 1L << 48 } });
        Assert.Equal(
            "200000×160000 pixels in 3 stages may make a file of 3000000000 bytes: expected at most the 2147483591 that an array can have",
            Assert.Throws<ArgumentException>(() => codec.Compress((_, _) => Assert.Fail("rows were asked for"), 200_000, 160_000)).Message);
    }

    [Fact]
    public void MaxMemory_AlphaThatIsNoise_IsRefusedWhereAMaskOfTheSameSizeFits()
    {
        var noise = new byte[4 * Side * Side];
        new Random(2).NextBytes(noise);
        var mask = (byte[])noise.Clone();
        for (var i = 3; i < mask.Length; i += 4) mask[i] = (byte)((i >> 10) % 3 == 0 ? 0 : 255);

        // How much the windows leave depends on how they divide the image.
        var refused = 0;
        for (var megabytes = 8; megabytes <= 32; megabytes += 8)
        {
            using var codec = Load((long)megabytes << 20);
            Assert.InRange(codec.Compress(mask, Side, Side, PixelFormat.Rgba32).Length, 1, 1 << 20);
            if (Record.Exception(() => codec.Compress(noise, Side, Side, PixelFormat.Rgba32)) is not { } error) continue;
            Assert.Contains("the image's alpha: expected at most the ", Assert.IsType<ArgumentException>(error).Message, StringComparison.Ordinal);
            Assert.Equal(0, codec.BufferedBytes);
            refused++;
        }

        Assert.InRange(refused, 1, 4);
    }

    [Fact]
    public void CodingMemory_Tiles_CountsThoseThatAreCodedAtOnce()
    {
        var planes = TinyModel.Spec.Planes;
        var header = VqBytes.Header(2048, 2048, 3) with { TileBits = 9, EntropyMode = VqEntropyMode.Dense };
        var one = CodingMemory.Bytes(header, planes, 3, threads: 1);

        // 64×64 positions: a table of 2¹⁸ entries of 4 bytes.
        Assert.InRange(one, 1 << 20, 2 << 20);
        Assert.Equal(4 * one, CodingMemory.Bytes(header, planes, 3, threads: 4));
        Assert.Equal(16 * one, CodingMemory.Bytes(header, planes, 3, threads: 100));
        Assert.InRange(CodingMemory.Bytes(header with { EntropyMode = VqEntropyMode.Fast }, planes, 3, threads: 4), 1, 1 << 20);
        Assert.Equal(0, CodingMemory.Bytes(VqBytes.Header(1000, 1000, 3), planes, 3, threads: 4));
    }

    private VqCodec Load(long maxMemory) =>
        VqCodec.Load(model.Folder, new VqCodecOptions { Device = VqDevice.Cpu, Threads = 2, Limits = new VqLimits { MaxMemory = maxMemory } });
}
