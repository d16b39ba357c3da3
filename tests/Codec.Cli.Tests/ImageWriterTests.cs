using VqVae.Codec.Cli.Images;
using VqVae.Imaging;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Tests;

public sealed class ImageWriterTests
{
    private static readonly VqImage Rgb = new(Pictures.Width, Pictures.Height, PixelFormat.Rgb24, Pictures.Rgb());
    private static readonly VqImage Grey = new(Pictures.Width, Pictures.Height, PixelFormat.Gray8, Pictures.Grey());

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(6)]
    [InlineData(9)]
    public void Encode_PngOfAnyLevel_IsLossless(int level)
    {
        foreach (var image in (VqImage[])[Rgb, Grey])
        {
            var read = ImageReader.Read(ImageWriter.Encode(image, ImageKind.Png, pngLevel: level), "test");
            Assert.Equal(image.Format, read.Format);
            Assert.Equal(image.Pixels, read.Pixels);
        }
    }

    [Fact]
    public void Encode_HigherPngLevel_IsSmaller() =>
        Assert.True(ImageWriter.Encode(Rgb, ImageKind.Png, pngLevel: 9).Length < ImageWriter.Encode(Rgb, ImageKind.Png, pngLevel: 0).Length);

    [Theory]
    [InlineData(ImageKind.Jpeg)]
    [InlineData(ImageKind.WebP)]
    public void Encode_Quality_TradesSizeForFidelity(object kind)
    {
        var (low, high) = (ImageWriter.Encode(Rgb, (ImageKind)kind, quality: 10), ImageWriter.Encode(Rgb, (ImageKind)kind, quality: 95));
        Assert.True(low.Length < high.Length, $"{low.Length} against {high.Length} bytes");
        Assert.True(Psnr.Compute(Rgb, ImageReader.Read(low, "low")) < Psnr.Compute(Rgb, ImageReader.Read(high, "high")));
    }

    [Theory]
    [InlineData(ImageKind.Jpeg, 65535)]
    [InlineData(ImageKind.WebP, 16383)]
    public void CheckSize_LongerThanTheFormatHolds_IsRefused(object kind, int limit)
    {
        ImageWriter.CheckSize((ImageKind)kind, limit, 1, "out");
        var error = Assert.Throws<ImageException>(() => ImageWriter.CheckSize((ImageKind)kind, 1, limit + 1, "out"));
        Assert.Contains($"at most {limit} pixels a side, the picture is 1x{limit + 1}", error.Message, StringComparison.Ordinal);
        ImageWriter.CheckSize(ImageKind.Png, 1, limit + 1, "out");
    }
}
