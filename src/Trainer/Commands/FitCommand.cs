using TorchSharp;
using VqVae.CommandLine;
using VqVae.Trainer.Run;
using VqVae.Trainer.Seeing.Report;
using VqVae.Trainer.Seeing.TensorBoard;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Commands;

/// <summary><c>trainer fit</c>.</summary>
internal static class FitCommand
{
    /// <summary>Trains.</summary>
    /// <param name="arguments">The options.</param>
    /// <param name="stop">Ends the run cleanly (Ctrl-C).</param>
    /// <returns>The process's exit code.</returns>
    public static int Run(FitArguments arguments, CancellationToken stop)
    {
        var folder = new RunFolder(arguments.Out);
        var (settings, options, device) = Understand(arguments, folder);
        torch.set_num_threads(settings.Threads);
        var console = new ConsoleFitObserver(settings);
        using var observer = new CompositeFitObserver([console, .. Recorders(arguments, settings, folder, device, console)]);
        observer.Say(Describe(settings, device));
        var result = new Fitter(settings, options, folder, device, observer).Run(stop);
        Finish(console, result, folder);
        return result.Completed ? ExitCode.Ok : ExitCode.Cancelled;
    }

    /// <summary>What records a run for later, besides its metrics.</summary>
    private static IEnumerable<IFitObserver> Recorders(FitArguments arguments, RunSettings settings, RunFolder folder, torch.Device device, ConsoleFitObserver console)
    {
        if (!arguments.NoTensorBoard) yield return new TensorBoardObserver(folder.TensorBoard, settings.Model.Planes, settings.ToJson(), console.Warn);
        if (!arguments.NoReport) yield return new ReportObserver(folder, device.ToString(), console.Warn);
    }

    private static void Finish(ConsoleFitObserver console, FitResult result, RunFolder folder)
    {
        try
        {
            console.Finish(result, folder);
        }
        catch (IOException)
        {
            // The terminal is gone, as after a hang-up. The run's files are written, and nobody is left to tell.
        }
    }

    private static (RunSettings Settings, FitOptions Options, torch.Device Device) Understand(FitArguments arguments, RunFolder folder)
    {
        try
        {
            if (arguments.Rest.FirstOrDefault() is { } extra) throw new ArgumentException($"'{extra}' is one argument too many; the folder of images is --data DIR");
            if (string.IsNullOrWhiteSpace(arguments.Out)) throw new ArgumentException("--out is empty");
            var settings = arguments.Resume ? FitSettings.Resumed(arguments, folder) : FitSettings.New(arguments, folder);
            return (settings, Options(arguments), TorchDevice.Parse(arguments.Device));
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message, e);
        }
    }

    private static FitOptions Options(FitArguments arguments)
    {
        foreach (var (name, value) in (ReadOnlySpan<(string, int)>)[
            ("--report-every", arguments.ReportEvery), ("--validate-every", arguments.ValidateEvery), ("--samples-every", arguments.SamplesEvery),
            ("--save-every", arguments.SaveEvery), ("--loader-threads", arguments.LoaderThreads ?? 1)])
        {
            if (value < 1) throw new ArgumentException($"{name}: expected at least 1, got {value}");
        }

        foreach (var (name, value) in (ReadOnlySpan<(string, int?)>)[("--cache-mb", arguments.CacheMegabytes), ("--cache-dir-mb", arguments.CacheFolderMegabytes), ("--keep-every", arguments.KeepEvery)])
        {
            if (value < 0) throw new ArgumentException($"{name}: expected 0 or more, got {value}");
        }

        if (!(arguments.SaveMinutes > 0)) throw new ArgumentException($"--save-minutes: expected above 0, got {arguments.SaveMinutes}");
        if (arguments.CacheFolder is { } cache && string.IsNullOrWhiteSpace(cache)) throw new ArgumentException("--cache-dir is empty");
        if (arguments is { CacheFolder: null, CacheFolderMegabytes: not null }) throw new ArgumentException("--cache-dir-mb: the size of which folder? Name it with --cache-dir DIR");
        var defaults = new FitOptions();
        return defaults with
        {
            ReportEvery = arguments.ReportEvery,
            ValidateEvery = arguments.ValidateEvery,
            SamplesEvery = arguments.SamplesEvery,
            SaveEvery = arguments.SaveEvery,
            SaveEverySeconds = 60 * arguments.SaveMinutes,
            KeepEvery = arguments.KeepEvery,
            Resume = arguments.Resume,
            CacheBytes = arguments.CacheMegabytes is { } megabytes ? (long)megabytes << 20 : defaults.CacheBytes,
            CacheFolder = arguments.CacheFolder,
            CacheFolderBytes = arguments.CacheFolderMegabytes is { } folderMegabytes ? (long)folderMegabytes << 20 : defaults.CacheFolderBytes,
            LoaderThreads = arguments.LoaderThreads ?? defaults.LoaderThreads,
        };
    }

    private static string Describe(RunSettings settings, torch.Device device)
    {
        var length = settings.Minutes is { } minutes ? $"{minutes:0.#} minutes" : $"{settings.Training.Steps} steps";
        var size = settings.Training.ImageSize;
        return $"{settings.Preset}: {ModelSummary.Structure(settings.Model)}; {ModelSummary.Cost(settings.Model)} kMAC a pixel; {length} of {settings.Training.Batch} samples of {size}x{size} on {device}";
    }
}
