using VqVae.Models;

namespace VqVae.Runtime.Tests;

public class WindowBudgetTests
{
    /// <summary>Estimates are well above what is measured: with this one, 107 megapixels to a PNG stayed below a gigabyte.</summary>
    private const long Estimate = 1100L << 20;

    [Theory]
    [InlineData(12288, 8704)]
    [InlineData(11600, 8624)]
    [InlineData(8704, 12288)]
    [InlineData(40000, 2504)]
    public void Plan_Of100Megapixels_LeavesRoomBelowAGigabyte(int width, int height)
    {
        var budget = new WindowBudget(Preset.Small.Model, VqLimits.DefaultMaxMemory, windowPixels: null);
        var padding = new Padding(width, height);

        var encoder = budget.Encoder(padding, stages: 4, otherBytes: 0, latentBytes: 0, out _)!;
        var decoder = budget.Decoder(padding, new VqRegion(0, 0, width, height), stages: 4, otherBytes: 0, resultBytes: 0, toArray: false, out _)!;

        Assert.True(encoder.Memory <= Estimate && decoder.Memory <= Estimate, $"encoder {encoder.Memory}, decoder {decoder.Memory}");
        Assert.True(encoder.Overhead <= 1.15 && decoder.Overhead <= 1.15, $"encoder {encoder.Overhead:F3}, decoder {decoder.Overhead:F3}");
    }
}
