using NetVips;
using VqVae.Reporting;
using VqVae.Trainer.Run;

namespace VqVae.Trainer.Seeing.Report;

/// <summary>How codes are used: a heat map of the last interval, each stage's use over time, perplexity and used codes.</summary>
internal static class UsageSection
{
    /// <summary>Most stages whose use over time is drawn; of more, as many that are spread over all.</summary>
    private const int MostPictures = 24;

    /// <summary>Most columns of time.</summary>
    private const int MostColumns = 96;

    /// <summary>Stages from which their table is folded away.</summary>
    private const int FoldedTable = 12;

    public static void AddTo(HtmlBuilder html, RunHistory history, string? usageProblem)
    {
        AddCurves(html, history);
        AddTable(html, history);
        if (history.Usage.Count == 0)
        {
            html.Add($"<p class=\"notice\">{usageProblem ?? "How often each code is chosen is written with the first validation."}</p>");
            return;
        }

        try
        {
            AddNow(html, history.Usage);
            AddOverTime(html, history.Usage);
        }
        catch (VipsException e)
        {
            html.Add($"<p class=\"notice\">The heat maps cannot be drawn: {VqVae.Imaging.Vips.Reason(e)}</p>");
        }
    }

    private static void AddCurves(HtmlBuilder html, RunHistory history)
    {
        var charts = new List<LineChart>();
        foreach (var plane in history.Metrics.Stages.GroupBy(s => s.Plane))
        {
            var stages = plane.ToArray();
            var of = plane.Key.Length == 0 ? "" : $", {plane.Key}";
            var codes = history.Codes(stages[0]) is { } k ? Numbers.Text($" Of {k} codes; {k} would be all equally often.") : "";
            charts.Add(new LineChart
            {
                Title = "Perplexity" + of,
                Caption = $"2 to the entropy of the choices.{codes}",
                Steps = history.Metrics.Steps,
                Curves = LineChart.InOrder([.. stages.Select(s => (Numbers.Text($"stage {s.Number}"), Counted(s, s.Perplexity)))]),
            });
            charts.Add(new LineChart
            {
                Title = "Used codes" + of,
                Caption = "Share of the codes chosen at least once in the steps of a report.",
                Steps = history.Metrics.Steps,
                Shares = true,
                Curves = LineChart.InOrder([.. stages.Select(s => (Numbers.Text($"stage {s.Number}"), Counted(s, s.Used)))]),
            });
        }

        if (!charts.Any(c => c.HasValues)) return;
        html.Raw("<div class=\"charts\">");
        foreach (var chart in charts.Where(c => c.HasValues)) chart.AddTo(html);
        html.Raw("</div>");
    }

    private static void AddTable(HtmlBuilder html, RunHistory history)
    {
        StageColumns[] stages = [.. history.Metrics.Stages.Where(s => s.Perplexity.Any(p => p >= 1))];
        if (stages.Length == 0) return;
        html.Raw(stages.Length <= FoldedTable ? "<details open=\"open\">" : "<details>");
        html.Raw("<summary>Stages in figures</summary><div class=\"scroll\"><table><thead><tr><th>stage</th><th class=\"n\">codes</th><th class=\"n\">perplexity</th><th class=\"n\">used, last report</th><th class=\"n\">used, last interval</th></tr></thead><tbody>");
        foreach (var stage in stages)
        {
            var counts = history.Usage.Count == 0 ? null : history.Usage[^1].Stages.FirstOrDefault(s => s.Stage == stage.Name);
            html.Add($"<tr><th scope=\"row\">{stage.Name}</th><td class=\"n\">{history.Codes(stage)?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "–"}</td>");
            html.Add($"<td class=\"n\">{Numbers.Short(stage.Perplexity.LastOrDefault(p => p >= 1, double.NaN))}</td><td class=\"n\">{Numbers.Percent(stage.Used.LastOrDefault(double.IsFinite, double.NaN))}</td>");
            html.Add($"<td class=\"n\">{(counts is { Codes: > 0 } ? Numbers.Percent(counts.Used / (double)counts.Codes) : "–")}</td></tr>");
        }

        html.Raw("</tbody></table></div></details>");
    }

    /// <summary>A row a stage, its codes or ranges of codes from the most used to the least.</summary>
    private static void AddNow(HtmlBuilder html, IReadOnlyList<UsageInterval> usage)
    {
        var stages = usage[^1].Stages;
        var columns = stages.Max(s => s.Counts.Count);
        var map = new HeatMap(columns, stages.Count);
        for (var row = 0; row < stages.Count; row++)
        {
            var counts = stages[row].Counts.OrderDescending().ToArray();
            var total = counts.Sum(c => (double)c);
            for (var column = 0; column < columns; column++)
            {
                var code = column * counts.Length / columns;
                map.Set(column, row, total > 0 ? counts[code] / total * counts.Length : 0);
            }
        }

        var ranges = stages.Any(s => s.Codes > s.Counts.Count) ? Numbers.Text($" Codebooks of more than {UsageFile.MaxBins} codes are shown in {UsageFile.MaxBins} ranges of codes.") : "";
        html.Add($"<figure class=\"wide\"><figcaption><h3>Choices in the last interval</h3><p>Up to step {Numbers.Count(usage[^1].Step)}, since step {Numbers.Count(usage.Count > 1 ? usage[^2].Step : 0)}: a row a stage, its codes from the most to the least used, left to right.{ranges}</p></figcaption>");
        AddScale(html);
        html.Add($"<div class=\"last\"><ol class=\"rows\" style=\"--rows:{stages.Count}\" aria-hidden=\"true\">");
        foreach (var stage in stages) html.Add($"<li>{stage.Stage}</li>");
        html.Raw("</ol>");
        AddMap(html, map, Numbers.Text($"Heat map of code use: {stages.Count} stages"), string.Join('|', stages.Select(s => Numbers.Text($"stage {s.Stage}, rank"))), style: Numbers.Text($"--rows:{stages.Count}"));
        html.Raw("</div></figure>");
    }

    /// <summary>For each stage a small map: time from left to right, codes from the most to the least used in all.</summary>
    private static void AddOverTime(HtmlBuilder html, IReadOnlyList<UsageInterval> usage)
    {
        if (usage.Count < 2) return;
        var columns = Columns(usage);
        var names = usage[^1].Stages.Select(s => s.Stage).ToArray();
        var shown = names.Length <= MostPictures ? names : [.. Enumerable.Range(0, MostPictures).Select(i => names[i * (names.Length - 1) / (MostPictures - 1)])];
        var left = names.Length > shown.Length ? Numbers.Text($" {shown.Length} of {names.Length} stages, spread over all.") : "";
        html.Add($"<figure class=\"wide\"><figcaption><h3>Choices over time</h3><p>Steps 0 to {Numbers.Count(usage[^1].Step)} from left to right, codes from the most (top) to the least used in all.{left}</p></figcaption><div class=\"maps\">");
        foreach (var name in shown)
        {
            var counts = columns.Select(c => c.Stages.FirstOrDefault(s => s.Stage == name)?.Counts).ToArray();
            var codes = counts[^1]!.Count;
            var order = Enumerable.Range(0, codes).OrderByDescending(code => counts.Sum(c => c?.Count == codes ? c[code] : 0)).ToArray();
            var map = new HeatMap(columns.Count, codes);
            for (var column = 0; column < counts.Length; column++)
            {
                if (counts[column] is not { } choices || choices.Count != codes) continue;
                var total = choices.Sum(c => (double)c);
                for (var row = 0; row < codes; row++) map.Set(column, row, total > 0 ? choices[order[row]] / total * codes : 0);
            }

            html.Add($"<div class=\"heat\"><h4>stage {name}</h4>");
            AddMap(html, map, $"Use of the codes of stage {name} over time", labels: null, style: "");
            html.Raw("</div>");
        }

        html.Raw("</div></figure>");
    }

    /// <summary>Intervals of about equal length, at most <see cref="MostColumns"/>.</summary>
    private static IReadOnlyList<UsageInterval> Columns(IReadOnlyList<UsageInterval> usage) => UsageFile.Merged(usage, Math.Min(usage.Count, MostColumns));

    private static void AddMap(HtmlBuilder html, HeatMap map, string label, string? labels, string style)
    {
        html.Add($"<div class=\"map\" style=\"{style}\"><img src=\"{map.ToDataUri()}\" width=\"{map.Columns}\" height=\"{map.Rows}\" alt=\"{label}\"");

        // The large map can be read off under the pointer.
        if (labels is not null) html.Add($" data-levels=\"{map.Levels()}\" data-labels=\"{labels}\" data-range=\"{HeatMap.Range}\"");
        html.Raw(" /><output class=\"tip\" hidden=\"hidden\"></output></div>");
    }

    private static void AddScale(HtmlBuilder html) =>
        html.Add($"<p class=\"scale\"><span class=\"swatch\" style=\"background:{HeatMap.UnusedColor}\"></span> never <span>1/{HeatMap.Range:0} of an even share</span> <span class=\"ramp\" style=\"background:linear-gradient(to right,{HeatMap.ScaleColors})\"></span> <span>{HeatMap.Range:0} times</span></p>");

    /// <summary>A perplexity below 1 is none: nothing was counted in those steps.</summary>
    private static double[] Counted(StageColumns stage, double[] values) => [.. values.Select((value, row) => stage.Perplexity[row] >= 1 ? value : double.NaN)];
}
