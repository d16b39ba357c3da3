using VqVae.Reporting;

namespace VqVae.Codec.Cli.Evaluation.Report;

/// <summary><c>report.html</c>: an evaluation as one page that needs nothing but itself, for whoever knows neither the model nor the tool.</summary>
internal static class EvaluationPage
{
    /// <summary>The page.</summary>
    public static string Compose(EvaluationResult result, IReadOnlyList<MatchedPicture> shown)
    {
        ArgumentNullException.ThrowIfNull(result);
        ArgumentNullException.ThrowIfNull(shown);
        var verdict = Verdict.Of(result);
        var html = new HtmlBuilder();
        HtmlPage.Begin(html, verdict.Headline, typeof(EvaluationPage), "evaluation.css");
        AddHeader(html, result, shown.Count > 0);
        html.Raw("<main><section aria-labelledby=\"verdict\"><h2 id=\"verdict\" style=\"margin-top:0\">Who won</h2>");
        VerdictSection.AddTo(html, result, verdict);
        html.Raw("</section>\n");
        HtmlPage.AddSection(html, "curves", "Rate and quality", section => CurvesSection.AddTo(section, result));
        if (shown.Count > 0) HtmlPage.AddSection(html, "pictures", "The pictures, worst first", section => PicturesSection.AddTo(section, result, shown));
        HtmlPage.AddSection(html, "figures", "All figures", section => FiguresSection.AddTo(section, result));
        HtmlPage.AddSection(html, "method", "How it was measured", section => MethodSection.AddTo(section, result));
        html.Raw("</main><footer><p>Made by <code>vqcodec eval</code> of VqVae.Deploy. The page loads nothing and sends nothing.</p></footer>");
        HtmlPage.End(html, typeof(EvaluationPage), "evaluation.js");
        return html.ToString();
    }

    private static void AddHeader(HtmlBuilder html, EvaluationResult result, bool hasPictures)
    {
        var others = result.Classical.Where(c => c.Codec is not Codecs.HalvedCodec).Select(c => c.Codec.Name).ToArray();
        var against = others.Length == 0 ? "" : $" against {Numbers.List(others)}";
        var finished = result.Finished.UtcDateTime;
        html.Add($"<header><div><h1>A VQ-VAE codec{against}</h1><p class=\"soft\">{result.Pictures.Count} {(result.Pictures.Count == 1 ? "picture" : "pictures")} of <code>{result.Data}</code>, {result.Tested.Codec.Settings}; <time datetime=\"{finished:yyyy-MM-ddTHH:mm:ssZ}\">{finished:yyyy-MM-dd HH:mm} UTC</time></p></div>");
        html.Raw("<nav aria-label=\"Sections\"><ul><li><a href=\"#curves\">Curves</a></li>");
        if (hasPictures) html.Raw("<li><a href=\"#pictures\">Pictures</a></li>");
        html.Raw("<li><a href=\"#figures\">Figures</a></li><li><a href=\"#method\">Method</a></li></ul></nav></header>");
    }
}
