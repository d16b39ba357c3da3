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
            var read = ImageReader.Read(ImageWriter.Encode(image, ImageKind.Png, new WriteOptions { PngLevel = level }), "test");
            Assert.Equal(image.Format, read.Format);
            Assert.Equal(image.Pixels, read.Pixels);
        }
    }

    [Fact]
    public void Encode_HigherPngLevel_IsSmaller() =>
        Assert.True(Png(9) < Png(6) && Png(6) < Png(1) && Png(1) < Png(0));

    private static int Png(int level) => ImageWriter.Encode(Rgb, ImageKind.Png, new WriteOptions { PngLevel = level }).Length;

    [Theory]
    [InlineData(ImageKind.Jpeg)]
    [InlineData(ImageKind.WebP)]
    public void Encode_Quality_TradesSizeForFidelity(object kind)
    {
        var (low, high) = (Encode((ImageKind)kind, 10), Encode((ImageKind)kind, 95));
        Assert.True(low.Length < high.Length, $"{low.Length} against {high.Length} bytes");
        Assert.True(Psnr.Compute(Rgb, ImageReader.Read(low, "low")) < Psnr.Compute(Rgb, ImageReader.Read(high, "high")));
    }

    [Theory]
    [InlineData(ImageKind.Jpeg, 65535)]
    [InlineData(ImageKind.WebP, 16383)]
    public void CheckSize_LongerThanTheFormatHolds_IsRefused(object kind, int limit)
    {
        ImageWriter.Check((ImageKind)kind, limit, 1, PixelFormat.Rgb24, "out");
        var error = Assert.Throws<ImageException>(() => ImageWriter.Check((ImageKind)kind, 1, limit + 1, PixelFormat.Rgb24, "out"));
        Assert.Contains($"at most {limit} pixels a side, the picture is 1x{limit + 1}", error.Message, StringComparison.Ordinal);
        ImageWriter.Check(ImageKind.Png, 1, limit + 1, PixelFormat.Rgb24, "out");
    }

    [Theory]
    [InlineData(PixelFormat.Rgba32)]
    [InlineData(PixelFormat.GrayAlpha16)]
    public void Check_JpegOfATransparentPicture_IsRefused(PixelFormat format)
    {
        Assert.Contains("--background", Assert.Throws<ImageException>(() => ImageWriter.Check(ImageKind.Jpeg, 9, 9, format, "out")).Message, StringComparison.Ordinal);
        ImageWriter.Check(ImageKind.WebP, 9, 9, format, "out");
        ImageWriter.Check(ImageKind.Png, 9, 9, format, "out");
    }

    [Fact]
    public void Check_LargerThanAnArray_IsForPngAlone()
    {
        Assert.Contains("write a PNG", Assert.Throws<ImageException>(() => ImageWriter.Check(ImageKind.Jpeg, 65000, 40000, PixelFormat.Rgb24, "out")).Message, StringComparison.Ordinal);
        ImageWriter.Check(ImageKind.Png, 65000, 40000, PixelFormat.Rgb24, "out");
        ImageWriter.Check(ImageKind.Jpeg, 65000, 30000, PixelFormat.Gray8, "out");
    }

    private static byte[] Encode(ImageKind kind, int quality) => ImageWriter.Encode(Rgb, kind, new WriteOptions { Quality = quality });
}
