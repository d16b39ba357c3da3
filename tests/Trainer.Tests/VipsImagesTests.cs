using NetVips;
using VqVae.TestSupport;
using VqVae.Trainer.Data;

namespace VqVae.Trainer.Tests;

public class VipsImagesTests
{
    private const int Width = 600, Height = 800;

    /// <summary>The colours of the corners as shown, from left to right and top to bottom, of a file that stores RGBW.</summary>
    public static TheoryData<int, string> Orientations => new()
    {
        { 1, "RGBW" },
        { 2, "GRWB" },
        { 3, "WBGR" },
        { 4, "BWRG" },
        { 5, "RBGW" },
        { 6, "BRWG" },
        { 7, "WGBR" },
        { 8, "GWRB" },
    };

    [Theory]
    [MemberData(nameof(Orientations))]
    public void Decode_JpegWithOrientation_IsUpright(int orientation, string corners)
    {
        using var folder = new TemporaryFolder();
        SaveCorners(folder["photo.jpg"], orientation);
        var (pixels, width, height) = VipsImages.Decode(folder["photo.jpg"]);
        Assert.Equal(orientation >= 5 ? (Height, Width) : (Width, Height), (width, height));
        Assert.Equal(corners, Corners(pixels, width, height));
    }

    [Theory]
    [MemberData(nameof(Orientations))]
    public void DecodeResized_JpegWithOrientation_IsUpright(int orientation, string corners)
    {
        using var folder = new TemporaryFolder();
        SaveCorners(folder["photo.jpg"], orientation);
        Assert.Equal(corners, Corners(VipsImages.DecodeResized(folder["photo.jpg"], 30, 20), 30, 20));
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("png")]
    public void DecodeCrop_AnyOrientation_IsTheWindowOfTheWholeImage(string extension)
    {
        using var folder = new TemporaryFolder();
        for (var orientation = 1; orientation <= 8; orientation++)
        {
            var path = folder[$"{orientation}.{extension}"];
            Save(DrawnImage.Rgb(150, 330, 1), 150, 330, orientation, path);
            var (whole, width, height) = VipsImages.Decode(path);
            foreach (var window in ((int, int, int, int)[])[(0, 0, 20, 30), (17, 40, 33, 21), (width - 9, height - 7, 9, 7), (0, 0, width, height)])
            {
                var (left, top, cropWidth, cropHeight) = window;
                var crop = VipsImages.DecodeCrop(path, (w, h) =>
                {
                    Assert.Equal((width, height), (w, h));
                    return window;
                });
                Assert.Equal((cropWidth, cropHeight), (crop.Width, crop.Height));
                var expected = Enumerable.Range(top, cropHeight).SelectMany(y => whole.AsSpan(3 * ((y * width) + left), 3 * cropWidth).ToArray());
                Assert.Equal(expected, crop.Pixels);
            }
        }
    }

    [Theory]
    [InlineData(-1, 0, 5, 5)]
    [InlineData(0, 0, 0, 5)]
    [InlineData(0, 28, 5, 5)]
    [InlineData(18, 0, 5, 5)]
    [InlineData(1, 0, int.MaxValue, 5)]
    public void DecodeCrop_WindowOutside_IsRefused(int left, int top, int width, int height)
    {
        using var folder = new TemporaryFolder();
        VipsImages.WritePng(folder["a.png"], DrawnImage.Rgb(20, 30, 1), 20, 30);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => VipsImages.DecodeCrop(folder["a.png"], (_, _) => (left, top, width, height)));
        Assert.Contains("inside 20x30", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void DecodeCrop_FileCutShortBelowTheWindow_NeverGetsThere()
    {
        using var folder = new TemporaryFolder();
        var pixels = DrawnImage.Rgb(200, 1000, 1);
        VipsImages.WritePng(folder["a.png"], pixels, 200, 1000);
        var bytes = File.ReadAllBytes(folder["a.png"]);
        File.WriteAllBytes(folder["a.png"], bytes[..(bytes.Length / 2)]);
        Assert.Equal(pixels[..(3 * 200 * 40)], VipsImages.DecodeCrop(folder["a.png"], (_, _) => (0, 0, 200, 40)).Pixels);
        Assert.Throws<IOException>(() => VipsImages.DecodeCrop(folder["a.png"], (_, _) => (0, 900, 200, 40)));
        Assert.Throws<IOException>(() => VipsImages.Decode(folder["a.png"]));
    }

    [Fact]
    public void Decode_GreyWithSixteenBits_BecomesRgb()
    {
        using var folder = new TemporaryFolder();
        SaveSixteenBits(folder["grey.png"], [0, 32896, 65535], 1, Enums.Interpretation.Grey16);
        var (pixels, width, height) = VipsImages.Decode(folder["grey.png"]);
        Assert.Equal((3, 1), (width, height));
        Assert.Equal<byte>([0, 0, 0, 128, 128, 128, 255, 255, 255], pixels);
    }

    [Fact]
    public void Decode_TransparencyWithSixteenBits_IsLaidOnMidGrey()
    {
        using var folder = new TemporaryFolder();
        const ushort full = 65535;
        SaveSixteenBits(folder["rgba.png"], [full, 0, 0, 0, full, 0, 0, full, full, 0, full, 32896], 4, Enums.Interpretation.Rgb16);
        SaveSixteenBits(folder["grey.png"], [full, 0, full, full, 0, 32896], 2, Enums.Interpretation.Grey16);

        // Nothing, all, and half of the colour over grey.
        AssertNear([128, 128, 128, 255, 0, 0, 192, 64, 192], VipsImages.Decode(folder["rgba.png"]).Pixels);
        AssertNear([128, 128, 128, 255, 255, 255, 64, 64, 64], VipsImages.Decode(folder["grey.png"]).Pixels);
    }

    [Fact]
    public void Open_FiveChannels_AreRefused()
    {
        using var folder = new TemporaryFolder();
        using (var rgb = FromPixels(DrawnImage.Rgb(20, 10, 1), 20, 10))
        using (var two = Image.NewFromMemory(new byte[2 * 20 * 10], 20, 10, 2, Enums.BandFormat.Uchar))
        using (var joined = rgb.Bandjoin(two))
            joined.Tiffsave(folder["five.tif"]);
        foreach (var read in (Action[])[() => VipsImages.Open(folder["five.tif"]).Dispose(), () => VipsImages.Decode(folder["five.tif"])])
            Assert.Equal("expected 3 channels and at most one of alpha, got 5", Assert.Throws<IOException>(read).Message);
    }

    [Fact]
    public void Decode_ProfileBrokenOrOfAnotherColourSpace_IsIgnored()
    {
        using var folder = new TemporaryFolder();
        var pixels = DrawnImage.Rgb(20, 10, 1);
        using var image = FromPixels(pixels, 20, 10);
        using var cmyk = image.IccTransform("cmyk");
        foreach (var profile in (byte[][])[(byte[])cmyk.Get("icc-profile-data"), [1, 2, 3, 4]])
        {
            using (var tagged = image.Mutate(m => m.Set(GValue.BlobType, "icc-profile-data", profile))) tagged.Tiffsave(folder["a.tif"]);
            Assert.Equal(pixels, VipsImages.Decode(folder["a.tif"]).Pixels);
            Assert.Equal(pixels, VipsImages.DecodeResized(folder["a.tif"], 20, 10));
        }
    }

    [Fact]
    public void Decode_WideGamutProfile_GivesSrgb()
    {
        using var folder = new TemporaryFolder();
        var pixels = DrawnImage.Rgb(20, 10, 1).Select(v => (byte)(40 + (v / 2))).ToArray();
        using var image = FromPixels(pixels, 20, 10);
        using (var wide = image.IccTransform("p3"))
        {
            Assert.NotInRange(MeanDifference(pixels, wide.WriteToMemory<byte>()), 0, 1);
            wide.Pngsave(folder["p3.png"]);
        }

        Assert.InRange(MeanDifference(pixels, VipsImages.Decode(folder["p3.png"]).Pixels), 0, 0.8);
        Assert.InRange(MeanDifference(pixels, VipsImages.DecodeResized(folder["p3.png"], 20, 10)), 0, 0.8);
    }

    [Theory]
    [InlineData(3.99, 1)]
    [InlineData(4, 2)]
    [InlineData(7.9, 2)]
    [InlineData(8, 4)]
    [InlineData(16, 8)]
    [InlineData(1000, 8)]
    [InlineData(0.5, 1)]
    public void Shrink_Factor_LeavesTheLastTwo(double factor, int shrink) => Assert.Equal(shrink, VipsImages.Shrink(factor));

    [Theory]
    [InlineData("jpg", true)]
    [InlineData("webp", true)]
    [InlineData("png", false)]
    [InlineData("tif", false)]
    public void Decode_Shrunk_IsSmallerWhereTheFormatShrinks(string extension, bool shrinks)
    {
        using var folder = new TemporaryFolder();
        var path = folder[$"a.{extension}"];
        Save(DrawnImage.Rgb(400, 240, 1), 400, 240, 6, path);
        var header = VipsImages.ReadHeader(path);
        Assert.Equal(shrinks, header.Shrinks);
        var upright = extension is "webp" ? (header.Width, header.Height) : (240, 400);
        Assert.Equal(upright, (header.Width, header.Height));
        foreach (var shrink in (int[])[1, 2, 4, 8])
        {
            var (_, width, height) = VipsImages.Decode(path, shrink);
            var divisor = shrinks ? shrink : 1;
            Assert.Equal((upright.Item1 / divisor, upright.Item2 / divisor), (width, height));
        }
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("webp")]
    public void DecodeResized_MuchSmaller_IsAsGoodAsDecodingInFull(string extension)
    {
        using var folder = new TemporaryFolder();
        var path = folder[$"a.{extension}"];
        using (var image = FromPixels(DrawnImage.Rgb(800, 600, 3), 800, 600)) image.WriteToFile(path);
        foreach (var (width, height) in ((int, int)[])[(200, 150), (150, 110), (100, 75), (50, 37), (90, 20)])
        {
            using var full = Image.NewFromFile(path);
            using var expected = full.ThumbnailImage(width, height: height, size: Enums.Size.Force);
            Assert.InRange(MeanDifference(expected.WriteToMemory<byte>(), VipsImages.DecodeResized(path, width, height)), 0, 1);
        }
    }

    [Theory]
    [InlineData("jpg")]
    [InlineData("webp")]
    [InlineData("png")]
    public void DecodeCrop_Shrunk_IsTheWindowOfTheShrunkImage(string extension)
    {
        using var folder = new TemporaryFolder();
        var path = folder[$"a.{extension}"];
        Save(DrawnImage.Rgb(333, 250, 1), 333, 250, 6, path);
        foreach (var shrink in (int[])[2, 4, 8])
        {
            var (whole, width, height) = VipsImages.Decode(path, shrink);
            var crop = VipsImages.DecodeCrop(path, (w, h) => (w / 3, h / 4, w / 2, h / 2), shrink);
            var expected = Enumerable.Range(height / 4, height / 2).SelectMany(y => whole.AsSpan(3 * ((y * width) + (width / 3)), 3 * (width / 2)).ToArray());
            Assert.Equal(expected, crop.Pixels);
        }
    }

    [Fact]
    public void Resize_Area_SeesNothingBeyondIt()
    {
        var pixels = DrawnImage.Rgb(60, 50, 1);
        var area = new PixelArea(7, 9, 33, 33);
        var alone = Enumerable.Range(9, 33).SelectMany(y => pixels.AsSpan(3 * ((y * 60) + 7), 3 * 33).ToArray()).ToArray();
        var scaled = VipsImages.Resize(pixels, 60, 50, area, 16);
        Assert.Equal(16 * 16 * 3, scaled.Length);
        Assert.Equal(VipsImages.Resize(alone, 33, 33, new PixelArea(0, 0, 33, 33), 16), scaled);
    }

    private static void SaveCorners(string path, int orientation)
    {
        var pixels = new byte[3 * Width * Height];
        for (var i = 0; i < Width * Height; i++)
        {
            var (right, bottom) = (i % Width >= Width / 2, i / Width >= Height / 2);
            pixels[3 * i] = right == bottom ? (byte)255 : (byte)0;
            pixels[(3 * i) + 1] = right ? (byte)255 : (byte)0;
            pixels[(3 * i) + 2] = bottom ? (byte)255 : (byte)0;
        }

        Save(pixels, Width, Height, orientation, path);
    }

    private static string Corners(byte[] pixels, int width, int height)
    {
        char Letter(int x, int y)
        {
            var at = 3 * ((y * width) + x);
            return (pixels[at] > 128, pixels[at + 1] > 128, pixels[at + 2] > 128) switch
            {
                (true, false, false) => 'R',
                (false, true, false) => 'G',
                (false, false, true) => 'B',
                (true, true, true) => 'W',
                _ => '?',
            };
        }

        return string.Concat(Letter(0, 0), Letter(width - 1, 0), Letter(0, height - 1), Letter(width - 1, height - 1));
    }

    private static Image FromPixels(byte[] pixels, int width, int height)
    {
        using var raw = Image.NewFromMemoryCopy<byte>(pixels, width, height, 3, Enums.BandFormat.Uchar);
        return raw.Copy(interpretation: Enums.Interpretation.Srgb);
    }

    private static void Save(byte[] pixels, int width, int height, int orientation, string path)
    {
        using var image = FromPixels(pixels, width, height);
        using var tagged = image.Mutate(m => m.Set(GValue.GIntType, "orientation", orientation));
        tagged.WriteToFile(path);
    }

    private static void SaveSixteenBits(string path, ushort[] samples, int bands, Enums.Interpretation interpretation)
    {
        using var raw = Image.NewFromMemoryCopy<ushort>(samples, samples.Length / bands, 1, bands, Enums.BandFormat.Ushort);
        using var image = raw.Copy(interpretation: interpretation);
        image.Pngsave(path);
    }

    private static void AssertNear(byte[] expected, byte[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.InRange(pair.Second, pair.First - 1, pair.First + 1));
    }

    private static double MeanDifference(byte[] a, byte[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Average();
}
