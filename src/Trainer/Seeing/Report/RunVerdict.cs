namespace VqVae.Trainer.Seeing.Report;

/// <summary>What the rows of a run say about it, in plain language: a function of the rows alone.</summary>
/// <param name="Severity">The most important finding's.</param>
/// <param name="Headline">The run in one sentence.</param>
/// <param name="Findings">All findings, the most important first.</param>
internal sealed record RunVerdict(Severity Severity, string Headline, IReadOnlyList<Finding> Findings)
{
    /// <summary>Judges a run. What its rows are too few to show is not said.</summary>
    public static RunVerdict Of(RunHistory history)
    {
        if (history.Metrics.Rows == 0)
        {
            var waiting = new Finding(Severity.Note, Topic.Progress, "Nothing has been reported yet", "metrics.csv has no rows; the first comes after --report-every steps.");
            return new RunVerdict(Severity.Note, "Nothing has been reported yet", [waiting]);
        }

        Finding[] findings = [.. LossFindings.Of(history), .. CodebookFindings.Of(history), .. ProgressFindings.Of(history)];
        findings = [.. findings.OrderByDescending(f => f.Severity).ThenByDescending(f => f.Topic == Topic.Progress)];
        var worst = findings.Max(f => f.Severity);
        var progress = findings.First(f => f.Topic == Topic.Progress);
        return new RunVerdict(worst, Sentence(worst, findings, progress), findings);
    }

    private static string Sentence(Severity worst, Finding[] findings, Finding progress)
    {
        if (worst < Severity.Watch) return progress.Title;
        var count = findings.Count(f => f.Severity == worst);
        var first = findings[0].Title;
        var others = count > 1 ? $" (and {count - 1} more)" : "";
        return findings[0].Topic == Topic.Progress ? first + others : $"{first}{others}. {progress.Title}";
    }
}
