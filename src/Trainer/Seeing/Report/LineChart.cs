using System.Globalization;
using System.Text;
using VqVae.Reporting;

namespace VqVae.Trainer.Seeing.Report;

/// <summary>A curve of a chart.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Values">A value a row; NaN where there is none.</param>
/// <param name="Color">A CSS colour; <c>null</c> for the next of the palette.</param>
internal sealed record Curve(string Name, double[] Values, string? Color = null);

/// <summary>Curves over the run's steps as an SVG picture.</summary>
/// <remarks>
/// Drawn here and not by ScottPlot, because a picture whose colours are CSS variables follows the reader's light or dark theme, stays text
/// that scales, prints and is read aloud, and keeps SkiaSharp's native library out of a training process.
/// </remarks>
internal sealed class LineChart
{
    /// <summary>Most curves in a chart; of more, as many are shown that are spread over all.</summary>
    public const int MaxCurves = 24;

    private const int Width = 420;
    private const int Height = 230;
    private const int Left = 52;
    private const int Right = 10;
    private const int Top = 8;
    private const int Bottom = 24;

    /// <summary>Colours of the palette that the style sheet defines.</summary>
    private const int PaletteColors = 6;

    /// <summary>Points of all curves together, and the fewest and most of one.</summary>
    private const int Points = 3600;
    private const int FewestPoints = 120;
    private const int MostPoints = 400;

    /// <summary>Curves with no more points than this are dotted, so that a lone point is seen.</summary>
    private const int DottedPoints = 40;

    /// <summary>Curves that the legend names; of more, only the first and the last.</summary>
    private const int LongestLegend = 8;

    /// <summary>Curves whose spread within a range of steps is shown too.</summary>
    private const int BandedCurves = 3;

    /// <summary>The heading.</summary>
    public required string Title { get; init; }

    /// <summary>What is measured and how, under the heading.</summary>
    public required string Caption { get; init; }

    /// <summary>The rows' steps, rising.</summary>
    public required double[] Steps { get; init; }

    /// <summary>The curves.</summary>
    public required IReadOnlyList<Curve> Curves { get; init; }

    /// <summary>Whether equal ratios take equal heights.</summary>
    public bool Logarithmic { get; init; }

    /// <summary>Whether values are shares, written as percentages.</summary>
    public bool Shares { get; init; }

    /// <summary>Whether any curve has anything to show; a chart without is left out.</summary>
    public bool HasValues => Curves.Any(Shows);

    /// <summary>Curves that are one of many in an order, from the first colour to the last.</summary>
    public static IReadOnlyList<Curve> InOrder(IReadOnlyList<(string Name, double[] Values)> curves) =>
        [.. curves.Select((curve, i) => new Curve(curve.Name, curve.Values, curves.Count == 1 ? null : Numbers.Text($"color-mix(in oklch, var(--last) {100.0 * i / (curves.Count - 1):0}%, var(--first))")))];

    /// <summary>Adds the chart as a <c>figure</c>.</summary>
    public void AddTo(HtmlBuilder html)
    {
        Curve[] curves = [.. Curves.Where(Shows).Select((curve, i) => curve.Color is null ? curve with { Color = Numbers.Text($"var(--c{(i % PaletteColors) + 1})") } : curve)];
        var shown = curves.Length <= MaxCurves ? curves : [.. Enumerable.Range(0, MaxCurves).Select(i => curves[i * (curves.Length - 1) / (MaxCurves - 1)])];
        var bins = new Bins(Steps, Math.Clamp(Points / Math.Max(1, shown.Length), FewestPoints, MostPoints));
        var binned = shown.Select(curve => bins.Of(curve.Values)).ToArray();
        var banded = shown.Length <= BandedCurves && bins.X.Length < Steps.Length;
        var x = new Axis(bins.X, margin: 0);
        var y = new Axis(binned.SelectMany(b => banded ? b.Low.Concat(b.High) : b.Mean), Logarithmic);

        var missing = curves.Length - shown.Length;
        var note = missing > 0 ? Numbers.Text($" {missing} of {curves.Length} curves are left out.") : "";
        html.Add($"<figure class=\"chart\"><figcaption><h3>{Title}</h3><p>{Caption}{note}</p>");
        AddLegend(html, shown);
        html.Add($"</figcaption><div class=\"plot\"><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" tabindex=\"0\" aria-label=\"{Summary(shown)}\">");
        AddAxes(html, x, y);
        for (var i = 0; i < shown.Length; i++)
        {
            if (banded) html.Add($"<path class=\"band\" style=\"fill:{shown[i].Color}\" d=\"{Band(x, y, bins.X, binned[i].Low, binned[i].High)}\" />");
            AddCurve(html, x, y, bins.X, binned[i].Mean, shown[i].Color!);
        }

        html.Add($"<line class=\"cursor\" x1=\"0\" x2=\"0\" y1=\"{Top}\" y2=\"{Height - Bottom}\" hidden=\"hidden\" /></svg><output class=\"tip\" hidden=\"hidden\"></output></div>");
        AddData(html, bins.X, shown, binned.Select(b => b.Mean));
        html.Raw("</figure>\n");
    }

    private static double PixelX(double position) => Left + (position * (Width - Left - Right));

    private static double PixelY(double position) => Height - Bottom - (position * (Height - Top - Bottom));

    private static void AddLegend(HtmlBuilder html, Curve[] shown)
    {
        if (shown.Length < 2) return;
        html.Raw("<ul class=\"legend\">");
        if (shown.Length > LongestLegend)
        {
            var ramp = string.Join(',', shown.Select(c => c.Color));
            html.Add($"<li>{shown[0].Name}<span class=\"ramp\" style=\"background:linear-gradient(to right,{ramp})\"></span>{shown[^1].Name}</li></ul>");
            return;
        }

        foreach (var curve in shown) html.Add($"<li><span class=\"swatch\" style=\"background:{curve.Color}\"></span>{curve.Name}</li>");
        html.Raw("</ul>");
    }

    private static void AddCurve(HtmlBuilder html, Axis x, Axis y, double[] steps, double[] values, string color)
    {
        var path = new StringBuilder();
        var drawn = Enumerable.Range(0, steps.Length).Where(i => y.Shows(values[i])).ToArray();
        foreach (var i in drawn) Append(path, path.Length == 0 ? 'M' : 'L', PixelX(x.Position(steps[i])), PixelY(y.Position(values[i])));
        html.Add($"<path class=\"curve\" style=\"stroke:{color}\" d=\"{path.ToString()}\" />");
        if (drawn.Length > DottedPoints) return;
        foreach (var i in drawn) html.Add($"<circle style=\"fill:{color}\" cx=\"{PixelX(x.Position(steps[i])):0.#}\" cy=\"{PixelY(y.Position(values[i])):0.#}\" r=\"2.2\" />");
    }

    private static string Band(Axis x, Axis y, double[] steps, double[] low, double[] high)
    {
        var path = new StringBuilder();
        var drawn = Enumerable.Range(0, steps.Length).Where(i => y.Shows(low[i]) && y.Shows(high[i])).ToArray();
        foreach (var i in drawn) Append(path, path.Length == 0 ? 'M' : 'L', PixelX(x.Position(steps[i])), PixelY(y.Position(high[i])));
        foreach (var i in drawn.Reverse()) Append(path, 'L', PixelX(x.Position(steps[i])), PixelY(y.Position(low[i])));
        return path.Length == 0 ? "" : path.Append('Z').ToString();
    }

    private static void Append(StringBuilder path, char command, double x, double y) =>
        path.Append(command).Append(CultureInfo.InvariantCulture, $"{x:0.#} {y:0.#}");

    private bool Shows(Curve curve) => curve.Values.Any(v => double.IsFinite(v) && (!Logarithmic || v > 0));

    private void AddAxes(HtmlBuilder html, Axis x, Axis y)
    {
        foreach (var tick in y.Ticks(5))
        {
            var at = PixelY(y.Position(tick));
            html.Add($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{at:0.#}\" y2=\"{at:0.#}\" />");
            html.Add($"<text class=\"tick\" x=\"{Left - 6}\" y=\"{at + 4:0.#}\" text-anchor=\"end\">{Tick(tick)}</text>");
        }

        html.Add($"<line class=\"axis\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Height - Bottom}\" y2=\"{Height - Bottom}\" />");
        html.Add($"<text class=\"tick\" x=\"{Left - 6}\" y=\"{Height - Bottom + 16}\" text-anchor=\"end\">step</text>");
        foreach (var tick in x.Ticks(4))
        {
            var at = PixelX(x.Position(tick));
            if (at > Width - Right + 0.5 || at < Left - 0.5) continue;
            html.Add($"<text class=\"tick\" x=\"{at:0.#}\" y=\"{Height - Bottom + 16}\" text-anchor=\"{(at > Width - Right - 14 ? "end" : "middle")}\">{Numbers.Axis(tick)}</text>");
        }
    }

    /// <summary>What a screen reader says of the picture: where each curve ends.</summary>
    private string Summary(Curve[] shown)
    {
        var ends = shown.Select(curve => Numbers.Text($"{curve.Name} {Value(curve.Values.LastOrDefault(double.IsFinite, double.NaN))}"));
        return Numbers.Text($"{Title}, up to step {(Steps.Length == 0 ? 0 : Steps[^1]):0}. Latest: {string.Join(", ", ends)}");
    }

    private string Tick(double value) => Math.Abs(value) switch
    {
        _ when Shares => Numbers.Percent(value),
        >= 1000 => Numbers.Axis(value),

        // Zeros that would not fit beside the axis.
        > 0 and < 1e-3 => value.ToString("0.##e+0", CultureInfo.InvariantCulture),
        _ => Numbers.Short(value),
    };

    private string Value(double value) => Shares ? Numbers.Percent(value) : Numbers.Short(value);

    /// <summary>The values for reading them off under the pointer: the drawn positions would give fewer digits.</summary>
    private void AddData(HtmlBuilder html, double[] x, Curve[] shown, IEnumerable<double[]> values)
    {
        html.Add($"<div class=\"data\" hidden=\"hidden\" data-plot=\"{Left} {Width - Right} {Width}\" data-shares=\"{(Shares ? 1 : 0)}\"");
        html.Add($" data-names=\"{string.Join('|', shown.Select(c => c.Name.Replace('|', ' ')))}\" data-colors=\"{string.Join('|', shown.Select(c => c.Color))}\"");
        html.Add($" data-x=\"{string.Join(' ', x.Select(step => step.ToString("0", CultureInfo.InvariantCulture)))}\"");
        html.Add($" data-values=\"{string.Join('|', values.Select(v => string.Join(' ', v.Select(Plain))))}\"></div>");
    }

    private static string Plain(double value) => double.IsFinite(value) ? value.ToString("G5", CultureInfo.InvariantCulture) : "-";
}
