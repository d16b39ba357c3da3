using System.Globalization;
using TorchSharp;
using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Data;
using VqVae.Trainer.Run;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Tests;

/// <summary>Runs of a few steps of the smallest models on drawn images.</summary>
internal static class TinyRun
{
    /// <summary>Options under which each kind of event comes at steps of its own.</summary>
    public static FitOptions Options { get; } = new() { ReportEvery = 1, ValidateEvery = 6, SamplesEvery = 6, SaveEvery = 5 };

    public static void DrawImages(string folder, int count)
    {
        Directory.CreateDirectory(folder);
        for (var i = 0; i < count; i++) VipsImages.WritePng(Path.Combine(folder, $"{i:D2}.png"), DrawnImage.Rgb(48, 40, i), 48, 40);
    }

    public static RunSettings Settings(string data, Architecture architecture, int steps)
    {
        var klt = architecture == Architecture.Klt;
        var training = (klt ? Preset.Small : Preset.Celeba).Training with { ImageSize = 32, Batch = 2, Steps = steps };
        return new RunSettings
        {
            Preset = "test",
            Data = data,
            Model = klt ? RandomCheckpoint.TinyKlt : RandomCheckpoint.TinyVqVae,
            Training = training,
            Seed = 3,
            Threads = 1,
        };
    }

    /// <summary>Runs, until a step's report stops it.</summary>
    public static FitResult Fit(string run, RunSettings settings, int? stopAt = null, bool resume = false, FitOptions? options = null)
    {
        Directory.CreateDirectory(run);
        using var stop = new CancellationTokenSource();
        var observer = new Watcher { OnReport = progress => { if (progress.Step == stopAt) stop.Cancel(); } };
        return Fit(new RunFolder(run), settings, observer, (options ?? Options) with { Resume = resume }, stop.Token);
    }

    public static FitResult Fit(RunFolder folder, RunSettings settings, IFitObserver observer, FitOptions? options = null, CancellationToken stop = default) =>
        new Fitter(settings, options ?? Options, folder, torch.CPU, observer).Run(stop);

    /// <summary>The steps that <c>metrics.csv</c> has rows of.</summary>
    public static long[] Steps(string run) =>
        [.. File.ReadLines(Path.Combine(run, "metrics.csv")).Skip(1).Select(row => long.Parse(row.Split(',')[0], CultureInfo.InvariantCulture))];

    /// <summary>The lines of <c>metrics.csv</c> without what the clock measured.</summary>
    public static string[] RowsWithoutTimes(string run) =>
        [.. File.ReadLines(Path.Combine(run, "metrics.csv")).Select(row => string.Join(',', row.Split(',').Where((_, column) => column is not (2 or 3))))];

    /// <summary>Lets a test see a run and interfere with it.</summary>
    internal sealed class Watcher : IFitObserver
    {
        private readonly List<string> _warnings = [];

        public Action<Progress> OnReport { get; init; } = _ => { };

        public IReadOnlyList<string> Warnings => _warnings;

        public void Say(string line)
        {
        }

        public void Warn(string line)
        {
            lock (_warnings) _warnings.Add(line);
        }

        public void Tick(long step, double share, double seconds, double imagesPerSecond)
        {
        }

        public void Report(Progress progress, double share) => OnReport(progress);
    }
}
