using System.Diagnostics;
using VqVae.Models;
using VqVae.Trainer.Data;
using VqVae.Trainer.Training;
using static TorchSharp.torch;

namespace VqVae.Trainer.Run;

/// <summary>
/// Keeps what a run has learned: its state, the best weights and those of certain steps. A file that cannot be written stops the run with a
/// line that says which, what it needs and how to go on; what was kept before it is whole.
/// </summary>
internal sealed class RunKeeper(RunFolder folder, RunSettings settings, FitOptions options, TrainingStep trained, RunningAverages averages, SampleSource source)
{
    private long? _savedStep;
    private long _savedAt = Stopwatch.GetTimestamp();

    /// <summary>Makes the folder one that can be gone on with.</summary>
    /// <param name="position">Where the run stands.</param>
    /// <returns>The same, without a best step whose weights are no longer there.</returns>
    public RunPosition Begin(RunPosition position)
    {
        if (options.Resume) _savedStep = position.Step;
        WriteSettings(folder);
        if (!options.Resume) SaveState(position, metrics: null);
        return File.Exists(folder.Best.Checkpoint) ? position : position with { Best = null };
    }

    /// <summary>Opens the metrics for the steps after a position.</summary>
    public MetricsFile OpenMetrics(RunPosition position)
    {
        MetricsFile? metrics = null;
        Write(folder.Metrics, File.Exists(folder.Metrics) ? new FileInfo(folder.Metrics).Length : 0, () => metrics = new MetricsFile(folder, settings.Model.Planes, position.Step));
        return metrics!;
    }

    /// <summary>Adds a row.</summary>
    public void AddMetrics(MetricsFile metrics, Progress progress)
    {
        var row = metrics.Row(progress);
        Write(folder.Metrics, row.Length, () => metrics.Add(row));
    }

    /// <summary>Whether a state is to be saved after a step: by its number, or because the last one is too long ago.</summary>
    public bool IsStateDue(long step) => step % options.SaveEvery == 0 || Stopwatch.GetElapsedTime(_savedAt).TotalSeconds >= options.SaveEverySeconds;

    /// <summary>Saves the state: a process or machine that dies meanwhile leaves the previous one.</summary>
    /// <param name="position">Where the run stands.</param>
    /// <param name="metrics">The rows up to there, which reach the disk first.</param>
    public void SaveState(RunPosition position, MetricsFile? metrics)
    {
        if (metrics is not null) Write(folder.Metrics, 0, metrics.FlushToDisk);
        var state = TrainingState.CreateWriter(trained, averages, position, source.Files);
        Write(folder.State, state.Length, () => folder.WriteFile(folder.State, state.WriteTo));
        (_savedStep, _savedAt) = (position.Step, Stopwatch.GetTimestamp());
    }

    /// <summary>Keeps the weights as the best, if the validation images come back better from all stages than ever before.</summary>
    /// <remarks>PSNR, not the loss: it means the same in every run, whatever the weights of its losses.</remarks>
    /// <returns>The position with its best step.</returns>
    public RunPosition KeepBest(RunPosition position)
    {
        if (position.Validation is not { Psnr: [.., var psnr] } || !(psnr > (position.Best?.Psnr ?? double.NegativeInfinity))) return position;
        KeepWeights(folder.Best, position);
        return position with { Best = new BestStep(position.Step, psnr) };
    }

    /// <summary>Whether a step's weights are to be kept.</summary>
    public bool IsStepDue(long step) => options.KeepEvery > 0 && step % options.KeepEvery == 0;

    /// <summary>Keeps a step's weights.</summary>
    public void KeepStep(RunPosition position) => KeepWeights(folder.KeptStep(position.Step), position);

    /// <summary>Writes what the exporter reads: of the last step, and for the best one too where that is quick or the run is done.</summary>
    public void WriteExportFiles(RunPosition position, bool completed)
    {
        using var average = trained.UseAverage();
        Export(folder, () => ExportFiles.Write(folder, trained.Model, source, position.Step * settings.Training.Batch, Provenance(position)));
        if (position.Best?.Step == position.Step) Export(folder.Best, () => ExportFiles.Copy(folder, folder.Best));
        else if (completed && position.Best is not null && !ExportFiles.AreComplete(folder.Best)) Export(folder.Best, () => ExportFiles.Finish(folder.Best, source, settings.Training.Batch));
    }

    private Provenance Provenance(RunPosition position) => RunProvenance.Of(settings, source.Files.Count, position);

    private void KeepWeights(RunFolder kept, RunPosition position)
    {
        using var gradients = no_grad();
        using var average = trained.UseAverage();
        var weights = ExportFiles.Weights(trained.Model, Provenance(position));
        Write(kept.Checkpoint, weights.Length, () =>
        {
            Directory.CreateDirectory(kept.Path);
            WriteSettings(kept);
            ExportFiles.WriteWeights(kept, weights);
        });
    }

    private void WriteSettings(RunFolder where) => where.WriteFile(where.Settings, stream => stream.Write(System.Text.Encoding.UTF8.GetBytes(settings.ToJson())));

    private static string Explain(string path, Exception e) =>
        DiskSpace.IsFull(e) ? $"the disk is full{(DiskSpace.Free(path) is { } free ? $", {free} bytes free" : "")}" : e.Message;

    private void Write(string path, long bytes, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var kept = _savedStep is { } step
                ? $"the state of step {step} is whole: make room and go on with 'trainer fit --out {folder.Path} --resume'"
                : "there is no saved state yet: make room and begin again";
            throw new IOException($"'{path}' could not be written, {bytes} bytes: {Explain(path, e)}; {kept}", e);
        }
    }

    private void Export(RunFolder where, Action write)
    {
        try
        {
            write();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new IOException($"the exporter's files could not be written to '{where.Path}': {Explain(where.Path, e)}; the state of step {_savedStep} is whole: make room, then 'trainer finish {where.Path}'", e);
        }
    }
}
