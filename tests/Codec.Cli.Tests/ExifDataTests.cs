using NetVips;
using VqVae.Codec.Cli.Images;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Tests;

public sealed class ExifDataTests
{
    private const string Make = "exif-ifd0-Make", Date = "exif-ifd2-DateTimeOriginal", Latitude = "exif-ifd3-GPSLatitude";

    [Theory]
    [InlineData("jpg", ExifMode.Keep)]
    [InlineData("png", ExifMode.Keep)]
    [InlineData("webp", ExifMode.Keep)]
    [InlineData("jpg", ExifMode.All)]
    public void Open_PictureWithMetadata_KeepsThemFittingTheUprightPicture(string kind, object mode)
    {
        var exif = Exif(Photo(kind), (ExifMode)mode);
        Assert.True(exif.AsSpan().StartsWith("II*\0"u8) || exif.AsSpan().StartsWith("MM\0*"u8), Convert.ToHexString(exif.AsSpan(0, 4)));
        using var read = Parse(exif);
        Assert.StartsWith("Acme", (string)read.Get(Make), StringComparison.Ordinal);
        Assert.StartsWith("2020:01:02 03:04:05", (string)read.Get(Date), StringComparison.Ordinal);
        Assert.Equal(1, read.Get("orientation"));
        Assert.StartsWith("1 ", (string)read.Get("exif-ifd2-ColorSpace"), StringComparison.Ordinal);

        // Stored 61×43 and turned by a quarter.
        Assert.StartsWith("43 ", (string)read.Get("exif-ifd2-PixelXDimension"), StringComparison.Ordinal);
        Assert.StartsWith("61 ", (string)read.Get("exif-ifd2-PixelYDimension"), StringComparison.Ordinal);
        Assert.Equal((ExifMode)mode == ExifMode.All, read.Contains(Latitude));
    }

    [Fact]
    public void Open_MetadataWithPlaceAndThumbnail_LeavesThemOutUnlessAskedFor()
    {
        var photo = Photo("jpg", thumbnail: true);
        var (kept, all) = (Exif(photo, ExifMode.Keep), Exif(photo, ExifMode.All));
        using (var read = Parse(kept))
            Assert.DoesNotContain(read.GetFields(), f => f.StartsWith("exif-ifd3", StringComparison.Ordinal) || f.StartsWith("exif-ifd1", StringComparison.Ordinal) || f == "jpeg-thumbnail-data");
        Assert.Equal(-1, kept.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]));
        using (var read = Parse(all)) Assert.True(read.Contains("jpeg-thumbnail-data") && read.Contains(Latitude));
        Assert.NotEqual(-1, all.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Open_PrivateTags_AreLeftOutUnlessAskedFor(bool little)
    {
        // MakerNote, UserComment, unique id, owner, serial numbers and a tag without a name in the EXIF directory; XMP, IPTC and Photoshop's in both.
        int[] everywhere = [0x02bc, 0x83bb, 0x8649, 0xfde8], exifOnly = [0x927c, 0x9286, 0xa420, 0xa430, 0xa431, 0xa435];
        var tiff = RawExif.Build(
            little,
            [(0x010f, 2, "Acme Cameras\0"u8.ToArray()), (0x013b, 2, "Ada\0"u8.ToArray()), .. everywhere.Select(t => (t, 7, "SECRET-IN-0"u8.ToArray()))],
            [
                (0x829a, 5, RawExif.Rational(1, 60, little)), (0x9003, 2, "2020:01:02 03:04:05\0"u8.ToArray()), (0xa434, 2, "Lens 50mm\0"u8.ToArray()),
                .. everywhere.Concat(exifOnly).Select(t => (t, 7, "SECRET-IN-2"u8.ToArray())),
            ]);
        using var image = Pictures.RgbImage();
        using var tagged = image.Mutate(m => m.Set(GValue.BlobType, ExifData.Field, tiff));
        var photo = tagged.JpegsaveBuffer();
        Assert.NotEqual(-1, photo.AsSpan().IndexOf("SECRET"u8));

        var kept = Exif(photo, ExifMode.Keep);
        Assert.Equal(-1, kept.AsSpan().IndexOf("SECRET"u8));
        using var read = Parse(kept);
        Assert.StartsWith("Acme Cameras", (string)read.Get(Make), StringComparison.Ordinal);
        Assert.StartsWith("Ada", (string)read.Get("exif-ifd0-Artist"), StringComparison.Ordinal);
        Assert.StartsWith("1/60", (string)read.Get("exif-ifd2-ExposureTime"), StringComparison.Ordinal);
        Assert.StartsWith("2020:01:02 03:04:05", (string)read.Get(Date), StringComparison.Ordinal);
        Assert.StartsWith("Lens 50mm", (string)read.Get("exif-ifd2-LensModel"), StringComparison.Ordinal);
        Assert.NotEqual(-1, Exif(photo, ExifMode.All).AsSpan().IndexOf("SECRET"u8));
    }

    [Fact]
    public void Open_PrivateTagsAlone_KeepsNothing()
    {
        using var image = Pictures.RgbImage();
        using var tagged = image.Mutate(m => m.Set(GValue.BlobType, ExifData.Field, RawExif.Build(true, [(0x02bc, 7, "SECRET-XMP"u8.ToArray())], [(0xa431, 2, "SECRET-1\0"u8.ToArray())])));
        Assert.Empty(Exif(tagged.JpegsaveBuffer(), ExifMode.Keep));
    }

    [Fact]
    public void Ordinary_AnyBytes_NeverFails()
    {
        var random = new Random(8);
        var tiff = RawExif.Build(true, [(0x010f, 2, "Acme Cameras\0"u8.ToArray())], [(0x829a, 5, RawExif.Rational(1, 60, little: true))]);
        Assert.NotEmpty(ExifTags.Ordinary(tiff));
        for (var length = 0; length < tiff.Length; length++) Assert.InRange(ExifTags.Ordinary(tiff.AsSpan(0, length)).Length, 0, tiff.Length);
        for (var i = 0; i < 2000; i++)
        {
            var damaged = (byte[])tiff.Clone();
            for (var n = random.Next(1, 5); n > 0; n--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            Assert.InRange(ExifTags.Ordinary(damaged).Length, 0, 2 * tiff.Length);
        }
    }

    [Fact]
    public void Open_NotAskedFor_KeepsNothing() => Assert.Empty(Exif(Photo("jpg"), ExifMode.None));

    [Fact]
    public void Open_PictureWithoutMetadata_HasNoneAndSaysNothing() => Assert.Empty(Exif(Pictures.Png(), ExifMode.All));

    [Theory]
    [InlineData(6, 0)]
    [InlineData(8, 9)]
    [InlineData(12, 0x7f)]
    public void Open_MalformedMetadata_AreLeftOutWithANote(int offset, byte value)
    {
        var photo = Photo("jpg");
        photo[photo.AsSpan().IndexOf("Exif\0\0"u8) + offset] = value;
        if (offset == 12) photo[photo.AsSpan().IndexOf("Exif\0\0"u8) + 13] = value;
        var warnings = new List<string>();
        using var reader = PictureReader.Open(PictureContent.OfBytes(photo, "a.jpg"), new PictureOptions { Exif = ExifMode.Keep, Warn = warnings.Add });
        Assert.Empty(reader.Exif);
        Assert.StartsWith("a.jpg: its EXIF metadata cannot be read", Assert.Single(warnings), StringComparison.Ordinal);
        reader.ReadRows(0, new byte[reader.RowBytes * reader.Height]);
    }

    [Fact]
    public void Open_RandomDamageInMetadata_NeverFails()
    {
        var photo = Photo("jpg", thumbnail: true);
        var at = photo.AsSpan().IndexOf("Exif\0\0"u8);
        var random = new Random(4);
        for (var i = 0; i < 100; i++)
        {
            var damaged = (byte[])photo.Clone();
            for (var n = random.Next(1, 5); n > 0; n--) damaged[at + 6 + random.Next(300)] = (byte)random.Next(256);
            using var reader = PictureReader.Open(PictureContent.OfBytes(damaged, "a.jpg"), new PictureOptions { Exif = ExifMode.All, Warn = _ => { } });
            Assert.InRange(reader.Exif.Length, 0, photo.Length);
        }
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3 })]
    [InlineData(new byte[] { 0x49, 0x49, 0x2a, 0, 8, 0, 0, 0, 0xff, 0xff })]
    public void Resize_AnyBytes_AreRewrittenOrLeftOut(byte[] bytes)
    {
        var warnings = new List<string>();
        Assert.Empty(ExifData.Resize(bytes, (10, 10), warnings.Add));
        Assert.Single(warnings);
    }

    [Fact]
    public void Resize_Metadata_StateTheNewSize()
    {
        using var read = Parse(ExifData.Resize(Exif(Photo("jpg"), ExifMode.Keep), (7, 9), _ => Assert.Fail("nothing is left out")));
        Assert.StartsWith("7 ", (string)read.Get("exif-ifd2-PixelXDimension"), StringComparison.Ordinal);
        Assert.StartsWith("Acme", (string)read.Get(Make), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(ImageKind.Png)]
    [InlineData(ImageKind.Jpeg)]
    [InlineData(ImageKind.WebP)]
    public void Write_Metadata_AreInTheFile(object kind)
    {
        var exif = Exif(Photo("jpg"), ExifMode.Keep);
        using var stream = new MemoryStream();
        using (var writer = ImageWriter.Open(stream, (ImageKind)kind, Pictures.Height, Pictures.Width, PixelFormat.Rgb24, new WriteOptions(), exif))
        {
            writer.WriteRows(Pictures.Rgb());
            writer.Finish();
        }

        using var read = Image.NewFromBuffer(stream.ToArray());
        Assert.StartsWith("Acme", (string)read.Get(Make), StringComparison.Ordinal);
        Assert.Equal(1, read.Get("orientation"));
        Assert.StartsWith("43 ", (string)read.Get("exif-ifd2-PixelXDimension"), StringComparison.Ordinal);
    }

    /// <summary>A photo as a camera writes it, lying on its side.</summary>
    internal static byte[] Photo(string kind, bool thumbnail = false)
    {
        using var image = Pictures.RgbImage();
        using var tagged = image.Mutate(m =>
        {
            m.Set(GValue.GStrType, Make, "Acme (Acme, ASCII, 5 components, 5 bytes)");
            m.Set(GValue.GStrType, Date, "2020:01:02 03:04:05 (2020:01:02 03:04:05, ASCII, 20 components, 20 bytes)");
            m.Set(GValue.GStrType, Latitude, "50/1 30/1 0/1 (50, 30, 0, Rational, 3 components, 24 bytes)");
            m.Set(GValue.GIntType, "orientation", 6);
            if (thumbnail) m.Set(GValue.BlobType, "jpeg-thumbnail-data", image.JpegsaveBuffer(q: 20, keep: Enums.ForeignKeep.None));
        });
        return kind switch
        {
            "jpg" => tagged.JpegsaveBuffer(q: 95),
            "webp" => tagged.WebpsaveBuffer(lossless: true),
            _ => tagged.PngsaveBuffer(),
        };
    }

    private static byte[] Exif(byte[] photo, ExifMode mode)
    {
        using var reader = PictureReader.Open(
            PictureContent.OfBytes(photo, "test"), new PictureOptions { Exif = mode, Warn = message => Assert.Fail(message) });
        return reader.Exif;
    }

    private static Image Parse(byte[] exif)
    {
        using var black = Image.Black(1, 1);
        return black.Mutate(m => m.Set(GValue.BlobType, ExifData.Field, exif));
    }
}
