using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.ImageLibraries;

/// <summary>The embedding guide's code for each image library, run on a picture whose pixels are known.</summary>
public sealed class LibraryTests(PhotoModel model) : IClassFixture<PhotoModel>
{
    private delegate byte[] Compress(VqCodec codec, string path);

    private delegate void Decompress(VqCodec codec, byte[] vq, string path);

    /// <summary>System.Drawing is compiled everywhere and runs on Windows only.</summary>
    public static TheoryData<string> Libraries => OperatingSystem.IsWindows() ? ["ImageSharp", "SkiaSharp", "NetVips", "System.Drawing"] : ["ImageSharp", "SkiaSharp", "NetVips"];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Compress_TransparentPicture_TakesItsExactPixels(string library)
    {
        using var folder = new TemporaryFolder();
        ColoredPicture.Save(folder["in.png"], opaque: false);
        var vq = Of(library).Compress(model.Codec, folder["in.png"]);
        Assert.Equal(model.Codec.Compress(ColoredPicture.Rgba(opaque: false), ColoredPicture.Width, ColoredPicture.Height, PixelFormat.Rgba32), vq);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Compress_OpaquePicture_LeavesNoAlphaInTheFile(string library)
    {
        using var folder = new TemporaryFolder();
        ColoredPicture.Save(folder["in.png"], opaque: true);
        var info = VqFile.ReadInfo(Of(library).Compress(model.Codec, folder["in.png"]));
        Assert.Equal((ColoredPicture.Width, ColoredPicture.Height, PixelFormat.Rgb24), (info.Width, info.Height, info.Format));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Decompress_TransparentPicture_SavesItsExactPixels(string library)
    {
        using var folder = new TemporaryFolder();
        var vq = model.Codec.Compress(ColoredPicture.Rgba(opaque: false), ColoredPicture.Width, ColoredPicture.Height, PixelFormat.Rgba32);
        Of(library).Decompress(model.Codec, vq, folder["out.png"]);
        var (width, height, rgba) = ColoredPicture.Read(folder["out.png"]);
        Assert.Equal((ColoredPicture.Width, ColoredPicture.Height), (width, height));
        Assert.Equal(model.Codec.Decompress(vq).Pixels, rgba);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void RoundTrip_Picture_ComesBackUprightInItsColors(string library)
    {
        using var folder = new TemporaryFolder();
        ColoredPicture.Save(folder["in.png"], opaque: false);
        Of(library).Decompress(model.Codec, Of(library).Compress(model.Codec, folder["in.png"]), folder["out.png"]);

        var (original, back) = (ColoredPicture.Rgba(opaque: false), ColoredPicture.Read(folder["out.png"]).Rgba);
        Assert.InRange(ColoredPicture.Psnr(original, back), 28, 60);
        Assert.Equal(original.Where((_, i) => i % 4 == 3), back.Where((_, i) => i % 4 == 3));

        // What a swap of channels or a flip would give, so that the figure above can tell.
        byte[] swapped = [.. original.Chunk(4).SelectMany(pixel => new[] { pixel[2], pixel[1], pixel[0], pixel[3] })];
        byte[] flipped = [.. original.Chunk(4 * ColoredPicture.Width).Reverse().SelectMany(row => row)];
        Assert.InRange(ColoredPicture.Psnr(original, swapped), 0, 15);
        Assert.InRange(ColoredPicture.Psnr(original, flipped), 0, 15);
    }

    [Theory]
    [InlineData("ImageSharp", true)]
    [InlineData("NetVips", true)]
    [InlineData("SkiaSharp", false)]
    public void Compress_PictureThatExifTurns_IsTurnedAsTheGuideSays(string library, bool isTurned)
    {
        using var folder = new TemporaryFolder();
        ColoredPicture.Save(folder["in.jpg"], opaque: true, picture => picture.Mutate(m => m.Set(NetVips.GValue.GIntType, "orientation", 6)));
        var image = model.Codec.Decompress(Of(library).Compress(model.Codec, folder["in.jpg"]));
        Assert.Equal(isTurned ? (ColoredPicture.Height, ColoredPicture.Width) : (ColoredPicture.Width, ColoredPicture.Height), (image.Width, image.Height));

        // Turned clockwise, the red of the left upper corner is in the right upper one.
        var corner = image.Pixels.AsSpan(3 * ((4 * image.Width) + (isTurned ? image.Width - 5 : 4)), 3);
        Assert.True(corner[0] > 150 && corner[1] < 100 && corner[2] < 100, $"expected red, got {corner[0]}, {corner[1]}, {corner[2]}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Compress_EachOrientation_IsTheSameThroughBothLibrariesThatTurn(int orientation)
    {
        using var folder = new TemporaryFolder();
        ColoredPicture.Save(folder["in.jpg"], opaque: true, picture => picture.Mutate(m => m.Set(NetVips.GValue.GIntType, "orientation", orientation)));
        var (vips, sharp) = (Back("NetVips"), Back("ImageSharp"));
        Assert.Equal((vips.Width, vips.Height), (sharp.Width, sharp.Height));
        Assert.InRange(ColoredPicture.Psnr(vips.Pixels, sharp.Pixels), 28, double.PositiveInfinity);

        VqImage Back(string library) => model.Codec.Decompress(Of(library).Compress(model.Codec, folder["in.jpg"]), new VqDecompressOptions { Format = PixelFormat.Rgba32 });
    }

    [Theory]
    [InlineData("in.png")]
    [InlineData("in.jpg")]
    public void NetVips_PictureOfManyStrips_IsTheOneCompressedWhole(string name)
    {
        using var folder = new TemporaryFolder();
        var (width, height) = (1000, 1301);
        using (var rows = NetVips.Image.NewFromMemory(DrawnImage.Rgb(width, height, seed: 3), width, height, 3, NetVips.Enums.BandFormat.Uchar))
        using (var picture = rows.Copy(interpretation: NetVips.Enums.Interpretation.Srgb))
            picture.WriteToFile(folder[name]);
        using var whole = NetVips.Image.NewFromFile(folder[name]);
        Assert.Equal(model.Codec.Compress(whole.WriteToMemory<byte>(), width, height), NetVipsPictures.Compress(model.Codec, folder[name]));
    }

    [Theory]
    [InlineData("NetVips", true)]
    [InlineData("SkiaSharp", true)]
    [InlineData("ImageSharp", false)]
    public void Compress_PictureWithAColorProfile_IsConvertedAsTheGuideSays(string library, bool isConverted)
    {
        using var folder = new TemporaryFolder();
        ColoredPicture.Save(folder["p3.png"], opaque: true, picture => picture.IccTransform("p3", inputProfile: "srgb"));
        var image = model.Codec.Decompress(Of(library).Compress(model.Codec, folder["p3.png"]), new VqDecompressOptions { Format = PixelFormat.Rgba32 });
        var (low, high) = isConverted ? (28, 60) : (0, 25);
        Assert.InRange(ColoredPicture.Psnr(ColoredPicture.Rgba(opaque: true), image.Pixels), low, high);
    }

    [Fact]
    public void SkiaSharp_NoPicture_IsOneError()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["in.png"], "no picture");
        Assert.Throws<InvalidDataException>(() => SkiaSharpPictures.Compress(model.Codec, folder["in.png"]));
    }

    private static (Compress Compress, Decompress Decompress) Of(string library) => library switch
    {
        "ImageSharp" => (ImageSharpPictures.Compress, ImageSharpPictures.Decompress),
        "SkiaSharp" => (SkiaSharpPictures.Compress, SkiaSharpPictures.Decompress),
        "NetVips" => (NetVipsPictures.Compress, NetVipsPictures.Decompress),
        "System.Drawing" when OperatingSystem.IsWindows() => (SystemDrawingPictures.Compress, SystemDrawingPictures.Decompress),
        _ => throw new ArgumentException($"there is no code for {library}"),
    };
}
