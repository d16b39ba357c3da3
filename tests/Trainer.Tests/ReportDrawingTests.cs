using VqVae.Reporting;
using VqVae.Trainer.Seeing.Report;

namespace VqVae.Trainer.Tests;

public class ReportDrawingTests
{
    [Theory]
    [InlineData(0, 60_000, false, new[] { 0.0, 20_000, 40_000, 60_000 })]
    [InlineData(24.1, 30.9, false, new[] { 24.0, 26, 28, 30 })]
    [InlineData(0.002, 0.12, true, new[] { 0.002, 0.005, 0.01, 0.02, 0.05, 0.1 })]
    [InlineData(1e-7, 0.5, true, new[] { 1e-6, 1e-4, 1e-2 })]
    [InlineData(0.0020, 0.0021, true, new[] { 0.0020, 0.00202, 0.00204, 0.00206, 0.00208, 0.0021 })]
    public void Ticks_OfARange_AreRoundAndInside(double low, double high, bool logarithmic, double[] expected)
    {
        var ticks = new Axis([low, double.NaN, high], logarithmic).Ticks(4);
        Assert.Equal(expected.Length, ticks.Count);
        Assert.All(expected.Zip(ticks), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    }

    [Fact]
    public void Axis_OneValueOrNone_StillHasARange()
    {
        Assert.True(new Axis([double.NaN, double.PositiveInfinity]).IsEmpty);
        Assert.True(new Axis([0, -1], logarithmic: true).IsEmpty);
        foreach (var value in (double[])[0, 5, -3, 3e-4, 1e-12, 1e12])
        {
            var axis = new Axis([value]);
            Assert.Equal(0.5, axis.Position(value), 1e-6);
            Assert.NotEmpty(axis.Ticks(4));
            if (value > 0) Assert.All(axis.Ticks(4), tick => Assert.True(tick > 0));
        }
    }

    [Fact]
    public void Bins_ManyRows_KeepMeansExtremesAndTheEnd()
    {
        double[] x = [.. Enumerable.Range(1, 10_000).Select(i => (double)i)];
        var bins = new Bins(x, 100);
        var (mean, low, high) = bins.Of([.. x.Select(v => v % 100 == 50 ? double.NaN : v)]);
        Assert.Equal(100, bins.X.Length);
        Assert.Equal(10_000, bins.X[^1]);
        Assert.Equal(x.Where(v => v % 100 != 50).Min(), low[0]);
        Assert.Equal(10_000, high[^1]);
        Assert.All(Enumerable.Range(0, 100), i => Assert.InRange(mean[i], low[i], high[i]));
        Assert.Equal(x[..7], new Bins(x[..7], 100).X);
    }

    [Fact]
    public void Bins_RowsWithoutValues_AreNaN() => Assert.All(new Bins([1, 2, 3], 2).Of([double.NaN, double.PositiveInfinity, double.NaN]).Mean, value => Assert.True(double.IsNaN(value)));

    [Theory]
    [InlineData(0, "0%")]
    [InlineData(0.0004, "< 0.1%")]
    [InlineData(0.034, "3.4%")]
    [InlineData(0.5, "50%")]
    [InlineData(0.9996, "99.9%")]
    [InlineData(1, "100%")]
    [InlineData(double.NaN, "–")]
    public void Percent_NearTheEnds_IsNotRoundedOntoThem(double share, string expected) => Assert.Equal(expected, Numbers.Percent(share));

    [Fact]
    public void Trend_NoisyLine_IsFoundOnlyBeyondItsNoise()
    {
        var random = new Random(5);
        var noise = Enumerable.Range(0, 50).Select(_ => random.NextDouble() - 0.5).ToArray();
        var steep = Trend.Of(noise.Select((n, i) => ((double)i, (0.1 * i) + n)));
        var flat = Trend.Of(noise.Select((n, i) => ((double)i, (0.001 * i) + n)));
        Assert.True(steep is { Rises: true, Falls: false });
        Assert.True(flat is { Rises: false, Falls: false });
        Assert.InRange(steep.Slope, 0.08, 0.12);
        Assert.False(Trend.Of([(0, 0), (1, 1), (2, 2)]).Rises);
    }

    [Fact]
    public void MetricsTable_NumbersOfAnyForm_AreWhatTheBclReads()
    {
        string[] cells = ["0", "7", "0.1", "12345.678901234", "123456789012345", "1234567890123456", "0.000000000000001", "3.", ".5", "-2.5", "+1", "1e-7", "2.5E+3", "9007199254740993", "0.30000000000000004"];
        var table = MetricsTable.Parse(System.Text.Encoding.UTF8.GetBytes("step,x\n" + string.Concat(cells.Select((cell, i) => $"{i},{cell}\n"))));
        Assert.Equal(cells.Select(c => double.Parse(c, System.Globalization.CultureInfo.InvariantCulture)), table["x"]);
        table = MetricsTable.Parse("step,x\n1,\n2,NaN\n3,-Infinity\n4,1.2.3\n5,.\n6,abc\n"u8);
        Assert.Equal([double.NaN, double.PositiveInfinity, double.PositiveInfinity, double.NaN, double.NaN, double.NaN], table["x"]);
        Assert.All(table["absent"], value => Assert.True(double.IsNaN(value)));
    }

    [Fact]
    public void MetricsTable_RowThatIsBeingWritten_IsLeftOut()
    {
        var table = MetricsTable.Parse("step,x\r\n1,2\r\n2,3\r\n3,4"u8);
        Assert.Equal([2, 3], table["x"]);
        Assert.Equal(0, table.Skipped);
        table = MetricsTable.Parse("step,x\n5,1\n5,2\n4,3\n6,4,5\n7\n8,6\n"u8);
        Assert.Equal([5, 8], table.Steps);
        Assert.Equal(4, table.Skipped);
    }

    [Fact]
    public void HtmlBuilder_Holes_AreEscapedAndMarkupIsNot()
    {
        var inner = new HtmlBuilder();
        inner.Add($"<i>{"a<b"}</i>");
        var html = new HtmlBuilder();
        html.Add($"<p title=\"{"\"'&"}\">{inner}{1.5}{"\u0000\ud800é😀"}</p>");
        Assert.Equal("<p title=\"&quot;&#39;&amp;\"><i>a&lt;b</i>1.5\uFFFD\uFFFDé😀</p>", html.ToString());
    }
}
