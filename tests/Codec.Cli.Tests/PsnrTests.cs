using VqVae.Codec.Cli.Images;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Tests;

public sealed class PsnrTests
{
    [Fact]
    public void Compute_TwoGreyPixels_GivesTheValueByHand()
    {
        // Differences 2 and −4: MSE = (4 + 16) / 2 = 10, 255² / 10 = 6502.5, 10·log₁₀ 6502.5 = 38.1308.
        var psnr = Psnr.Compute(Grey(10, 20), Grey(12, 16));
        Assert.Equal(38.1308, psnr, 0.0001);
    }

    [Fact]
    public void Compute_BlackAgainstWhite_IsZero() =>
        Assert.Equal(0, Psnr.Compute(new VqImage(1, 1, PixelFormat.Rgb24, [0, 0, 0]), new VqImage(1, 1, PixelFormat.Rgb24, [255, 255, 255])));

    [Fact]
    public void Compute_EqualPictures_IsInfinite() => Assert.Equal(double.PositiveInfinity, Psnr.Compute(Grey(1, 2), Grey(1, 2)));

    [Fact]
    public void Compute_OtherSizeOrFormat_IsRefused()
    {
        Assert.Throws<ArgumentException>(() => Psnr.Compute(Grey(1, 2), Grey(1)));
        Assert.Throws<ArgumentException>(() => Psnr.Compute(Grey(1, 2, 3), new VqImage(1, 1, PixelFormat.Rgb24, [1, 2, 3])));
    }

    private static VqImage Grey(params byte[] pixels) => new(pixels.Length, 1, PixelFormat.Gray8, pixels);
}
