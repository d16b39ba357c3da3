using VqVae.Reporting;

namespace VqVae.Codec.Cli.Evaluation.Report;

/// <summary>The curves.</summary>
internal static class CurvesSection
{
    public static void AddTo(HtmlBuilder html, EvaluationResult result)
    {
        html.Raw("<p>Each point is one setting: the mean of the pictures’ bits a pixel, and the mean of their quality. Higher and further left is better. Point at a curve, or focus a chart and use the arrow keys, to read it.</p><div class=\"charts\">");
        foreach (var (_, chart) in CurveFiles.Charts(result)) chart.AddTo(html);
        html.Raw("</div>");
    }
}
