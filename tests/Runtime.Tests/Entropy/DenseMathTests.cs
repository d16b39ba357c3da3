using System.Runtime.InteropServices;
using VqVae.TestSupport;

namespace VqVae.Runtime.Tests.Entropy;

public class DenseMathTests
{
    [Fact]
    public void Squash_EveryValue_IsTheLogisticFunctionRounded()
    {
        for (var value = -2047; value <= 2047; value++)
        {
            var expected = 65536 / (1 + Math.Exp(-value / 256.0));
            Assert.InRange(DenseMath.Squash[2048 + value], expected - 0.51, expected + 0.51);
        }
    }

    [Fact]
    public void Stretch_EveryProbability_IsTheNearestLogit()
    {
        for (var i = 0; i < 4096; i++)
        {
            var p = (i + 0.5) / 4096;
            var expected = Math.Clamp(256 * Math.Log(p / (1 - p)), -2047, 2047);

            // Squash is whole numbers: at the ends several logits have the same one.
            var tolerance = 1 + (256 * 0.5 / (65536 * p * (1 - p)));
            Assert.InRange(DenseMath.Stretch[i], expected - tolerance, expected + tolerance);
            if (i > 0) Assert.True(DenseMath.Stretch[i] >= DenseMath.Stretch[i - 1]);
        }
    }

    [Fact]
    public void SquashAndStretch_AllOfThem_HaveTheChecksumsOfTheDocument()
    {
        var document = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "vq-format.md"));
        Assert.Contains($"4095 little-endian numbers of 16 bits, is `{Crc32C.Compute(MemoryMarshal.AsBytes(DenseMath.Squash.AsSpan(1))):x8}`", document, StringComparison.Ordinal);
        Assert.Contains($"4096 signed numbers of 16 bits, `{Crc32C.Compute(MemoryMarshal.AsBytes(DenseMath.Stretch.AsSpan())):x8}`", document, StringComparison.Ordinal);
    }

    [Fact]
    public void Rate_EveryCount_IsTheReciprocal()
    {
        for (var n = 0; n < 256; n++) Assert.Equal((int)Math.Floor(32768 / (n + 1.5)), DenseMath.Rate[n]);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 2)]
    [InlineData(2, 3)]
    [InlineData(3, 4)]
    [InlineData(4, 4)]
    [InlineData(5, 5)]
    [InlineData(6, 5)]
    [InlineData(7, 6)]
    [InlineData(uint.MaxValue, 64)]
    public void HalfOctaves_OfANumber_IsTwiceItsLogarithm(uint number, int expected) => Assert.Equal(expected, DenseMath.HalfOctaves(number));
}
