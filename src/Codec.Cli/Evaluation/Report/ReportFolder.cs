using System.Text;
using VqVae.CommandLine;
using VqVae.Models;

namespace VqVae.Codec.Cli.Evaluation.Report;

/// <summary>The folder of an evaluation's files. Each appears whole or not at all, the page last.</summary>
internal sealed class ReportFolder
{
    private const string ReportFile = "report.html", CsvFile = "results.csv", JsonFile = "results.json";

    /// <summary>The charts' files without their extensions.</summary>
    private static readonly string[] ChartFiles = ["psnr", "ms-ssim", "psnr-luma", "ms-ssim-rgb"];

    private readonly string _path;

    private ReportFolder(string path) => _path = path;

    /// <summary>The names that an evaluation writes.</summary>
    public static IReadOnlyList<string> FileNames { get; } = [ReportFile, CsvFile, JsonFile, .. ChartFiles.SelectMany(f => (string[])[f + ".svg", f + ".png"])];

    /// <summary>The page.</summary>
    public string Report => Path.Combine(_path, ReportFile);

    /// <summary>Checks, before any work is done, that the folder may be written; it is made after the work.</summary>
    /// <param name="path">The folder.</param>
    /// <param name="force">Whether an earlier report may be replaced, and other files may lie beside it.</param>
    /// <exception cref="IOException">It is a file, or holds files that are not to be overwritten or mixed with.</exception>
    public static ReportFolder Check(string path, bool force)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (File.Exists(path)) throw new IOException($"{path} is a file, expected a folder");
        if (Directory.Exists(path) && !force)
        {
            var names = Directory.EnumerateFileSystemEntries(path).Select(p => Path.GetFileName(p)!).Where(n => !n.StartsWith('.')).Order(StringComparer.Ordinal).ToArray();
            if (names.FirstOrDefault(n => !FileNames.Contains(n)) is { } other)
                throw new IOException($"{path} holds other files ({other}); name a new folder, or --force to put the report beside them");
            if (names.Length > 0) throw new IOException($"{path} holds an earlier report; --force overwrites it");
        }

        return new ReportFolder(path);
    }

    /// <summary>Writes all files.</summary>
    /// <exception cref="OperationCanceledException">It was stopped; the page was not written.</exception>
    /// <exception cref="IOException">The disk is full, or a file cannot be replaced.</exception>
    public void Write(EvaluationResult result, IReadOnlyList<MatchedPicture> shown, Terminal terminal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        var files = new List<(string Name, byte[] Content)>
        {
            (CsvFile, Encoding.UTF8.GetBytes(ResultsCsv.Of(result))),
            (JsonFile, Encoding.UTF8.GetBytes(ResultsJson.Of(result))),
        };
        var charts = CurveFiles.Charts(result);
        foreach (var (name, chart) in charts)
        {
            var svg = chart.ToSvg();
            files.Add((name + ".svg", Encoding.UTF8.GetBytes(svg)));
            if (CurveFiles.ToPng(svg) is { } png) files.Add((name + ".png", png));
        }

        if (files.Count < 2 + (2 * charts.Count)) terminal.Error.WriteLine("vqcodec: curves are written as SVG alone: libvips has no SVG loader here, or the system has no fonts");
        files.Add((ReportFile, Encoding.UTF8.GetBytes(EvaluationPage.Compose(result, shown))));

        // All is ready: from here on it takes no time, and stopping leaves an earlier report or the new one.
        cancellationToken.ThrowIfCancellationRequested();
        Directory.CreateDirectory(_path);
        AtomicFile.RemoveLeftovers(_path, FileNames);
        foreach (var (name, content) in files) AtomicFile.WriteAllBytes(Path.Combine(_path, name), content);
    }
}
