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
    private static readonly TimeSpan LiveInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly bool _live = !Console.IsOutputRedirected;
    private long _lastLine;
    private bool _lineOpen;
    private Progress? _latest;

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

    public void Tick(long step, double share, double seconds, double imagesPerSecond)
    {
        lock (_gate)
        {
            if (!_live || Stopwatch.GetElapsedTime(_lastLine) < LiveInterval) return;

            // The losses of the last report, beside how far the run is now.
            if (_latest is null) Rewrite(Text($"step {step}  {share,4:0%}  {imagesPerSecond:0.0} img/s"));
            else Rewrite(Line(settings, _latest with { Step = step, Seconds = seconds, ImagesPerSecond = imagesPerSecond }, share, WindowWidth()));
        }
    }

    public void Report(Progress progress, double share)
    {
        lock (_gate)
        {
            _latest = progress;
            if (_live)
            {
                Rewrite(Line(settings, progress, share, WindowWidth()));
            }
            else if (_lastLine == 0 || Stopwatch.GetElapsedTime(_lastLine) >= LogInterval || progress.Validation is not null)
            {
                Console.WriteLine(Line(settings, progress, share, int.MaxValue));
                _lastLine = Stopwatch.GetTimestamp();
            }

            if (progress.Validation?.Psnr is not { } psnr) return;
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

    /// <summary>Progress in groups, the most important first; what does not fit the width is left out from the end.</summary>
    internal static string Line(RunSettings settings, Progress progress, double share, int width)
    {
        string[] groups =
        [
            settings.Minutes is null ? Text($"step {progress.Step}/{settings.Training.Steps}") : Text($"step {progress.Step}"),
            Text($"{share:0%}"),
            share > 0 ? $"{Duration(progress.Seconds * ((1 / share) - 1))} left" : "",
            Text($"{progress.ImagesPerSecond:0.0} img/s"),
            Text($"PSNR {progress.Psnr:0.00} dB"),
            Text($"loss {progress.Loss:0.0000#}"),
            Text($"(reconstruction {progress.Reconstruction:0.0000#}, codebook {progress.Codebook:0.000#}, commitment {progress.Commitment:0.000#})"),
            $"perplexity {string.Join(' ', progress.Stages.Select(s => Text($"{s.Perplexity:0}")))}",
            $"used {string.Join(' ', progress.Stages.Select(s => Text($"{s.Used:0%}")))}",
        ];
        var line = new StringBuilder();
        foreach (var group in groups.Where(g => g.Length > 0))
        {
            if (line.Length > 0 && line.Length + 2 + group.Length > width) break;
            line.Append(line.Length > 0 ? "  " : "").Append(group);
        }

        return line.ToString();
    }

    /// <summary>Shows a line in place of the one before.</summary>
    private void Rewrite(string line)
    {
        var width = WindowWidth();
        Console.Write("\r" + (line.Length > width ? line[..width] : line.PadRight(width)));
        (_lineOpen, _lastLine) = (true, Stopwatch.GetTimestamp());
    }

    // A line that fills the last column wraps in some terminals.
    private static int WindowWidth() => Math.Max(20, Console.WindowWidth - 1);

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
