using System.Security.Cryptography;
using CsCheck;
using VqVae.Codec.Cli.Sample;

namespace VqVae.Codec.Cli.Tests;

public sealed class SampleSceneTests
{
    [Fact]
    public void Render_SmallSize_GivesTheGoldenBytes()
    {
        // The scene uses only operations that IEEE 754 rounds exactly, so the bytes are the same on every machine.
        var pixels = SampleScene.Render(192, 128);
        Assert.Equal("5a0a8102cc814305c4620d7c66951e28d09f13497704dd97cbdc6af86ed26b91", Convert.ToHexStringLower(SHA256.HashData(pixels)));
    }

    [Fact]
    public void Render_HalfSize_HasAPhotographsVariety()
    {
        var pixels = SampleScene.Render(SampleScene.DefaultWidth / 2, SampleScene.DefaultHeight / 2);
        Assert.Equal(3 * 384 * 256, pixels.Length);

        // All lightnesses, many colours, and neighbours that differ by a few steps on average: neither flat nor noise.
        var histogram = new int[256];
        foreach (var value in pixels) histogram[value]++;
        Assert.True(histogram.Count(n => n > 0) > 220, "too few lightnesses");
        Assert.True(pixels.Chunk(3).Select(p => (p[0] << 16) | (p[1] << 8) | p[2]).Distinct().Count() > 30_000, "too few colours");
        Assert.InRange(pixels.Skip(3).Zip(pixels, (a, b) => Math.Abs(a - b)).Average(), 3, 12);
    }

    [Fact]
    public void Render_OtherSeed_GivesAnotherPicture() => Assert.NotEqual(SampleScene.Render(48, 32, 1), SampleScene.Render(48, 32, 2));

    [Fact]
    public void Noise_OnTheLattice_IsZeroAndBetweenIsBounded()
    {
        Assert.Equal(0, Noise.At(3, -7, 1));
        Gen.Select(Gen.Double[-1000, 1000], Gen.Double[-1000, 1000]).Sample((x, y) => Math.Abs(Noise.At(x, y, 5)) <= 1.6, seed: "0000000000001");
    }
}
