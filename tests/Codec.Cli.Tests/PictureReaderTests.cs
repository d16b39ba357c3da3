using NetVips;
using VqVae.Codec.Cli.Images;
using VqVae.Imaging;
using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.Codec.Cli.Tests;

/// <summary>Rows that come bit by bit are those of the whole picture, from disk as from memory.</summary>
public sealed class PictureReaderTests
{
    [Theory]
    [InlineData("png")]
    [InlineData("jpg")]
    [InlineData("progressive.jpg")]
    [InlineData("webp")]
    [InlineData("tif")]
    [InlineData("turned.png")]
    [InlineData("mirrored.png")]
    [InlineData("p3.png")]
    public void ReadRows_FromDiskInOddPortions_GivesTheWholePicture(string kind)
    {
        using var folder = new TemporaryFolder();
        var path = folder["in." + kind];
        File.WriteAllBytes(path, Encode(kind));
        var whole = ImageReader.Read(File.ReadAllBytes(path), "test");

        using var reader = PictureReader.Open(PictureContent.OfFile(path), new PictureOptions());
        Assert.Equal((whole.Width, whole.Height, whole.Format), (reader.Width, reader.Height, reader.Format));
        var pixels = new byte[whole.Pixels.Length];
        var random = new Random(5);
        for (var y = 0; y < reader.Height;)
        {
            var rows = Math.Min(random.Next(1, 60), reader.Height - y);
            reader.ReadRows(y, pixels.AsSpan(y * reader.RowBytes, rows * reader.RowBytes));
            y += rows;
        }

        Assert.Equal(whole.Pixels, pixels);
    }

    [Fact]
    public void ReadRows_ByManyThreadsInTurn_GivesTheWholePicture()
    {
        var pixels = DrawnImage.Rgb(200, 300, seed: 3);
        using var image = Pictures.FromPixels(pixels, 3, 200, 300);
        using var reader = PictureReader.Open(PictureContent.OfBytes(image.PngsaveBuffer(), "test"), new PictureOptions());
        var read = new byte[pixels.Length];
        for (var y = 0; y < 300; y += 20)
        {
            var first = y;
            var thread = new Thread(() => reader.ReadRows(first, read.AsSpan(first * 600, 20 * 600)));
            thread.Start();
            thread.Join();
        }

        Assert.Equal(pixels, read);
    }

    [Fact]
    public void Dispose_BeforeTheLastRow_EndsTheThread()
    {
        using var image = Pictures.FromPixels(DrawnImage.Rgb(2000, 2000, seed: 5), 3, 2000, 2000);
        var reader = PictureReader.Open(PictureContent.OfBytes(image.PngsaveBuffer(compression: 1), "test"), new PictureOptions());
        reader.ReadRows(0, new byte[reader.RowBytes]);
        reader.Dispose();
    }

    [Theory]
    [InlineData(0, 2, true)]
    [InlineData(1, 1, false)]
    [InlineData(0, Pictures.Height + 1, false)]
    public void ReadRows_NotTheNextRows_IsRefused(int y, int rows, bool fits)
    {
        using var reader = PictureReader.Open(PictureContent.OfBytes(Pictures.Png(), "a.png"), new PictureOptions());
        var target = new byte[rows * reader.RowBytes];
        if (fits) reader.ReadRows(y, target);
        else Assert.Throws<ArgumentException>(() => reader.ReadRows(y, target));
        Assert.Throws<ArgumentException>(() => reader.ReadRows(0, new byte[reader.RowBytes + 1]));
    }

    [Fact]
    public void Open_OverTheLimit_IsRefusedBeforeItIsDecoded()
    {
        var options = new PictureOptions { MaxPixels = (Pictures.Width * Pictures.Height) - 1 };
        var error = Assert.Throws<ImageException>(() => PictureReader.Open(PictureContent.OfBytes(Pictures.Png(), "a.png"), options));
        Assert.Contains($"a.png: {Pictures.Width}x{Pictures.Height} is more than the {options.MaxPixels} pixels that are allowed", error.Message, StringComparison.Ordinal);
        PictureReader.Open(PictureContent.OfBytes(Pictures.Png(), "a.png"), options with { MaxPixels = options.MaxPixels + 1 }).Dispose();
    }

    [Fact]
    public void ReadRows_Cancelled_Throws()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        using var reader = PictureReader.Open(PictureContent.OfBytes(Pictures.Png(), "a.png"), new PictureOptions());
        Assert.Throws<OperationCanceledException>(() => reader.ReadRows(0, new byte[reader.RowBytes], source.Token));
    }

    [Fact]
    public void PsnrMeter_InPortions_IsThatOfTheWholeAndOfWhatCanBeSeen()
    {
        byte[] a = [10, 20, 30, 255, 0, 0, 0, 0], b = [12, 20, 30, 255, 90, 90, 90, 0];
        var meter = new PsnrMeter(PixelFormat.Rgba32);
        meter.Add(a.AsSpan(0, 4), b.AsSpan(0, 4));
        meter.Add(a.AsSpan(4), b.AsSpan(4));
        Assert.Equal(10 * Math.Log10(255 * 255 * 3 / 4.0), meter.Value, 9);
        Assert.True(meter.SameAlpha);
        meter.Add(a.AsSpan(0, 4), [10, 20, 30, 254]);
        Assert.False(meter.SameAlpha);
    }

    private static byte[] Encode(string kind)
    {
        using var image = Pictures.FromPixels(DrawnImage.Rgb(150, 210, seed: 4), 3, 150, 210);
        Image Turned(int orientation) => image.Mutate(m => m.Set(GValue.GIntType, "orientation", orientation));
        switch (kind)
        {
            case "jpg":
                return image.JpegsaveBuffer(q: 95);
            case "progressive.jpg":
                return image.JpegsaveBuffer(q: 95, interlace: true);
            case "webp":
                return image.WebpsaveBuffer(q: 95);
            case "tif":
                return image.TiffsaveBuffer(tile: true, tileWidth: 32, tileHeight: 32);
            case "turned.png":
                using (var turned = Turned(6)) return turned.PngsaveBuffer();
            case "mirrored.png":
                using (var mirrored = Turned(2)) return mirrored.PngsaveBuffer();
            case "p3.png":
                using (var p3 = image.IccTransform("p3")) return p3.PngsaveBuffer();
            default:
                return image.PngsaveBuffer();
        }
    }
}
