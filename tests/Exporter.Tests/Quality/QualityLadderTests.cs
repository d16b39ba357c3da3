using VqVae.Exporter.Quality;
using VqVae.Models;

namespace VqVae.Exporter.Tests.Quality;

public class QualityLadderTests
{
    [Fact]
    public void Of_OneCurve_StepsEvenlyFromEndToEnd()
    {
        var map = QualityLadder.Of([Curve(0, 4, (0, 34, 1.0), (100, 32, 0.6), (1000, 28, 0.2))]);
        Assert.Equal((28.0, 0.2, 1000.0), (map[1].Psnr, map[1].BitsPerPixel, map[1].Lambda));
        Assert.Equal((34.0, 1.0, 0.0), (map[100].Psnr, map[100].BitsPerPixel, map[100].Lambda));
        for (var q = 2; q <= 100; q++)
        {
            Assert.Equal(6.0 / 99, map[q].Psnr - map[q - 1].Psnr, 0.002);
            Assert.True(map[q].BitsPerPixel > map[q - 1].BitsPerPixel);
            Assert.True(map[q].Lambda < map[q - 1].Lambda);
        }

        // Half a decibel below the best.
        Assert.InRange(map[map.Default].Psnr, 33.5, 33.57);
    }

    [Fact]
    public void Of_TwoCurvesThatCross_TakesTheCheaperOneOnEachSide()
    {
        var map = QualityLadder.Of([Curve(0, 4, (0, 34, 1.0), (1000, 28, 0.5)), Curve(1, 4, (0, 31, 0.6), (1000, 27, 0.1))]);
        Assert.Equal(1, map[1].RatePoint);
        Assert.Equal(0, map[100].RatePoint);
        Assert.Equal(1, map.Levels.Zip(map.Levels.Skip(1)).Count(pair => pair.First.RatePoint != pair.Second.RatePoint));
        AssertRises(map);
    }

    [Fact]
    public void Of_CurvesThatDoNotMeet_FillsTheGapWithTheSettingAboveIt()
    {
        var map = QualityLadder.Of([Curve(0, 2, (0, 34, 1.0), (1000, 32, 0.7)), Curve(0, 1, (0, 29, 0.3), (1000, 28, 0.2))]);
        Assert.Contains(map.Levels, level => level is { Stages: 2, Psnr: 32, BitsPerPixel: 0.7 });
        AssertRises(map);
    }

    [Fact]
    public void Of_RandomCurves_AlwaysRises()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var random = new Random(seed);
            var curves = Enumerable.Range(0, 1 + random.Next(4)).Select(rate =>
            {
                var (psnr, bits) = (30 + (10 * random.NextDouble()), 0.2 + random.NextDouble());
                return QualityCurve.Of(rate, 4, Enumerable.Range(0, 2 + random.Next(6)).Select(i =>
                    new QualitySample(50 * i, psnr -= random.NextDouble(), bits *= 0.6 + (0.39 * random.NextDouble()))).ToList());
            });
            AssertRises(QualityLadder.Of([.. curves]));
        }
    }

    [Fact]
    public void Of_ASingleMeasurement_IsEveryQuality()
    {
        var map = QualityLadder.Of([Curve(0, 1, (0, 30, 0.5))]);
        Assert.All(map.Levels, level => Assert.Equal(new QualityLevel(0, 1, 0, 30, 0.5), level));
        Assert.Equal(1, map.Default);
    }

    [Fact]
    public void Curve_MeasurementsThatBringNothing_AreLeftOut()
    {
        var curve = QualityCurve.Of(0, 1, [new(0, 30, 0.5), new(50, 30.1, 0.45), new(100, 29.5, 0.46), new(200, 29, 0.6), new(400, 28, 0.3)]);
        Assert.Equal([0, 100, 400], curve.Samples.Select(s => s.Lambda));
    }

    private static QualityCurve Curve(int rate, int stages, params (double Lambda, double Psnr, double Bits)[] samples) =>
        QualityCurve.Of(rate, stages, samples.Select(s => new QualitySample(s.Lambda, s.Psnr, s.Bits)));

    private static void AssertRises(QualityMap map)
    {
        for (var q = 2; q <= 100; q++) Assert.True(map[q].Psnr >= map[q - 1].Psnr && map[q].BitsPerPixel >= map[q - 1].BitsPerPixel, $"quality {q}: {map[q - 1]}, {map[q]}");
    }
}
