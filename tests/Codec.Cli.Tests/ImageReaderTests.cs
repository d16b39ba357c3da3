using NetVips;
using VqVae.Codec.Cli.Images;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Tests;

public sealed class ImageReaderTests
{
    [Theory]
    [InlineData("png")]
    [InlineData("webp")]
    [InlineData("tiff")]
    [InlineData("tiff-tiled-lzw")]
    [InlineData("bigtiff")]
    [InlineData("png-interlaced")]
    public void Read_LosslessRgb_GivesTheSamePixels(string kind)
    {
        using var image = Pictures.RgbImage();
        var file = kind switch
        {
            "png" => image.PngsaveBuffer(),
            "png-interlaced" => image.PngsaveBuffer(interlace: true),
            "webp" => image.WebpsaveBuffer(lossless: true),
            "tiff" => image.TiffsaveBuffer(),
            "tiff-tiled-lzw" => image.TiffsaveBuffer(tile: true, tileWidth: 16, tileHeight: 16, compression: Enums.ForeignTiffCompression.Lzw),
            _ => image.TiffsaveBuffer(bigtiff: true),
        };

        var read = ImageReader.Read(file, "test");

        Assert.Equal((Pictures.Width, Pictures.Height, PixelFormat.Rgb24), (read.Width, read.Height, read.Format));
        Assert.Equal(Pictures.Rgb(), read.Pixels);
    }

    [Fact]
    public void Read_Jpeg_IsCloseToThePixels()
    {
        using var image = Pictures.RgbImage();
        var read = ImageReader.Read(image.JpegsaveBuffer(q: 98), "test");
        Assert.Equal(PixelFormat.Rgb24, read.Format);
        Assert.InRange(Pictures.MeanDifference(Pictures.Rgb(), read.Pixels), 0, 4);
    }

    [Fact]
    public void Read_TallerThanAStrip_GivesAllRows()
    {
        var pixels = VqVae.TestSupport.DrawnImage.Rgb(5, 700, 3);
        using var image = Pictures.FromPixels(pixels, 3, 5, 700);
        Assert.Equal(pixels, ImageReader.Read(image.PngsaveBuffer(), "test").Pixels);
    }

    [Theory]
    [InlineData("png", 3)]
    [InlineData("png", 1)]
    [InlineData("tiff", 3)]
    [InlineData("tiff", 1)]
    public void Read_SixteenBits_GivesTheHighBytes(string kind, int bands)
    {
        using var image = bands == 3 ? Pictures.RgbImage() : Pictures.GreyImage();
        using var wide = image.Cast(Enums.BandFormat.Ushort) * 257;
        using var cast = wide.Cast(Enums.BandFormat.Ushort);
        using var typed = cast.Copy(interpretation: bands == 3 ? Enums.Interpretation.Rgb16 : Enums.Interpretation.Grey16);
        var file = kind == "png" ? typed.PngsaveBuffer(bitdepth: 16) : typed.TiffsaveBuffer();

        var read = ImageReader.Read(file, "test");

        Assert.Equal(bands == 3 ? PixelFormat.Rgb24 : PixelFormat.Gray8, read.Format);
        Assert.Equal(bands == 3 ? Pictures.Rgb() : Pictures.Grey(), read.Pixels);
    }

    [Fact]
    public void Read_SixteenBitsWithOpaqueAlpha_DropsAlpha()
    {
        using var image = Pictures.WithAlpha(Pictures.RgbImage(), 255);
        using var wide = image.Cast(Enums.BandFormat.Ushort) * 257;
        using var cast = wide.Cast(Enums.BandFormat.Ushort);
        using var typed = cast.Copy(interpretation: Enums.Interpretation.Rgb16);
        Assert.Equal(Pictures.Rgb(), ImageReader.Read(typed.PngsaveBuffer(bitdepth: 16), "test").Pixels);
    }

    [Theory]
    [InlineData("jpeg", true)]
    [InlineData("jpeg", false)]
    [InlineData("tiff", true)]
    [InlineData("tiff", false)]
    public void Read_Cmyk_GivesRgbOfTheSameColours(string kind, bool withProfile)
    {
        // Muted colours, which the press can print.
        var pixels = Pictures.Rgb().Select(v => (byte)(90 + (v / 4))).ToArray();
        using var image = Pictures.FromPixels(pixels, 3);
        using var cmyk = image.IccTransform("cmyk");
        var keep = withProfile ? Enums.ForeignKeep.Icc : Enums.ForeignKeep.None;
        var file = kind == "jpeg" ? cmyk.JpegsaveBuffer(q: 100, keep: keep) : cmyk.TiffsaveBuffer(keep: keep);

        var read = ImageReader.Read(file, "test");

        Assert.Equal(PixelFormat.Rgb24, read.Format);
        Assert.InRange(Pictures.MeanDifference(pixels, read.Pixels), 0, 8);
    }

    [Fact]
    public void Read_PalettePng_GivesRgb()
    {
        byte[] colors = [250, 30, 20, 10, 200, 60, 40, 50, 220, 255, 255, 255];
        var pixels = new byte[3 * Pictures.Width * Pictures.Height];
        for (var i = 0; i < pixels.Length / 3; i++) colors.AsSpan(3 * (i * 7 / 5 % 4), 3).CopyTo(pixels.AsSpan(3 * i));
        using var image = Pictures.FromPixels(pixels, 3);
        var file = image.PngsaveBuffer(palette: true, bitdepth: 8);
        Assert.Equal(3, file[25]); // Colour type 3: indexed.

        var read = ImageReader.Read(file, "test");

        Assert.Equal(PixelFormat.Rgb24, read.Format);
        Assert.InRange(Pictures.MeanDifference(pixels, read.Pixels), 0, 2);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("tiff")]
    public void Read_Grey_StaysGrey(string kind)
    {
        using var image = Pictures.GreyImage();
        var read = ImageReader.Read(kind == "png" ? image.PngsaveBuffer() : image.TiffsaveBuffer(), "test");
        Assert.Equal(PixelFormat.Gray8, read.Format);
        Assert.Equal(Pictures.Grey(), read.Pixels);
    }

    [Fact]
    public void Read_GreyJpeg_StaysGrey()
    {
        using var image = Pictures.GreyImage();
        Assert.Equal(PixelFormat.Gray8, ImageReader.Read(image.JpegsaveBuffer(), "test").Format);
    }

    [Fact]
    public void Read_OneBitPng_GivesBlackAndWhite()
    {
        var pixels = Pictures.Grey().Select(v => v < 128 ? (byte)0 : (byte)255).ToArray();
        using var image = Pictures.FromPixels(pixels, 1);
        Assert.Equal(pixels, ImageReader.Read(image.PngsaveBuffer(bitdepth: 1), "test").Pixels);
    }

    [Theory]
    [InlineData("png", 1)]
    [InlineData("png", 2)]
    [InlineData("png", 3)]
    [InlineData("png", 4)]
    [InlineData("png", 5)]
    [InlineData("png", 6)]
    [InlineData("png", 7)]
    [InlineData("png", 8)]
    [InlineData("webp", 6)]
    [InlineData("tiff", 6)]
    [InlineData("jpeg", 6)]
    [InlineData("jpeg", 3)]
    public void Read_ExifOrientation_TurnsThePicture(string kind, int orientation)
    {
        using var image = Pictures.RgbImage();
        using var tagged = image.Mutate(m => m.Set(GValue.GIntType, "orientation", orientation));
        var file = kind switch
        {
            "png" => tagged.PngsaveBuffer(),
            "webp" => tagged.WebpsaveBuffer(lossless: true),
            "tiff" => tagged.TiffsaveBuffer(),
            _ => tagged.JpegsaveBuffer(q: 98),
        };

        var read = ImageReader.Read(file, "test");

        var (width, height) = orientation < 5 ? (Pictures.Width, Pictures.Height) : (Pictures.Height, Pictures.Width);
        Assert.Equal((width, height), (read.Width, read.Height));
        var expected = Shown(Pictures.Rgb(), Pictures.Width, Pictures.Height, orientation);
        if (kind == "jpeg") Assert.InRange(Pictures.MeanDifference(expected, read.Pixels), 0, 4);
        else Assert.Equal(expected, read.Pixels);
    }

    [Fact]
    public void Read_WideGamutProfile_GivesSrgb()
    {
        var pixels = Pictures.Rgb().Select(v => (byte)(40 + (v / 2))).ToArray();
        using var image = Pictures.FromPixels(pixels, 3);
        using var wide = image.IccTransform("p3");
        Assert.True(Pictures.MeanDifference(pixels, wide.WriteToMemory<byte>()) > 1, "the profile changes nothing, so the test shows nothing");
        Assert.InRange(Pictures.MeanDifference(pixels, ImageReader.Read(wide.PngsaveBuffer(), "test").Pixels), 0, 0.8);
    }

    [Fact]
    public void Read_ProfileOfAnotherColourSpaceOrBroken_IsIgnored()
    {
        using var image = Pictures.RgbImage();
        using var cmyk = image.IccTransform("cmyk");
        foreach (var profile in (byte[][])[(byte[])cmyk.Get("icc-profile-data"), [1, 2, 3, 4]])
        {
            using var tagged = image.Mutate(m => m.Set(GValue.BlobType, "icc-profile-data", profile));
            Assert.Equal(Pictures.Rgb(), ImageReader.Read(tagged.TiffsaveBuffer(), "test").Pixels);
        }
    }

    [Fact]
    public void Read_GreyWithRgbProfile_StaysGrey()
    {
        using var rgb = Pictures.RgbImage();
        using var p3 = rgb.IccTransform("p3");
        using var grey = Pictures.GreyImage();
        using var tagged = grey.Mutate(m => m.Set(GValue.BlobType, "icc-profile-data", (byte[])p3.Get("icc-profile-data")));
        var read = ImageReader.Read(tagged.TiffsaveBuffer(), "test");
        Assert.Equal(PixelFormat.Gray8, read.Format);
        Assert.Equal(Pictures.Grey(), read.Pixels);
    }

    [Fact]
    public void Read_SeveralPages_ReadsTheFirstAndSaysSo()
    {
        var pixels = VqVae.TestSupport.DrawnImage.Rgb(20, 30, 4);
        using var image = Pictures.FromPixels(pixels, 3, 20, 30);
        using var paged = image.Mutate(m => m.Set(GValue.GIntType, "page-height", 10));
        var warnings = new List<string>();

        var read = ImageReader.Read(paged.TiffsaveBuffer(), "scan.tif", warn: warnings.Add);

        Assert.Equal((20, 10), (read.Width, read.Height));
        Assert.Equal(pixels[..600], read.Pixels);
        Assert.Contains("scan.tif: has 3 pages", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Read_Cancelled_Throws()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => ImageReader.Read(Pictures.Png(), "test", cancellationToken: source.Token));
    }

    /// <summary>What a viewer shows of stored rows, by EXIF 2.3's definition of the tag: where its row 0 and column 0 are.</summary>
    private static byte[] Shown(byte[] stored, int w, int h, int orientation)
    {
        var (width, height) = orientation < 5 ? (w, h) : (h, w);
        var shown = new byte[stored.Length];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (sx, sy) = orientation switch
                {
                    2 => (w - 1 - x, y),
                    3 => (w - 1 - x, h - 1 - y),
                    4 => (x, h - 1 - y),
                    5 => (y, x),
                    6 => (y, h - 1 - x),
                    7 => (w - 1 - y, h - 1 - x),
                    8 => (w - 1 - y, x),
                    _ => (x, y),
                };
                stored.AsSpan(3 * ((sy * w) + sx), 3).CopyTo(shown.AsSpan(3 * ((y * width) + x)));
            }
        }

        return shown;
    }
}
