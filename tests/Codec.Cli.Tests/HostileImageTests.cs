using System.Text;
using NetVips;
using VqVae.Codec.Cli.Images;
using VqVae.Imaging;

namespace VqVae.Codec.Cli.Tests;

public sealed class HostileImageTests
{
    public static TheoryData<string, byte[]> OtherFormats => new()
    {
        { "gif", [.. "GIF89a\u0001\0\u0001\0\u0080\0\0"u8, 0, 0, 0, 255, 255, 255, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b] },
        { "svg", Encoding.UTF8.GetBytes("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><rect width=\"9\" height=\"9\"/></svg>") },
        { "ppm", Encoding.ASCII.GetBytes("P6\n2 1\n255\n123456") },
        { "csv", Encoding.ASCII.GetBytes("1,2\n3,4\n") },
        { "bmp", [.. "BM"u8, .. new byte[60]] },
        { "pdf", Encoding.ASCII.GetBytes("%PDF-1.4\n") },
        { "avif", [0, 0, 0, 28, .. "ftypavif\0\0\0\0avifmif1miaf"u8] },
        { "short", [0x89, 0x50] },
    };

    public static TheoryData<string> Kinds => ["png", "jpeg", "webp", "tiff"];

    [Theory]
    [MemberData(nameof(OtherFormats))]
    public void Read_OtherFormat_IsRefused(string kind, byte[] content)
    {
        var error = Assert.Throws<ImageException>(() => ImageReader.Read(content, "x." + kind));
        Assert.Equal($"x.{kind}: not a PNG, JPEG, WebP or TIFF picture", error.Message);
    }

    [Fact]
    public void Read_EmptyFile_SaysSo() =>
        Assert.Equal("a.png: the file is empty", Assert.Throws<ImageException>(() => ImageReader.Read([], "a.png")).Message);

    [Theory]
    [InlineData(60000, 60000)]
    [InlineData(16385, 16384)]
    public void Read_PixelBomb_IsRefusedFromTheHeader(int width, int height)
    {
        var bomb = Pictures.PngClaiming(width, height);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var error = Assert.Throws<ImageException>(() => ImageReader.Read(bomb, "bomb.png"));
        Assert.Contains($"{width}x{height} is more than the 268435456 pixels that are allowed; --max-pixels sets the limit", error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void Read_JpegBomb_IsRefusedFromTheHeader()
    {
        var jpeg = Encode("jpeg");
        var frame = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xff, 0xc0]);
        for (var i = 0; i < 4; i++) jpeg[frame + 5 + i] = 0xf0;
        Assert.Contains("61680x61680 is more than", Assert.Throws<ImageException>(() => ImageReader.Read(jpeg, "bomb.jpg")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Read_CutShort_IsAnErrorOrTheWholePicture(string kind)
    {
        var file = Encode(kind);
        var whole = ImageReader.Read(file, "test").Pixels;
        var errors = 0;
        for (var length = 0; length < file.Length; length += length < 64 ? 1 : 37)
        {
            try
            {
                // A format's last bytes may carry nothing that the pixels need, such as a JPEG's end marker.
                Assert.Equal(whole, ImageReader.Read(file[..length], "test").Pixels);
                Assert.InRange(length, file.Length * 0.9, file.Length);
            }
            catch (ImageException e)
            {
                errors++;
                Assert.DoesNotContain('\n', e.Message);
            }
        }

        Assert.InRange(errors, 60, int.MaxValue);
    }

    [Fact]
    public void Read_FlippedBitInPng_IsAnErrorOrTheWholePicture()
    {
        var file = Encode("png");
        var whole = ImageReader.Read(file, "test").Pixels;
        var random = new Random(5);
        var errors = 0;
        for (var i = 0; i < 300; i++)
        {
            var damaged = (byte[])file.Clone();
            damaged[random.Next(damaged.Length)] ^= (byte)(1 << random.Next(8));
            try
            {
                Assert.Equal(whole, ImageReader.Read(damaged, "test").Pixels);
            }
            catch (ImageException)
            {
                errors++;
            }
        }

        Assert.InRange(errors, 250, 300);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Read_RandomDamage_NeverThrowsAnythingElse(string kind)
    {
        var file = Encode(kind);
        var random = new Random(6);
        for (var i = 0; i < 200; i++)
        {
            var damaged = (byte[])file.Clone();
            for (var n = random.Next(1, 6); n > 0; n--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            try
            {
                var read = ImageReader.Read(damaged, "test", new BackgroundColor(0, 0, 0));
                Assert.InRange((long)read.Width * read.Height, 1, ImageReader.MaxPixels);
            }
            catch (ImageException)
            {
            }
        }
    }

    [Fact]
    public void Read_SignedSamples_AreRefused()
    {
        using var image = Pictures.RgbImage();
        using var wide = image.Cast(Enums.BandFormat.Int);
        Assert.Contains("'Int'", Assert.Throws<ImageException>(() => ImageReader.Read(wide.TiffsaveBuffer(), "test")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_LabColours_AreRefused()
    {
        using var image = Pictures.RgbImage();
        using var lab = image.Colourspace(Enums.Interpretation.Lab);
        var error = Assert.Throws<ImageException>(() => ImageReader.Read(lab.TiffsaveBuffer(), "test"));
        Assert.Contains("only grey, RGB and CMYK", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_TwoExtraChannels_AreRefused()
    {
        using var image = Pictures.RgbImage();
        using var four = Pictures.WithAlpha(image, 255);
        using var five = Pictures.WithAlpha(four, 255);
        var error = Assert.Throws<ImageException>(() => ImageReader.Read(five.TiffsaveBuffer(), "test"));
        Assert.Contains("got 5", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Encode(string kind)
    {
        using var image = Pictures.RgbImage();
        return kind switch
        {
            "png" => image.PngsaveBuffer(),
            "jpeg" => image.JpegsaveBuffer(q: 90),
            "webp" => image.WebpsaveBuffer(q: 90),
            _ => image.TiffsaveBuffer(compression: Enums.ForeignTiffCompression.Deflate),
        };
    }
}
