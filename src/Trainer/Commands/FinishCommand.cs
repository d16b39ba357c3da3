using TorchSharp;
using VqVae.CommandLine;
using VqVae.Trainer.Run;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Commands;

/// <summary><c>trainer finish</c>.</summary>
internal static class FinishCommand
{
    /// <summary>Completes a folder for the exporter.</summary>
    /// <param name="arguments">The options.</param>
    /// <param name="stop">Stops it before it writes.</param>
    /// <returns>The process's exit code.</returns>
    public static int Run(FinishArguments arguments, CancellationToken stop)
    {
        var folder = new RunFolder(arguments.Run);
        if (!File.Exists(folder.Settings) || !(File.Exists(folder.State) || File.Exists(folder.Checkpoint)))
            throw new UsageException($"'{folder.Path}' holds neither a run nor weights that a run kept");

        var settings = RunSettings.FromJson(File.ReadAllText(folder.Settings));
        settings = settings with { Data = arguments.Data ?? settings.Data };
        torch.set_num_threads(settings.Threads);
        using var held = RunLock.Take(folder);
        folder.RemoveLeftovers();
        var observer = new ConsoleFitObserver(settings);
        var images = new TrainingImages(settings, new FitOptions(), observer, stop);
        stop.ThrowIfCancellationRequested();
        if (File.Exists(folder.State)) FinishState(folder, settings, images);
        else ExportFiles.Finish(folder, images.Source, settings.Training.Batch);
        observer.Say($"complete: exporter {folder.Path} --out models/{Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder.Root.Path)))}");
        return ExitCode.Ok;
    }

    private static void FinishState(RunFolder folder, RunSettings settings, TrainingImages images)
    {
        using var trained = new TrainingStep(settings.Model, settings.Training, settings.SeedBits, torch.CPU);
        using var averages = new RunningAverages(torch.CPU);
        var position = TrainingState.Load(folder.State, trained, averages, images.Source.Files);
        using var average = trained.UseAverage();
        var provenance = RunProvenance.Of(settings, images.Source.Files.Count, position);
        ExportFiles.Write(folder, trained.Model, images.Source, position.Step * settings.Training.Batch, provenance);
    }
}
