using VqVae.Codec.Cli.Evaluation.Metrics;
using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.Codec.Cli.Tests.Evaluation;

/// <summary>The measures against values by hand and against the papers' formulas in float64, with which the trainer's are tested, too.</summary>
public sealed class PictureQualityTests
{
    private const int Width = 173, Height = 165;

    [Fact]
    public void Measure_DrawnPictureAndANoisyOne_IsTheFormulasOfThePapers()
    {
        var (original, decoded) = (Drawn(), Noisy(Drawn(), 30));
        var quality = PictureQuality.Measure(original, decoded);
        double[][,] a = [.. Enumerable.Range(0, 3).Select(c => Channel(original, c))], b = [.. Enumerable.Range(0, 3).Select(c => Channel(decoded, c))];
        var (lumaA, lumaB) = (Luma(a), Luma(b));

        Assert.Equal(10 * Math.Log10(255 * 255 / a.Zip(b, SquaredError).Average()), quality.PsnrRgb, 1e-4);
        Assert.Equal(10 * Math.Log10(255 * 255 / SquaredError(lumaA, lumaB)), quality.PsnrLuma, 1e-4);
        Assert.Equal(a.Zip(b, (x, y) => ReferenceSimilarity.Ssim(x, y, 255).Similarity).Average(), quality.SsimRgb, 1e-5);
        Assert.Equal(ReferenceSimilarity.Ssim(lumaA, lumaB, 255).Similarity, quality.SsimLuma, 1e-5);
        Assert.Equal(a.Zip(b, (x, y) => ReferenceSimilarity.MsSsim(x, y, 255, scales: 5)).Average(), quality.MsSsimRgb, 1e-5);
        Assert.Equal(ReferenceSimilarity.MsSsim(lumaA, lumaB, 255, scales: 5), quality.MsSsimLuma, 1e-5);

        // Guards against a pair on which nothing can be told apart.
        Assert.InRange(quality.MsSsimLuma, 0.5, 0.98);
    }

    [Fact]
    public void Measure_OnlyRedDiffers_IsTheValueByHand()
    {
        // Red 10 higher everywhere: MSE 100/3 over three channels, luma 2.99 higher.
        var quality = PictureQuality.Measure(Flat(100, 100, 100), Flat(110, 100, 100));
        Assert.Equal(10 * Math.Log10(255 * 255 * 3 / 100.0), quality.PsnrRgb, 1e-4);
        Assert.Equal(20 * Math.Log10(255 / 2.99), quality.PsnrLuma, 1e-3);
    }

    [Fact]
    public void Measure_FlatPictures_HasBrightnessAlone()
    {
        // No contrast: its factor is 1, and MS-SSIM takes brightness on the coarsest scale alone, to the power .1333.
        var (x, y, c1) = (60.0, 90.0, Math.Pow(0.01 * 255, 2));
        var brightness = ((2 * x * y) + c1) / ((x * x) + (y * y) + c1);
        var quality = PictureQuality.Measure(Flat(60, 60, 60), Flat(90, 90, 90));
        Assert.Equal(brightness, quality.SsimLuma, 1e-4);
        Assert.Equal(Math.Pow(brightness, 0.1333), quality.MsSsimLuma, 1e-4);
        Assert.Equal(quality.SsimLuma, quality.SsimRgb, 1e-4);
    }

    [Fact]
    public void Measure_EqualPictures_IsPerfect()
    {
        var quality = PictureQuality.Measure(Drawn(), Drawn());
        Assert.Equal((PictureQuality.MostDecibels, PictureQuality.MostDecibels), (quality.PsnrRgb, quality.PsnrLuma));
        Assert.Equal(1, quality.SsimRgb, 1e-6);
        Assert.Equal(1, quality.MsSsimLuma, 1e-6);
    }

    [Fact]
    public void Measure_InvertedStructure_CountsAsZero()
    {
        var original = Noisy(Flat(128, 128, 128), 100);
        var inverted = original with { Pixels = [.. original.Pixels.Select(p => (byte)(255 - p))] };
        Assert.Equal(0, PictureQuality.Measure(original, inverted).MsSsimLuma);
    }

    [Theory]
    [InlineData(160, 400)]
    [InlineData(400, 160)]
    public void WithSsim_PictureTooSmall_IsRefused(int width, int height)
    {
        var plane = new Plane(width, height, new float[width * height]);
        Assert.Contains("161", Assert.Throws<ArgumentException>(() => MsSsim.WithSsim(plane, plane)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Measure_OtherSizeOrFormat_IsRefused()
    {
        var picture = Drawn();
        Assert.Throws<ArgumentException>(() => PictureQuality.Measure(picture, new VqImage(Height, Width, PixelFormat.Rgb24, picture.Pixels)));
        Assert.Throws<ArgumentException>(() => PictureQuality.Measure(picture with { Format = PixelFormat.Bgr24 }, picture with { Format = PixelFormat.Bgr24 }));
    }

    [Theory]
    [InlineData(0.9, 10)]
    [InlineData(0.99, 20)]
    [InlineData(0, 0)]
    [InlineData(1, PictureQuality.MostDecibels)]
    public void Decibels_OfASimilarity_IsMinusTenLogarithmsOfTheRest(double similarity, double expected) => Assert.Equal(expected, MsSsim.Decibels(similarity), 1e-9);

    [Fact]
    public void Mean_TwoPictures_IsTheMeanOfDecibels()
    {
        var mean = PictureQuality.Mean([new PictureQuality(20, 22, 0.5, 0.6, 0.7, 0.8), new PictureQuality(30, 32, 0.7, 0.8, 0.9, 1)]);
        Assert.Equal(25, mean.PsnrRgb);
        Assert.Equal(0.9, mean.MsSsimLuma, 1e-12);
    }

    private static VqImage Drawn() => new(Width, Height, PixelFormat.Rgb24, DrawnImage.Rgb(Width, Height, 3));

    private static VqImage Flat(byte r, byte g, byte b) => new(Width, Height, PixelFormat.Rgb24, [.. Enumerable.Range(0, 3 * Width * Height).Select(i => (i % 3) switch { 0 => r, 1 => g, _ => b })]);

    private static VqImage Noisy(VqImage picture, int noise)
    {
        var random = new Random(5);
        return picture with { Pixels = [.. picture.Pixels.Select(p => (byte)Math.Clamp(p + random.Next(-noise, noise + 1), 0, 255))] };
    }

    private static double[,] Channel(VqImage picture, int channel)
    {
        var values = new double[picture.Height, picture.Width];
        for (var i = 0; i < values.Length; i++) values[i / picture.Width, i % picture.Width] = picture.Pixels[(3 * i) + channel];
        return values;
    }

    private static double[,] Luma(double[][,] channels)
    {
        var luma = new double[Height, Width];
        for (var y = 0; y < Height; y++)
            for (var x = 0; x < Width; x++) luma[y, x] = (0.299 * channels[0][y, x]) + (0.587 * channels[1][y, x]) + (0.114 * channels[2][y, x]);
        return luma;
    }

    private static double SquaredError(double[,] a, double[,] b) => a.Cast<double>().Zip(b.Cast<double>(), (x, y) => (x - y) * (x - y)).Average();
}
