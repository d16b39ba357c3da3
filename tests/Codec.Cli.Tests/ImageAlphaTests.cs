using VqVae.Codec.Cli.Images;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Tests;

public sealed class ImageAlphaTests
{
    private static readonly BackgroundColor White = new(255, 255, 255);

    [Theory]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("tiff")]
    public void Read_OpaqueAlpha_IsDropped(string kind)
    {
        using var rgb = Pictures.RgbImage();
        using var image = Pictures.WithAlpha(rgb, 255);
        var file = kind == "png" ? image.PngsaveBuffer() : kind == "webp" ? image.WebpsaveBuffer(lossless: true) : image.TiffsaveBuffer();
        var read = ImageReader.Read(file, "test");
        Assert.Equal(PixelFormat.Rgb24, read.Format);
        Assert.Equal(Pictures.Rgb(), read.Pixels);
    }

    [Fact]
    public void Read_OpaqueGreyAlpha_StaysGrey()
    {
        using var grey = Pictures.GreyImage();
        using var image = Pictures.WithAlpha(grey, 255);
        var read = ImageReader.Read(image.PngsaveBuffer(), "test");
        Assert.Equal(PixelFormat.Gray8, read.Format);
        Assert.Equal(Pictures.Grey(), read.Pixels);
    }

    [Theory]
    [InlineData("png", 3)]
    [InlineData("png", 1)]
    [InlineData("webp", 3)]
    [InlineData("tiff", 3)]
    [InlineData("tiff", 1)]
    public void Read_TransparentWithoutBackground_KeepsAlpha(string kind, int bands)
    {
        using var color = bands == 3 ? Pictures.RgbImage() : Pictures.GreyImage();
        using var image = Pictures.WithAlpha(color, 254);
        var file = kind == "png" ? image.PngsaveBuffer() : kind == "webp" ? image.WebpsaveBuffer(lossless: true, exact: true) : image.TiffsaveBuffer();
        var read = ImageReader.Read(file, "test");
        Assert.Equal(bands == 3 ? PixelFormat.Rgba32 : PixelFormat.GrayAlpha16, read.Format);
        Assert.Equal(image.WriteToMemory<byte>(), read.Pixels);
    }

    [Fact]
    public void Read_OneTransparentPixel_KeepsAlpha()
    {
        using var rgb = Pictures.RgbImage();
        var alpha = Enumerable.Repeat((byte)255, Pictures.Width * Pictures.Height).ToArray();
        alpha[^1] = 0;
        using var band = Pictures.FromPixels(alpha, 1);
        using var image = rgb.Bandjoin(band);
        var read = ImageReader.Read(image.PngsaveBuffer(), "test");
        Assert.Equal(PixelFormat.Rgba32, read.Format);
        Assert.Equal(alpha, read.Pixels.Where((_, i) => i % 4 == 3));
    }

    [Fact]
    public void Read_SixteenBitsWithAlpha_GivesTheHighBytesOfBoth()
    {
        using var grey = Pictures.GreyImage();
        using var image = Pictures.WithAlpha(grey, 100);
        using var wide = image.Cast(NetVips.Enums.BandFormat.Ushort) * 257;
        using var cast = wide.Cast(NetVips.Enums.BandFormat.Ushort);
        using var typed = cast.Copy(interpretation: NetVips.Enums.Interpretation.Grey16);
        var read = ImageReader.Read(typed.PngsaveBuffer(bitdepth: 16), "test");
        Assert.Equal(PixelFormat.GrayAlpha16, read.Format);
        Assert.Equal(image.WriteToMemory<byte>(), read.Pixels);
    }

    [Fact]
    public void Read_TransparentOnColour_BlendsToTheNearestStep()
    {
        // 100 over (255, 128, 0) at 51/255 = 1/5: 0.2·100 + 0.8·255 = 224; 0.2·100 + 0.8·128 = 122.4; 20.
        using var flat = Pictures.FromPixels([.. Enumerable.Repeat((byte)100, 3 * Pictures.Width * Pictures.Height)], 3);
        using var image = Pictures.WithAlpha(flat, 51);
        var read = ImageReader.Read(image.PngsaveBuffer(), "test", new BackgroundColor(255, 128, 0));
        Assert.Equal([224, 122, 20], read.Pixels[..3]);
        Assert.Equal([224, 122, 20], read.Pixels[^3..]);
    }

    [Fact]
    public void Read_FullyTransparent_GivesTheBackground()
    {
        using var rgb = Pictures.RgbImage();
        using var image = Pictures.WithAlpha(rgb, 0);
        Assert.All(ImageReader.Read(image.PngsaveBuffer(), "test", White).Pixels, v => Assert.Equal(255, v));
    }

    [Fact]
    public void Read_TransparentGrey_StaysGreyOnGreyAndBecomesRgbOnColour()
    {
        using var grey = Pictures.GreyImage();
        using var image = Pictures.WithAlpha(grey, 0);
        var png = image.PngsaveBuffer();
        var onWhite = ImageReader.Read(png, "test", White);
        Assert.Equal((PixelFormat.Gray8, (byte)255), (onWhite.Format, onWhite.Pixels[0]));
        var onRed = ImageReader.Read(png, "test", new BackgroundColor(255, 0, 0));
        Assert.Equal(PixelFormat.Rgb24, onRed.Format);
        Assert.Equal([255, 0, 0], onRed.Pixels[..3]);
    }

    [Theory]
    [InlineData("white", 255, 255, 255)]
    [InlineData("Orange", 255, 165, 0)]
    [InlineData("#1a2B3c", 26, 43, 60)]
    [InlineData("1a2B3c", 26, 43, 60)]
    [InlineData("#f80", 255, 136, 0)]
    public void BackgroundColor_NameOrDigits_Parses(string text, byte r, byte g, byte b)
    {
        Assert.True(BackgroundColor.TryParse(text, out var color));
        Assert.Equal(new BackgroundColor(r, g, b), color);
    }

    [Theory]
    [InlineData("")]
    [InlineData("#")]
    [InlineData("whitish")]
    [InlineData("#12345")]
    [InlineData("#12345g")]
    [InlineData("+12345")]
    [InlineData("#1234567")]
    public void BackgroundColor_AnythingElse_IsRefused(string text) => Assert.False(BackgroundColor.TryParse(text, out _));
}
