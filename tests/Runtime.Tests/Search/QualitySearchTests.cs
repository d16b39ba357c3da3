using VqVae.Models;

namespace VqVae.Runtime.Tests.Search;

/// <summary>The search among qualities, on images whose curves are made up.</summary>
public class QualitySearchTests
{
    private const double Pixels = 100_000;

    /// <summary>30 to 40 dB, doubling in bits every 2.5 dB; λ falls within four rate points.</summary>
    private static readonly QualityMap Map = new()
    {
        Default = 80,
        Levels = [.. Enumerable.Range(0, 100).Select(i => new QualityLevel(i / 25, 3, 1000 - (40 * (i % 25)), 30 + (0.1 * i), 0.1 * Math.Pow(2, i / 25.0)))],
    };

    [Theory]
    [InlineData(1.0)]
    [InlineData(0.3)]
    [InlineData(3.0)]
    public void Size_AnyTarget_IsNeverOverAndUsesMostOfIt(double scale)
    {
        for (var bytes = (int)(1500 * scale); bytes < 25_000 * scale; bytes += 777)
        {
            var tries = 0;
            var file = QualitySearch.Size(Map, VqTarget.Bytes(bytes), Pixels, level =>
            {
                tries++;
                return new QualityTry(new byte[Bytes(level, scale)], 0);
            });
            Assert.InRange(file.Length, Math.Min(0.97 * bytes, Bytes(Map[100], scale)), bytes);
            Assert.InRange(tries, 1, 10);
        }
    }

    [Fact]
    public void Size_BetweenTwoRatePoints_GoesOnWithASmallerLambda()
    {
        // The second rate point's coarsest file is a third larger than the first one's finest.
        var map = new QualityMap
        {
            Default = 80,
            Levels = [.. Enumerable.Range(0, 100).Select(i => new QualityLevel(i / 50, 1, 1000, 30 + (0.1 * i), 0.1 * Math.Pow(1.005, i) * (i < 50 ? 1 : 1.33)))],
        };
        var finest = Bytes(map[50]);
        for (var bytes = (int)(1.1 * finest); bytes < Bytes(map[51]); bytes += 37)
        {
            var file = QualitySearch.Size(map, VqTarget.Bytes(bytes), Pixels, level => new QualityTry(new byte[Bytes(level)], 0));
            Assert.InRange(file.Length, Math.Max(finest + 1, 0.9 * bytes), bytes);
        }

        static int Bytes(QualityLevel level) => (int)(level.BitsPerPixel * Pixels / 8 * Math.Sqrt(1000 / level.Lambda));
    }

    [Fact]
    public void Size_BitsAPixel_CountTheWholeFile()
    {
        var file = QualitySearch.Size(Map, VqTarget.BitsPerPixel(0.5), Pixels, level => new QualityTry(new byte[Bytes(level, 1)], 0));
        Assert.InRange(file.Length, 6050, 6250);
    }

    [Fact]
    public void Size_BelowTheLowestQuality_SaysHowFarItGets()
    {
        var error = Assert.Throws<VqTargetException>(() => QualitySearch.Size(Map, VqTarget.Bytes(900), Pixels, level => new QualityTry(new byte[Bytes(level, 1)], 0)));
        Assert.Equal("900 bytes: the smallest file of this image, at quality 1, has 1250 bytes (0.100 bits per pixel); allow more, or shrink the image", error.Message);
    }

    [Fact]
    public void Size_ImageThatIsNotMonotone_IsNotOverEither()
    {
        var random = new Random(4);
        var noise = Map.Levels.ToDictionary(level => level, _ => 0.8 + (0.4 * random.NextDouble()));
        for (var bytes = 2000; bytes < 20_000; bytes += 501)
        {
            var file = QualitySearch.Size(Map, VqTarget.Bytes(bytes), Pixels, level => new QualityTry(new byte[(int)(Bytes(level, 1) * noise.GetValueOrDefault(level, 1))], 0));
            Assert.InRange(file.Length, 1, bytes);
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-4.0)]
    [InlineData(6.0)]
    public void Psnr_CurveOfSteps_ComesAsNearAsTheyAllow(double offset)
    {
        for (var wanted = 30.5 + offset; wanted < 39.8 + offset; wanted += 0.37)
        {
            var tries = 0;
            double? reached = null;
            var file = QualitySearch.Psnr(Map, wanted, level =>
            {
                tries++;

                // Steps are wider than on the calibration images, so that λ between two levels is needed.
                var psnr = 30 + offset + (4 * Math.Round((Psnr(level) - 30) / 0.4) * 0.1) - (0.0004 * level.Lambda) + 0.2;
                return new QualityTry(BitConverter.GetBytes(psnr), psnr);
            });
            reached = BitConverter.ToDouble(file);
            Assert.InRange(reached.Value, wanted - 0.4, wanted + 0.4);
            Assert.InRange(tries, 1, 16);
        }
    }

    [Fact]
    public void Psnr_SmoothCurve_IsHitToATenth()
    {
        for (var wanted = 30.1; wanted < 39.2; wanted += 0.173)
        {
            var file = QualitySearch.Psnr(Map, wanted, level => new QualityTry(BitConverter.GetBytes(Psnr(level) - 0.7), Psnr(level) - 0.7));
            Assert.InRange(BitConverter.ToDouble(file), wanted - 0.1, wanted + 0.1);
        }
    }

    [Fact]
    public void Psnr_AboveTheHighestQuality_SaysHowFarItGets()
    {
        var error = Assert.Throws<VqTargetException>(() => QualitySearch.Psnr(Map, 45, level => new QualityTry([], Psnr(level))));
        Assert.Equal("45 dB: this image reaches 39.90 dB at most, at quality 100; ask for less", error.Message);
    }

    [Fact]
    public void Psnr_BelowTheLowestQuality_IsTheLowest()
    {
        var file = QualitySearch.Psnr(Map, 12, level => new QualityTry(BitConverter.GetBytes(Psnr(level)), Psnr(level)));
        Assert.Equal(30, BitConverter.ToDouble(file), 1e-9);
    }

    /// <summary>What a level gives on these images: between two levels of a rate point by λ.</summary>
    private static double Psnr(QualityLevel level) => 30 + (0.1 * ((25 * level.RatePoint) + ((1000 - level.Lambda) / 40)));

    private static int Bytes(QualityLevel level, double scale) => (int)(scale * Pixels / 8 * 0.1 * Math.Pow(2, (Psnr(level) - 30) / 2.5));
}
