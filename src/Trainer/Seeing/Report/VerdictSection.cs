using System.Text.RegularExpressions;
using VqVae.Reporting;

namespace VqVae.Trainer.Seeing.Report;

/// <summary>The verdict: a headline, then a finding an item with what to do next.</summary>
internal static partial class VerdictSection
{
    public static void AddTo(HtmlBuilder html, RunVerdict verdict)
    {
        html.Add($"<div class=\"verdict {Tone(verdict.Severity)}\"><p>{verdict.Headline}</p><ul class=\"findings\">");
        foreach (var finding in verdict.Findings)
        {
            html.Add($"<li class=\"{Tone(finding.Severity)}\"><span class=\"badge\">{Word(finding.Severity)}</span><div><h3>{finding.Title}</h3><p>{finding.Detail}</p>");
            if (finding.Advice.Length > 0)
            {
                html.Raw("<p class=\"advice\">");
                AddOptions(html, finding.Advice);
                html.Raw("</p>");
            }

            html.Raw("</div></li>");
        }

        html.Raw("</ul></div>");
    }

    /// <summary>Text with its command-line options, and their values, set as code.</summary>
    private static void AddOptions(HtmlBuilder html, string text)
    {
        var end = 0;
        foreach (Match option in Options().Matches(text))
        {
            html.Add($"{text[end..option.Index]}<code>{option.Value}</code>");
            end = option.Index + option.Length;
        }

        html.Add($"{text[end..]}");
    }

    [GeneratedRegex(@"--[a-z][a-z-]*(?: [0-9][0-9.e+-]*[0-9]| [0-9])?")]
    private static partial Regex Options();

    private static string Tone(Severity severity) => severity switch
    {
        Severity.Problem => "problem",
        Severity.Watch => "watch",
        Severity.Note => "note",
        _ => "good",
    };

    private static string Word(Severity severity) => severity switch
    {
        Severity.Problem => "Problem",
        Severity.Watch => "Watch",
        Severity.Note => "Note",
        _ => "Good",
    };
}
