using VqVae.Reporting;

namespace VqVae.Codec.Cli.Evaluation.Report;

/// <summary>The page's first words, and the table of BD-rates.</summary>
internal static class VerdictSection
{
    public static void AddTo(HtmlBuilder html, EvaluationResult result, Verdict verdict)
    {
        html.Add($"<div class=\"verdict {verdict.Tone}\"><p>{verdict.Headline}</p><ul class=\"findings\">");
        foreach (var (tone, badge, text) in verdict.Findings) html.Add($"<li class=\"{tone}\"><span class=\"badge\">{badge}</span><p>{text}</p></li>");
        html.Raw("</ul></div>");
        if (result.Classical.Count > 0) AddTable(html, result);
        foreach (var missing in result.Missing) html.Add($"<p class=\"notice\">{missing}: it is not in the comparison.</p>");
        if (result.Skipped.Count > 0)
            html.Add($"<p class=\"notice\">{result.Skipped.Count} {(result.Skipped.Count == 1 ? "picture was" : "pictures were")} left out; <a href=\"#method\">below</a> is why.</p>");
    }

    private static void AddTable(HtmlBuilder html, EvaluationResult result)
    {
        html.Raw("<div class=\"wide\"><h3>Bits of the model against each codec, at equal quality (BD-rate)</h3><p class=\"soft\">Below zero the model’s files are smaller. Under each figure the range of quality that both codecs have, which it is the mean over.</p>");
        html.Raw("<div class=\"scroll\"><table><thead><tr><th scope=\"col\">against</th>");
        foreach (var measure in QualityMeasure.All) html.Add($"<th scope=\"col\" class=\"n\">{measure.Name}</th>");
        html.Raw("<th scope=\"col\" class=\"n\">lowest bits/pixel</th><th scope=\"col\" class=\"n\">encode</th><th scope=\"col\" class=\"n\">decode</th></tr></thead><tbody>");
        foreach (var codec in result.All)
        {
            html.Add($"<tr><th scope=\"row\"><span class=\"swatch\" style=\"background:var(--c{Palette.Of(result, codec) + 1})\"></span> {codec.Codec.Name}</th>");
            foreach (var measure in QualityMeasure.All)
            {
                if (codec == result.Tested) html.Raw("<td class=\"n soft\">–</td>");
                else if (result.Delta(codec, measure) is { } delta)
                    html.Add($"<td class=\"n\"><span class=\"{(delta.Percent < 0 ? "win" : "lose")}\">{EvaluationTable.Percent(delta.Percent)}</span><small>{delta.Low:0.0}–{delta.High:0.0} dB</small></td>");
                else html.Raw("<td class=\"n soft\">no common range</td>");
            }

            html.Add($"<td class=\"n\">{codec.LowestRate:0.000}</td>");
            if (codec.Speed is { } speed) html.Add($"<td class=\"n\">{EvaluationTable.Speed(speed.Encoding)}</td><td class=\"n\">{EvaluationTable.Speed(speed.Decoding)}<small>at {speed.Label}</small></td></tr>");
            else html.Raw("<td></td><td></td></tr>");
        }

        var threads = result.Threads == 1 ? "one thread" : Numbers.Text($"{result.Threads} threads");
        html.Add($"</tbody></table></div><p class=\"soft\">Speeds are megapixels a second with {threads} each, at the setting whose files are nearest in size to the model’s «{result.Tested.Settings[result.Shown].Label}», over {result.TimedPictures} {(result.TimedPictures == 1 ? "picture" : "pictures")}, from memory to memory.</p></div>");
    }
}
