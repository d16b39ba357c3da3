using VqVae.Codec.Cli.Evaluation.Curves;

namespace VqVae.Codec.Cli.Tests.Evaluation;

/// <summary>BD-rates of published points.</summary>
public sealed class BjontegaardDeltaTests
{
    /// <summary>
    /// The points of JCTVC-E137 (Geneva, 2011), with the values that the tests of Netflix's VMAF (python/test/bd_rate_calculator_test.py) have for them: −0.00465215420752807
    /// and −0.018779823450567612 by piecewise cubics. Those of the cubic polynomial were computed apart, by Lagrange's polynomials and Simpson's rule, which is exact for cubics.
    /// </summary>
    [Theory]
    [InlineData(
        new[] { 108048.8736, 61279.976, 33905.6656, 18883.6928 }, new[] { 43.6471, 40.3953, 37.247, 34.2911 },
        new[] { 108061.2784, 61299.9936, 33928.7472, 18910.912 }, new[] { 43.6768, 40.4232, 37.2761, 34.3147 }, -0.465215420752807, -0.46441542003342606)]
    [InlineData(
        new[] { 40433.8848, 7622.7456, 2394.488, 1017.6184 }, new[] { 37.5761, 35.3756, 33.8977, 32.0603 },
        new[] { 40370.12, 7587.0024, 2390.0944, 1017.0984 }, new[] { 37.5982, 35.4025, 33.9194, 32.0822 }, -1.8779823450567612, -1.910168678571711)]
    public void Of_PointsOfJctvcE137_IsThePublishedValue(double[] anchorRates, double[] anchorPsnr, double[] testedRates, double[] testedPsnr, double piecewise, double polynomial) =>
        AssertDelta(anchorRates, anchorPsnr, testedRates, testedPsnr, piecewise, polynomial);

    /// <summary>
    /// The examples of Anserw/Bjontegaard_metric (demo.py, "Sample 1") and FAU-LMS/bjontegaard (example_usage.py, cases 1 and 3, the last with six points). Expected values were
    /// computed apart: the polynomial by normal equations in exact fractions, the piecewise cubic in Hermite's basis with Brodlie's form of the harmonic mean.
    /// </summary>
    [Theory]
    [InlineData(
        new[] { 686.76, 309.58, 157.11, 85.95 }, new[] { 40.28, 37.18, 34.24, 31.42 },
        new[] { 893.34, 407.8, 204.93, 112.75 }, new[] { 40.39, 37.21, 34.17, 31.24 }, 31.37987820239758, 31.397374054910145)]
    [InlineData(
        new[] { 9487.76, 4593.60, 2486.44, 1358.24 }, new[] { 40.037, 38.615, 36.845, 34.851 },
        new[] { 9787.80, 4469.00, 2451.52, 1356.24 }, new[] { 40.121, 38.651, 36.970, 34.987 }, -4.417485350589024, -4.420462706168459)]
    [InlineData(
        new[] { 82472.76, 26875.24, 9487.76, 4593.6, 3600, 2900 }, new[] { 43.825, 41.404, 40.037, 38.615, 36.5, 35.1 },
        new[] { 99896.96, 33952.04, 9787.8, 4469.0, 4040, 3300 }, new[] { 44.731, 41.875, 40.121, 38.651, 37, 36.5 }, -2.9528024116427964, -0.6392886208331561)]
    public void Of_ExamplesOfOtherImplementations_IsWhatWasComputedApart(double[] anchorRates, double[] anchorPsnr, double[] testedRates, double[] testedPsnr, double piecewise, double polynomial) =>
        AssertDelta(anchorRates, anchorPsnr, testedRates, testedPsnr, piecewise, polynomial);

    [Fact]
    public void Of_AThirdFewerBitsEverywhere_IsThatThird()
    {
        CurvePoint[] anchor = [new(0.1, 24), new(0.25, 27), new(0.5, 30), new(1, 33), new(2, 35)];
        var delta = BjontegaardDelta.Of(anchor, anchor.Select(p => p with { Rate = p.Rate * 2 / 3 }))!;
        Assert.Equal(-100 / 3.0, delta.Percent, 1e-9);
        Assert.Equal(-100 / 3.0, delta.PolynomialPercent!.Value, 1e-9);
        Assert.Equal((24, 35), (delta.Low, delta.High));
    }

    [Fact]
    public void Of_CurvesThatOverlapInPart_ComparesTheCommonRangeAlone()
    {
        CurvePoint[] anchor = [new(0.2, 26), new(0.4, 28), new(0.8, 30), new(1.6, 32)];

        // Twice the bits where both are; far more where the anchor has nothing.
        CurvePoint[] tested = [new(0.1, 22), new(0.4, 26), new(0.8, 28), new(1.6, 30)];
        var delta = BjontegaardDelta.Of(anchor, tested)!;
        Assert.Equal((26, 30), (delta.Low, delta.High));
        Assert.Equal(100, delta.Percent, 0.5);
    }

    [Fact]
    public void Of_NothingInCommon_IsNothing()
    {
        CurvePoint[] low = [new(0.1, 20), new(0.2, 22)], high = [new(0.1, 30), new(0.2, 32)];
        Assert.Null(BjontegaardDelta.Of(low, high));
        Assert.Null(BjontegaardDelta.Of(low, [new CurvePoint(0.1, 21)]));
        Assert.Null(BjontegaardDelta.Of(low, []));
    }

    [Fact]
    public void Of_FewerThanFourPoints_HasNoPolynomial()
    {
        CurvePoint[] points = [new(0.1, 20), new(0.2, 23), new(0.4, 25)];
        var delta = BjontegaardDelta.Of(points, points)!;
        Assert.Equal(0, delta.Percent, 1e-12);
        Assert.Null(delta.PolynomialPercent);
    }

    [Fact]
    public void Rising_PointsThatOthersSurpass_AreLeftOut() =>
        Assert.Equal([new CurvePoint(1, 20), new CurvePoint(3, 25)], CurvePoint.Rising([new(3, 25), new(2, 19), new(1, 20), new(4, 25), new(1, 18), new(5, double.NaN)]));

    /// <summary>Values of an independent computation in Hermite's basis, on points that rise, stay and fall.</summary>
    [Fact]
    public void PiecewiseCubic_PointsThatTurn_IsWhatWasComputedApart()
    {
        var curve = new PiecewiseCubic([0, 1, 3, 4, 7], [1, 3, 3.5, 2, 2.5]);
        foreach (var (x, y) in ((double, double)[])[(0, 1), (0.5, 2.262105855855856), (2, 3.371621621621622), (3.5, 2.75), (5, 2.0185185185185186), (6.9, 2.4516481481481485), (7, 2.5)])
            Assert.Equal(y, curve.At(x), 1e-12);
        Assert.Throws<ArgumentOutOfRangeException>(() => curve.At(7.001));

        // Simpson's rule with many pieces.
        const int pieces = 20_000;
        var (from, to) = (0.25, 6.5);
        var step = (to - from) / pieces;
        var sum = Enumerable.Range(0, pieces).Sum(i => (curve.At(from + (i * step)) + (4 * curve.At(from + ((i + 0.5) * step))) + curve.At(Math.Min(to, from + ((i + 1) * step)))) * step / 6);
        Assert.Equal(sum, curve.Integral(from, to), 1e-9);
    }

    private static void AssertDelta(double[] anchorRates, double[] anchorPsnr, double[] testedRates, double[] testedPsnr, double piecewise, double polynomial)
    {
        var delta = BjontegaardDelta.Of(Points(anchorRates, anchorPsnr), Points(testedRates, testedPsnr))!;
        Assert.Equal(piecewise, delta.Percent, 1e-9);
        Assert.Equal(polynomial, delta.PolynomialPercent!.Value, 1e-8);
    }

    private static IEnumerable<CurvePoint> Points(double[] rates, double[] psnr) => rates.Zip(psnr, (r, p) => new CurvePoint(r, p));
}
