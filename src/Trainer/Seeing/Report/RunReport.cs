using VqVae.CommandLine;
using VqVae.Models;
using VqVae.Reporting;
using VqVae.Trainer.Run;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Seeing.Report;

/// <summary>
/// <c>report.html</c>: what a run folder holds as one page that needs nothing but itself, for whoever left a training overnight and for whoever
/// wants every curve. It can be made again for any run at any time; what is missing or damaged becomes a notice in its place.
/// </summary>
internal static class RunReport
{
    /// <summary>Writes a run folder's report, atomically.</summary>
    /// <param name="folder">The run folder.</param>
    /// <returns>What the report says first.</returns>
    /// <exception cref="IOException">The file cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">As above.</exception>
    public static RunVerdict Write(RunFolder folder)
    {
        var (html, verdict) = Compose(folder, DateTimeOffset.UtcNow);
        AtomicFile.WriteAllText(folder.Report, html);
        return verdict;
    }

    /// <summary>The page.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="now">The time that the page gives for its own.</param>
    internal static (string Html, RunVerdict Verdict) Compose(RunFolder folder, DateTimeOffset now)
    {
        var (metrics, metricsProblem) = Attempt(folder.Metrics, MetricsTable.Read);
        var (settings, _) = Attempt(folder.Settings, path => RunSettings.FromJson(File.ReadAllText(path)));
        var (usage, usageProblem) = Attempt(folder.Usage, UsageFile.Read);
        var history = new RunHistory(metrics ?? MetricsTable.Empty, settings, usage ?? []);
        var verdict = RunVerdict.Of(history);
        var name = ConfigurationSection.FolderName(Path.GetFullPath(folder.Path));

        var html = new HtmlBuilder();
        HtmlPage.Begin(html, Numbers.Text($"{name}: {verdict.Headline}"), typeof(RunReport), "report.css");
        AddHeader(html, name, history, now);
        html.Raw("<main><section aria-labelledby=\"verdict\"><h2 id=\"verdict\" style=\"margin-top:0\">How it goes</h2>");
        if (metricsProblem is not null) html.Add($"<p class=\"notice\">{metricsProblem}</p>");
        if (history.Metrics.Skipped > 0) html.Add($"<p class=\"notice\">{history.Metrics.Skipped} row(s) of metrics.csv cannot be understood and are left out.</p>");
        VerdictSection.AddTo(html, verdict);
        KeyFigures.AddTo(html, history);
        html.Raw("</section>\n");
        HtmlPage.AddSection(html, "curves", "Curves", section => CurvesSection.AddTo(section, history));
        HtmlPage.AddSection(html, "samples", "Validation images", section => SamplesSection.AddTo(section, history, Path.GetDirectoryName(folder.Samples(0))!));
        HtmlPage.AddSection(html, "codebooks", "Codebooks", section => UsageSection.AddTo(section, history, usageProblem));
        HtmlPage.AddSection(html, "configuration", "Configuration", section => ConfigurationSection.AddTo(section, folder.Settings, folder.Environment));
        html.Raw("</main><footer>");
        html.Add($"<p>Made from the run folder by VqVae.Deploy trainer {ProgramVersion.Text}; <code>trainer report {name}</code> makes it again. The page loads nothing and sends nothing.</p>");
        html.Raw("</footer>");
        HtmlPage.End(html, typeof(RunReport), "report.js");
        return (html.ToString(), verdict);
    }

    private static void AddHeader(HtmlBuilder html, string name, RunHistory history, DateTimeOffset now)
    {
        var what = history.Settings is { } settings ? Numbers.Text($"preset {settings.Preset} on {ConfigurationSection.FolderName(settings.Data)}, ") : "";
        html.Add($"<header><div><h1>{name}</h1><p class=\"soft\">Training run, {what}as of <time datetime=\"{now.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}\">{now.UtcDateTime:yyyy-MM-dd HH:mm} UTC</time></p></div>");
        html.Raw("<nav aria-label=\"Sections\"><ul><li><a href=\"#curves\">Curves</a></li><li><a href=\"#samples\">Validation images</a></li><li><a href=\"#codebooks\">Codebooks</a></li><li><a href=\"#configuration\">Configuration</a></li></ul>");
        if (!history.Finished) html.Raw("<label class=\"live soft\"><input type=\"checkbox\" /> reload every 30 s</label>");
        html.Raw("</nav></header>");
        if (KeyFigures.Share(history) is { } share) html.Add($"<progress max=\"100\" value=\"{100 * share:0.#}\" aria-label=\"Share of the run that is done\">{share:0%}</progress>");
    }

    private static (T? Value, string? Problem) Attempt<T>(string path, Func<string, T> read)
        where T : class
    {
        var name = Path.GetFileName(path);
        if (!File.Exists(path)) return (null, $"There is no {name} yet.");
        try
        {
            return (read(path), null);
        }
        catch (Exception e) when (Notice.Covers(e))
        {
            return (null, $"{name} cannot be read: {Notice.Why(e, path)}");
        }
    }
}
