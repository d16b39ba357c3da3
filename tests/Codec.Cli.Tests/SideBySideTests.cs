using VqVae.Codec.Cli.Images;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Tests;

public sealed class SideBySideTests
{
    [Fact]
    public void Compose_ThreePictures_LaysThemBesideEachOtherWithDetailsBelow()
    {
        var red = Flat(90, 60, 200, 0, 0);
        var green = Flat(90, 60, 0, 200, 0);
        var blue = Flat(90, 60, 0, 0, 200);

        var sheet = SideBySide.Compose([red, green, blue]);

        // Three panels of 90 with two separators of 4; below a separator of 4 the 30×20 details, enlarged three times.
        Assert.Equal((278, 124, PixelFormat.Rgb24), (sheet.Width, sheet.Height, sheet.Format));
        Assert.Equal((200, 0, 0), At(sheet, 0, 0));
        Assert.Equal((200, 0, 0), At(sheet, 89, 59));
        Assert.Equal((255, 255, 255), At(sheet, 90, 30));
        Assert.Equal((255, 255, 255), At(sheet, 93, 30));
        Assert.Equal((0, 200, 0), At(sheet, 94, 0));
        Assert.Equal((0, 0, 200), At(sheet, 277, 59));
        Assert.Equal((255, 255, 255), At(sheet, 10, 62));
        Assert.Equal((200, 0, 0), At(sheet, 0, 64));
        Assert.Equal((0, 0, 200), At(sheet, 277, 123));
    }

    [Fact]
    public void Compose_GreyPictures_BecomeRgb()
    {
        var sheet = SideBySide.Compose([new VqImage(1, 1, PixelFormat.Gray8, [77]), new VqImage(1, 1, PixelFormat.Gray8, [78])]);
        Assert.Equal((77, 77, 77), At(sheet, 0, 0));
        Assert.Equal((78, 78, 78), At(sheet, sheet.Width - 1, sheet.Height - 1));
    }

    [Fact]
    public void Compose_LargePicture_IsShrunk()
    {
        var large = Flat(2000, 1000, 10, 20, 30);
        var sheet = SideBySide.Compose([large, large]);
        Assert.Equal((2 * 768) + 4, sheet.Width);
        Assert.Equal((10, 20, 30), At(sheet, 300, 300));
    }

    [Fact]
    public void Compose_DifferentSizes_IsRefused() =>
        Assert.Throws<ArgumentException>(() => SideBySide.Compose([Flat(3, 3, 0, 0, 0), Flat(3, 4, 0, 0, 0)]));

    [Fact]
    public void BusiestDetail_OneNoisyCorner_IsFound()
    {
        var image = Flat(80, 60, 50, 50, 50);
        var random = new Random(3);
        for (var y = 40; y < 60; y++)
            for (var x = 60; x < 80; x++) image.Pixels[(3 * ((y * 80) + x)) + 1] = (byte)random.Next(256);
        Assert.Equal((60, 40), SideBySide.BusiestDetail(image, 20, 20));
    }

    private static VqImage Flat(int width, int height, byte r, byte g, byte b)
    {
        var pixels = new byte[3 * width * height];
        for (var i = 0; i < pixels.Length; i += 3) (pixels[i], pixels[i + 1], pixels[i + 2]) = (r, g, b);
        return new VqImage(width, height, PixelFormat.Rgb24, pixels);
    }

    private static (int R, int G, int B) At(VqImage image, int x, int y)
    {
        var at = 3 * ((y * image.Width) + x);
        return (image.Pixels[at], image.Pixels[at + 1], image.Pixels[at + 2]);
    }

    [Theory]
    [InlineData(PixelFormat.Rgba32)]
    [InlineData(PixelFormat.GrayAlpha16)]
    public void Compose_TransparentPictures_ShowTheWhiteGround(PixelFormat format)
    {
        var clear = new VqImage(30, 30, format, new byte[30 * 30 * AlphaBlend.BytesPerPixel(format)]);
        var composed = SideBySide.Compose([clear, clear]);
        Assert.Equal(PixelFormat.Rgb24, composed.Format);
        Assert.All(composed.Pixels, v => Assert.Equal(255, v));
    }
}
