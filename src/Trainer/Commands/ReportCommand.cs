using CommandLine;
using VqVae.CommandLine;
using VqVae.Trainer.Run;
using VqVae.Trainer.Seeing.Report;

namespace VqVae.Trainer.Commands;

/// <summary>Options of <c>trainer report</c>.</summary>
[Verb("report", HelpText = "Make a run's report.html again from what its folder holds.")]
internal sealed class ReportArguments
{
    [Value(0, MetaName = "RUN", Required = true, HelpText = "Run folder of trainer fit, such as runs/photos; the run may be going on.")]
    public string Run { get; set; } = "";
}

/// <summary><c>trainer report</c>.</summary>
internal static class ReportCommand
{
    /// <summary>Writes the report and says what it says first.</summary>
    /// <returns>The process's exit code.</returns>
    /// <exception cref="IOException">There is no run in the folder, or the report cannot be written.</exception>
    public static int Run(ReportArguments arguments, TextWriter output)
    {
        var folder = new RunFolder(arguments.Run);
        if (!File.Exists(folder.Settings) && !File.Exists(folder.Metrics))
            throw new IOException($"'{folder.Path}' holds no run: neither {Path.GetFileName(folder.Settings)} nor {Path.GetFileName(folder.Metrics)}");
        var verdict = RunReport.Write(folder);
        output.WriteLine(verdict.Headline);
        foreach (var finding in verdict.Findings.Where(f => f.Severity > Severity.Good))
        {
            output.WriteLine($"{finding.Severity.ToString().ToLowerInvariant(),-8} {finding.Title}: {finding.Detail}");
            if (finding.Advice.Length > 0) output.WriteLine($"{"",-8} {finding.Advice}");
        }

        output.WriteLine(folder.Report);
        return ExitCode.Ok;
    }
}
