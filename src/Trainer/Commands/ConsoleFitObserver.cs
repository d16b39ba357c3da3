using System.Diagnostics;
using System.Globalization;
using System.Text;
using VqVae.Trainer.Run;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Commands;

/// <summary>Shows a run on the terminal: one line that is rewritten, or a line now and then where output goes to a file.</summary>
internal sealed class ConsoleFitObserver(RunSettings settings) : IFitObserver
{
    private static readonly TimeSpan LogInterval = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly bool _live = !Console.IsOutputRedirected;
    private long _lastLine;
    private bool _lineOpen;

    public void Say(string line)
    {
        lock (_gate)
        {
            CloseLine();
            Console.WriteLine(line);
        }
    }

    public void Warn(string line)
    {
        lock (_gate)
        {
            CloseLine();
            Console.Error.WriteLine($"trainer: {line}");
        }
    }

    public void Report(Progress progress, double share)
    {
        lock (_gate)
        {
            if (_live)
            {
                // Cut to the window, since a wrapped line cannot be rewritten.
                var text = Line(progress, share);
                var width = Math.Max(20, Console.WindowWidth - 1);
                Console.Write("\r" + (text.Length > width ? text[..width] : text.PadRight(width)));
                _lineOpen = true;
            }
            else if (_lastLine == 0 || Stopwatch.GetElapsedTime(_lastLine) >= LogInterval || progress.ValidationPsnr is not null)
            {
                Console.WriteLine(Line(progress, share));
                _lastLine = Stopwatch.GetTimestamp();
            }

            if (progress.ValidationPsnr is not { } psnr) return;
            CloseLine();
            Console.WriteLine(Text($"step {progress.Step}: validation PSNR {Stages(psnr)}"));
        }
    }

    /// <summary>Says how the run ended and what to do next.</summary>
    public void Finish(FitResult result, RunFolder folder)
    {
        lock (_gate)
        {
            CloseLine();
            Console.WriteLine(Text($"{result.Steps} steps, {result.ImagesPerSecond:0.0} images/s{(result.ValidationPsnr.Count > 0 ? "; validation PSNR " + Stages(result.ValidationPsnr) : "")}"));
            if (result.Unreadable.Count > 0) Console.WriteLine($"{result.Unreadable.Count} image(s) were skipped, named above");
            var name = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder.Path)));
            Console.WriteLine(result.Completed
                ? $"next: exporter {folder.Path} --out models/{name}"
                : $"to go on: trainer fit --out {folder.Path} --resume");
        }
    }

    private string Line(Progress progress, double share)
    {
        var line = new StringBuilder();
        line.Append(settings.Minutes is null ? $"step {progress.Step}/{settings.Training.Steps}" : $"step {progress.Step}");
        line.Append(CultureInfo.InvariantCulture, $" {share,4:0%}  {progress.ImagesPerSecond:0.0} img/s  PSNR {progress.Psnr:0.00} dB  loss {progress.Loss:0.00000}");
        line.Append(CultureInfo.InvariantCulture, $" = {progress.Reconstruction:0.00000} rec, {progress.Codebook:0.00000} codebook, {progress.Commitment:0.00000} commitment");
        line.Append(CultureInfo.InvariantCulture, $"  perplexity {string.Join(' ', progress.Stages.Select(s => Text($"{s.Perplexity:0}")))}");
        line.Append(CultureInfo.InvariantCulture, $"  used {string.Join(' ', progress.Stages.Select(s => Text($"{s.Used:0%}")))}");
        if (share > 0) line.Append(CultureInfo.InvariantCulture, $"  {Duration(progress.Seconds * ((1 / share) - 1))} left");
        return line.ToString();
    }

    private void CloseLine()
    {
        if (_lineOpen) Console.WriteLine();
        _lineOpen = false;
    }

    private static string Stages(IReadOnlyList<double> psnr) =>
        string.Join(", ", psnr.Select((value, i) => Text($"{value:0.00} dB from {i + 1}"))) + (psnr.Count == 1 ? " stage" : " stages");

    private static string Duration(double seconds)
    {
        var span = TimeSpan.FromSeconds(Math.Min(seconds, 8.64e7));
        return span.TotalHours >= 1 ? Text($"{(int)span.TotalHours}:{span.Minutes:00}:{span.Seconds:00}") : Text($"{span.Minutes}:{span.Seconds:00}");
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
