using NetVips;
using VqVae.Codec.Cli.Images;
using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.Codec.Cli.Tests;

/// <summary>Real files of each kind, all the way to <c>.vq</c> and back to a picture.</summary>
[Collection(TinyModelGroup.Name)]
public sealed class KindsOfPicturesTests(TinyModel model)
{
    public static TheoryData<string, PixelFormat> Kinds
    {
        get
        {
            var data = new TheoryData<string, PixelFormat>
            {
                { "rgb16.png", PixelFormat.Rgb24 },
                { "grey16.png", PixelFormat.Gray8 },
                { "cmyk.jpg", PixelFormat.Rgb24 },
                { "palette.png", PixelFormat.Rgb24 },
                { "grey.png", PixelFormat.Gray8 },
                { "greyalpha.png", PixelFormat.GrayAlpha16 },
                { "greyalpha16.png", PixelFormat.GrayAlpha16 },
                { "rgba.png", PixelFormat.Rgba32 },
                { "opaque.png", PixelFormat.Rgb24 },
                { "p3.jpg", PixelFormat.Rgb24 },
                { "lzw.tif", PixelFormat.Rgb24 },
            };
            for (var orientation = 1; orientation <= 8; orientation++) data.Add($"turned{orientation}.jpg", PixelFormat.Rgb24);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void CompressAndDecompress_AnyKind_GivesWhatTheLibraryGivesOfTheUprightSrgbPicture(string kind, object format)
    {
        using var folder = new TemporaryFolder();
        var file = Encode(kind);
        File.WriteAllBytes(folder[kind], file);
        using var run = new InProcess();
        Assert.Equal(0, run.Run(["compress", folder[kind], folder["a.vq"], "--verify", "--model", model.Folder]));
        Assert.Equal(0, run.Run(["decompress", folder["a.vq"], folder["a.png"], "--model", model.Folder]));

        using var codec = VqCodec.Load(model.Folder, new VqCodecOptions { Threads = 1 });
        var image = ImageReader.Read(file, "test");
        Assert.Equal((PixelFormat)format, image.Format);
        var expected = codec.Decompress(codec.Compress(image));
        var back = ImageReader.Read(File.ReadAllBytes(folder["a.png"]), "test");
        Assert.Equal((expected.Width, expected.Height, (PixelFormat)format), (back.Width, back.Height, back.Format));
        Assert.Equal(expected.Pixels, back.Pixels);
        Assert.Empty(run.Error);
    }

    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    [InlineData("webp")]
    public void Exif_Kept_ComesBackAndOtherwiseDoesNot(string extension)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["in.jpg"], ExifDataTests.Photo("jpg", thumbnail: true));
        using var run = new InProcess();
        Assert.Equal(0, run.Run(["compress", folder["in.jpg"], folder["none.vq"], "--model", model.Folder]));
        Assert.Equal(0, run.Run(["compress", folder["in.jpg"], folder["kept.vq"], "--exif", "keep", "--model", model.Folder]));
        Assert.Equal(0, run.Run(["compress", folder["in.jpg"], folder["all.vq"], "--exif", "all", "--model", model.Folder]));
        Assert.Empty(VqFile.ReadExif(File.ReadAllBytes(folder["none.vq"])));

        Assert.Equal(("", ""), Decompressed("none.vq"));
        var (make, place) = Decompressed("kept.vq");
        Assert.StartsWith("Acme", make, StringComparison.Ordinal);
        Assert.Equal("", place);
        Assert.StartsWith("50/1", Decompressed("all.vq").Place, StringComparison.Ordinal);
        Assert.Equal(("", ""), Decompressed("all.vq", "--no-exif"));
        Assert.Equal(0, run.Run(["info", folder["kept.vq"]]));
        Assert.Contains("EXIF metadata", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Error);

        (string Make, string Place) Decompressed(string vq, params string[] options)
        {
            Assert.Equal(0, run.Run(["decompress", folder[vq], folder["back." + extension], "--force", "--model", model.Folder, .. options]));
            using var image = Image.NewFromFile(folder["back." + extension]);
            string Field(string name) => image.Contains(name) ? (string)image.Get(name) : "";
            return (Field("exif-ifd0-Make"), Field("exif-ifd3-GPSLatitude"));
        }
    }

    [Fact]
    public void Region_OfAPicture_IsThatPartOfTheWhole()
    {
        using var folder = new TemporaryFolder();
        using (var image = Pictures.FromPixels(DrawnImage.Rgb(301, 203, seed: 3), 3, 301, 203)) File.WriteAllBytes(folder["in.png"], image.PngsaveBuffer());
        using var run = new InProcess();
        Assert.Equal(0, run.Run(["compress", folder["in.png"], folder["a.vq"], "--model", model.Folder]));
        Assert.Equal(0, run.Run(["decompress", folder["a.vq"], folder["whole.png"], "--model", model.Folder]));
        Assert.Equal(0, run.Run(["decompress", folder["a.vq"], folder["part.png"], "--region", "90,50,120,77", "--model", model.Folder]));
        using var whole = Image.NewFromFile(folder["whole.png"]);
        using var crop = whole.Crop(90, 50, 120, 77);
        using var part = Image.NewFromFile(folder["part.png"]);
        Assert.Equal((120, 77), (part.Width, part.Height));

        // Windows differ, and with them the order of additions.
        var differences = crop.WriteToMemory<byte>().Zip(part.WriteToMemory<byte>(), (a, b) => Math.Abs(a - b));
        Assert.InRange(differences.Max(), 0, 1);

        Assert.Equal(2, run.Run(["decompress", folder["a.vq"], folder["no.png"], "--region", "290,0,12,5", "--model", model.Folder]));
        Assert.Contains("is 301x203, 290,0,12,5 is not inside it", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["no.png"]));
    }

    [Fact]
    public void Partial_FileCutShort_GivesTheCoarserPictureOnRequestAlone()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["in.png"], Pictures.Png());
        using var run = new InProcess();
        Assert.Equal(0, run.Run(["compress", folder["in.png"], folder["a.vq"], "--model", model.Folder]));
        File.WriteAllBytes(folder["cut.vq"], File.ReadAllBytes(folder["a.vq"])[..^6]);
        Assert.Equal(1, run.Run(["decompress", folder["cut.vq"], folder["cut.png"], "--model", model.Folder]));
        Assert.False(File.Exists(folder["cut.png"]));
        Assert.Equal(0, run.Run(["decompress", folder["cut.vq"], folder["cut.png"], "--partial", "--model", model.Folder]));
        Assert.Equal(0, run.Run(["decompress", folder["a.vq"], folder["two.png"], "--stages", "2", "--model", model.Folder]));
        Assert.Equal(File.ReadAllBytes(folder["two.png"]), File.ReadAllBytes(folder["cut.png"]));
        Assert.Contains("2 of the file's 3 stages; the file is cut short", run.Output, StringComparison.Ordinal);
        Assert.Matches(@"2 of the file's 3 stages\r?\n", run.Output);
    }

    [Fact]
    public void MaxPixels_SmallerThanThePicture_RefusesBothWays()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["in.png"], Pictures.Png());
        using var run = new InProcess();
        Assert.Equal(1, run.Run(["compress", folder["in.png"], folder["a.vq"], "--max-pixels", "1000", "--model", model.Folder]));
        Assert.Contains("61x43 is more than the 1000 pixels that are allowed", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, run.Run(["compress", folder["in.png"], folder["a.vq"], "--model", model.Folder]));
        Assert.Equal(1, run.Run(["decompress", folder["a.vq"], folder["a.png"], "--max-pixels", "1000", "--model", model.Folder]));
        Assert.Contains("expected at most 1000 pixels", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["a.png"]));
    }

    private static byte[] Encode(string kind)
    {
        using var rgb = Pictures.RgbImage();
        using var grey = Pictures.GreyImage();
        using var alpha = Pictures.FromPixels(Pictures.Grey(seed: 8), 1);
        switch (Path.GetFileNameWithoutExtension(kind))
        {
            case "rgb16":
                return Wide(rgb, Enums.Interpretation.Rgb16).PngsaveBuffer(bitdepth: 16);
            case "grey16":
                return Wide(grey, Enums.Interpretation.Grey16).PngsaveBuffer(bitdepth: 16);
            case "greyalpha16":
                return Wide(grey.Bandjoin(alpha), Enums.Interpretation.Grey16).PngsaveBuffer(bitdepth: 16);
            case "cmyk":
                return rgb.IccTransform("cmyk").JpegsaveBuffer(q: 95);
            case "palette":
                return rgb.PngsaveBuffer(palette: true);
            case "grey":
                return grey.PngsaveBuffer();
            case "greyalpha":
                return grey.Bandjoin(alpha).PngsaveBuffer();
            case "rgba":
                return rgb.Bandjoin(alpha).PngsaveBuffer();
            case "opaque":
                return Pictures.WithAlpha(rgb, 255).PngsaveBuffer();
            case "p3":
                return rgb.IccTransform("p3").JpegsaveBuffer(q: 95);
            case "lzw":
                return rgb.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Lzw);
            default:
                using (var turned = rgb.Mutate(m => m.Set(GValue.GIntType, "orientation", kind["turned".Length] - '0'))) return turned.JpegsaveBuffer(q: 95);
        }
    }

    /// <summary>The picture in 16 bits.</summary>
    private static Image Wide(Image image, Enums.Interpretation interpretation)
    {
        using var scaled = image.Cast(Enums.BandFormat.Ushort) * 257;
        using var cast = scaled.Cast(Enums.BandFormat.Ushort);
        return cast.Copy(interpretation: interpretation);
    }
}
