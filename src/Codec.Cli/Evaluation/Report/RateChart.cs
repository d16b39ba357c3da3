using System.Globalization;
using System.Text;
using VqVae.Reporting;

namespace VqVae.Codec.Cli.Evaluation.Report;

/// <summary>A point of a chart's curve.</summary>
/// <param name="X">Bits a pixel.</param>
/// <param name="Y">The measure.</param>
/// <param name="Text">What is read at the point.</param>
internal sealed record ChartPoint(double X, double Y, string Text);

/// <summary>A curve of a chart.</summary>
/// <param name="Name">Its name in the legend.</param>
/// <param name="Color">Its colour in the palette, from 0.</param>
/// <param name="IsDashed">Whether it is a variant of another curve of the same colour.</param>
/// <param name="Points">The points in the order of their rates.</param>
internal sealed record ChartCurve(string Name, int Color, bool IsDashed, IReadOnlyList<ChartPoint> Points);

/// <summary>Rate-distortion curves as an SVG picture: inside a page, where it follows the reader's light or dark theme, or as a file by itself.</summary>
/// <remarks>
/// Drawn here and not by a library of charts: those draw with Skia, whose native library would be several times as large as all of <c>vqcodec</c>'s own code, and
/// none makes a picture whose colours are the page's.
/// </remarks>
internal sealed class RateChart
{
    private const int Width = 460;
    private const int Height = 310;
    private const int Left = 46;
    private const int Right = 14;
    private const int Top = 10;
    private const int Bottom = 40;

    /// <summary>A file is drawn so much larger than the page's picture.</summary>
    private const int FileScale = 2;

    /// <summary>In a file, which has no page around it: the title's height, a row's of the legend, and about how wide a character of it is.</summary>
    private const int TitleHeight = 30, LegendRow = 16;
    private const double CharacterWidth = 5.6;

    /// <summary>The light theme of the page's style sheet, for files.</summary>
    private static readonly string[] FileColors = ["#0b66c3", "#c2410c", "#0f766e", "#8b2fb5", "#8a6100", "#b3225e"];

    /// <summary>Above the chart.</summary>
    public required string Title { get; init; }

    /// <summary>What the vertical axis is.</summary>
    public required string Unit { get; init; }

    /// <summary>The curves; the first is drawn over the others.</summary>
    public required IReadOnlyList<ChartCurve> Curves { get; init; }

    private Axis X => field ??= new Axis(Curves.SelectMany(c => c.Points).Select(p => p.X), logarithmic: true);

    private Axis Y => field ??= new Axis(Curves.SelectMany(c => c.Points).Select(p => p.Y));

    /// <summary>Adds the chart as a <c>figure</c>.</summary>
    public void AddTo(HtmlBuilder html)
    {
        ArgumentNullException.ThrowIfNull(html);
        html.Add($"<figure class=\"chart\"><figcaption><h3>{Title}</h3><ul class=\"legend\">");
        foreach (var curve in Curves)
            html.Add($"<li><svg class=\"key\" viewBox=\"0 0 22 8\" aria-hidden=\"true\"><path class=\"curve{Dashed(curve)}\" style=\"stroke:{PageColor(curve)}\" d=\"M1 4H21\" /></svg>{curve.Name}</li>");
        html.Add($"</ul></figcaption><div class=\"plot\"><svg viewBox=\"0 0 {Width} {Height}\" role=\"img\" tabindex=\"0\" aria-label=\"{Summary()}\">");
        AddPicture(html, PageColor);
        html.Raw("</svg><output class=\"tip\" hidden=\"hidden\"></output></div></figure>\n");
    }

    /// <summary>The chart as an SVG file, in the light theme on white.</summary>
    public string ToSvg()
    {
        var legend = LegendPlaces();
        var header = TitleHeight + (LegendRow * (legend[^1].Row + 1)) + 6;
        var height = Height + header;
        var svg = new HtmlBuilder();
        svg.Add($"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width * FileScale}\" height=\"{height * FileScale}\" viewBox=\"0 0 {Width} {height}\" font-family=\"DejaVu Sans, Helvetica, Arial, sans-serif\">\n");
        svg.Add($"<title>{Title}</title><desc>{Summary()}</desc>\n<style>.curve{{fill:none;stroke-width:1.7;stroke-linejoin:round}}.own{{stroke-width:2.6}}.dashed{{stroke-dasharray:5 3}}.grid{{stroke:#dcdfe2}}.axis{{stroke:#5a646e}}.tick{{fill:#5a646e;font-size:10px}}</style>\n");
        svg.Add($"<rect width=\"{Width}\" height=\"{height}\" fill=\"#ffffff\" /><text x=\"{Left}\" y=\"20\" font-size=\"14\" font-weight=\"bold\" fill=\"#1c2126\">{Title}</text>\n");
        for (var i = 0; i < Curves.Count; i++)
        {
            var (x, y) = (legend[i].X, TitleHeight + (LegendRow * legend[i].Row) + 6);
            svg.Add($"<path class=\"curve{Dashed(Curves[i])}\" style=\"stroke:{FileColor(Curves[i])}\" d=\"M{x:0.#} {y}h18\" /><text class=\"tick\" x=\"{x + 22:0.#}\" y=\"{y + 3.5:0.#}\">{Curves[i].Name}</text>\n");
        }

        svg.Add($"<g transform=\"translate(0 {header})\">");
        AddPicture(svg, FileColor);
        svg.Raw("</g></svg>\n");
        return svg.ToString();
    }

    /// <summary>Where a file's legend has each curve: names go on in the next row where they would pass the edge.</summary>
    private List<(double X, int Row)> LegendPlaces()
    {
        var places = new List<(double X, int Row)>();
        var (x, row) = ((double)Left, 0);
        foreach (var curve in Curves)
        {
            var width = 22 + (CharacterWidth * curve.Name.Length);
            if (x > Left && x + width > Width - Right) (x, row) = (Left, row + 1);
            places.Add((x, row));
            x += width + 12;
        }

        return places;
    }

    private static string PageColor(ChartCurve curve) => Numbers.Text($"var(--c{curve.Color + 1})");

    private static string FileColor(ChartCurve curve) => FileColors[curve.Color % FileColors.Length];

    private string Dashed(ChartCurve curve) => (curve == Curves[0] ? " own" : "") + (curve.IsDashed ? " dashed" : "");

    private double PixelX(double x) => Left + (X.Position(x) * (Width - Left - Right));

    private double PixelY(double y) => Height - Bottom - (Y.Position(y) * (Height - Top - Bottom));

    private void AddPicture(HtmlBuilder svg, Func<ChartCurve, string> color)
    {
        foreach (var tick in Y.Ticks(6))
        {
            var at = PixelY(tick);
            svg.Add($"<line class=\"grid\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{at:0.#}\" y2=\"{at:0.#}\" /><text class=\"tick\" x=\"{Left - 6}\" y=\"{at + 4:0.#}\" text-anchor=\"end\">{Numbers.Short(tick)}</text>\n");
        }

        foreach (var tick in X.Ticks(6))
        {
            var at = PixelX(tick);
            svg.Add($"<line class=\"grid\" x1=\"{at:0.#}\" x2=\"{at:0.#}\" y1=\"{Top}\" y2=\"{Height - Bottom}\" /><text class=\"tick\" x=\"{at:0.#}\" y=\"{Height - Bottom + 15}\" text-anchor=\"middle\">{Numbers.Short(tick)}</text>\n");
        }

        svg.Add($"<line class=\"axis\" x1=\"{Left}\" x2=\"{Width - Right}\" y1=\"{Height - Bottom}\" y2=\"{Height - Bottom}\" />");
        svg.Add($"<text class=\"tick\" x=\"{Width - Right}\" y=\"{Height - 8}\" text-anchor=\"end\">bits a pixel (logarithmic), the whole file</text>");
        svg.Add($"<text class=\"tick\" x=\"{Left + 6}\" y=\"{Top + 10}\">{Unit}</text>\n");
        foreach (var curve in Curves.Reverse()) AddCurve(svg, curve, color(curve));
    }

    private void AddCurve(HtmlBuilder svg, ChartCurve curve, string color)
    {
        var drawn = curve.Points.Where(p => X.Shows(p.X) && Y.Shows(p.Y)).ToArray();
        var path = new StringBuilder();
        foreach (var point in drawn) path.Append(path.Length == 0 ? 'M' : 'L').Append(CultureInfo.InvariantCulture, $"{PixelX(point.X):0.#} {PixelY(point.Y):0.#}");
        svg.Add($"<path class=\"curve{Dashed(curve)}\" style=\"stroke:{color}\" d=\"{path.ToString()}\" />\n");
        var radius = curve == Curves[0] ? 3.4 : 2.4;
        foreach (var point in drawn) svg.Add($"<circle style=\"fill:{color}\" cx=\"{PixelX(point.X):0.#}\" cy=\"{PixelY(point.Y):0.#}\" r=\"{radius:0.#}\"><title>{point.Text}</title></circle>\n");
    }

    /// <summary>What a screen reader says of the picture: where each curve begins and ends.</summary>
    private string Summary() => $"{Title}. " + string.Join(". ", Curves.Where(c => c.Points.Count > 0).Select(c => $"{c.Name}: from {c.Points[0].Text} to {c.Points[^1].Text}"));
}
