using System.Diagnostics;
using VqVae.Models;
using VqVae.Trainer.Data;
using VqVae.Trainer.Native;
using VqVae.Trainer.Run;
using static TorchSharp.torch;

namespace VqVae.Trainer.Training;

/// <summary>
/// The steps of a run in order, and after each what is due: a report, a validation, samples, weights and a state to keep. A step itself
/// never waits for the device; what does (reports, validation, saving) says so.
/// </summary>
internal sealed class RunLoop(
    RunSettings settings, FitOptions options, TrainingStep trained, RunningAverages averages, TrainingImages images, RunKeeper keeper, RunFolder folder, Device device, IFitObserver observer)
{
    /// <summary>Share of a run over which the learning rate of an encoder that starts late rises.</summary>
    private const double EncoderRise = 0.05;

    private readonly int _batch = settings.Training.Batch;
    private long _firstStep;
    private double _firstSeconds;

    /// <summary>Trains from a position until the run is done or stopped.</summary>
    /// <param name="position">Where the run stands.</param>
    /// <param name="stop">Ends the run after the current step.</param>
    public FitResult Run(RunPosition position, CancellationToken stop)
    {
        using var metrics = keeper.OpenMetrics(position);
        using var loader = new BatchLoader(images.Source, _batch, position.Step, options.LoaderThreads, ahead: 2 * options.LoaderThreads);
        observer.Begin(position.Step);
        (_firstStep, _firstSeconds) = (position.Step, position.Seconds);
        var guard = new DivergenceGuard(settings.Training);

        // One decision a step whether it is the last, so that every way out passes the same checks and measurements.
        var last = Done(position) || stop.IsCancellationRequested;
        if (last) position = KeepBest(Validated(position));
        while (!last)
        {
            var started = Stopwatch.GetTimestamp();
            CollectionPause.Breathe();
            var secondsBefore = position.Seconds;
            double Seconds() => secondsBefore + Stopwatch.GetElapsedTime(started).TotalSeconds;
            var rate = FlatAdamW.LearningRate(settings.Training, position.Step, Share(position));
            using (var batch = NextBatch(loader, position)) Step(batch, position, rate);
            position = position with { Step = position.Step + 1, Seconds = Seconds() };
            last = Done(position) || stop.IsCancellationRequested;
            var validate = images.Validator is not null && (last || IsDue(position, options.ValidateEvery));
            Progress? progress = null;
            if (validate || last || IsDue(position, options.ReportEvery))
            {
                // Reading the averages waits for the device, so it belongs to the step's time.
                progress = averages.Take(position.Step, rate, trained.Usage.Take());
                guard.Check(progress);
                position = position with { Seconds = Seconds() };
            }

            if (validate) position = Validated(position);
            if (progress is null) observer.Tick(position.Step, Share(position), position.Seconds, Speed(position));
            else Report(metrics, progress, position, validate);
            if (last || IsDue(position, options.SamplesEvery)) WriteSamples(position.Step);

            var best = position.Best;
            if (validate) position = KeepBest(position);
            if (keeper.IsStepDue(position.Step)) keeper.KeepStep(position);

            // Numbers that are none are left to the guard, which stops at the next report: the state before them is the one to go on from.
            if (!last && (best != position.Best || keeper.IsStateDue(position.Step)) && averages.IsFinite()) keeper.SaveState(position, metrics);
        }

        return End(position, metrics);
    }

    /// <summary>A stop validates, too, but the best weights are those of a run that nothing stopped: it chooses among the validations that are due.</summary>
    private RunPosition KeepBest(RunPosition position) => Done(position) || IsDue(position, options.ValidateEvery) ? keeper.KeepBest(position) : position;

    private FitResult End(RunPosition position, MetricsFile metrics)
    {
        var completed = Done(position);
        observer.Say(completed ? $"done at step {position.Step}: writing the run folder" : $"stopped at step {position.Step}: writing the run folder, so that --resume can go on");
        keeper.SaveState(position, metrics);
        keeper.WriteExportFiles(position, completed);
        var result = new FitResult(position.Step, completed, Speed(position), position.Validation?.Psnr ?? [], images.Unreadable);
        observer.End(result);
        return result;
    }

    private LoadedBatch NextBatch(BatchLoader loader, RunPosition position)
    {
        try
        {
            return loader.Next();
        }
        catch (IOException) when (averages.IsFinite())
        {
            // The images are gone, not the run folder: nothing that was learned need be lost.
            keeper.SaveState(position, metrics: null);
            throw;
        }
    }

    private void Step(LoadedBatch batch, RunPosition position, double rate)
    {
        using var scope = NewDisposeScope();
        using var measured = trained.Run(batch.ToTensor(device), position.Step, rate, EncoderRate(settings.Training, Share(position)));
        averages.Add(measured);
    }

    private RunPosition Validated(RunPosition position)
    {
        if (images.Validator is not { } validator) return position;
        using var average = trained.UseAverage();
        return position with { Validation = validator.Validate(trained.Model), ValidatedStep = position.Step };
    }

    private void Report(MetricsFile metrics, Progress progress, RunPosition position, bool validated)
    {
        progress = progress with
        {
            Epoch = (double)position.Step * _batch / images.Source.EpochSamples,
            Seconds = position.Seconds,
            ImagesPerSecond = Speed(position),
            Validation = validated ? position.Validation : null,
        };
        keeper.AddMetrics(metrics, progress);
        observer.Report(progress, Share(position));
    }

    private void WriteSamples(long step)
    {
        if (images.Validator is not { } validator) return;
        SampleGrid samples;
        using (trained.UseAverage()) samples = validator.Grid(trained.Model);
        var path = folder.Samples(step);
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            VipsImages.WritePng(path, samples.Pixels, samples.Width, samples.Height);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            observer.Warn($"{path} could not be written, training goes on: {e.Message}");
        }

        observer.Samples(step, samples);
    }

    /// <summary>
    /// The encoder's learning rate at a share of the run, as a share of the run's: 0 where it is frozen. Where it begins to learn later than the rest it does so slowly:
    /// it has no moments yet, and the decoder and the codebooks have to follow.
    /// </summary>
    internal static double EncoderRate(TrainingSpec training, double share)
    {
        var (start, end) = (training.EncoderStart, 1 - training.FreezeEncoder);
        if (share < start || (training.FreezeEncoder > 0 && share >= end)) return 0;
        return training.EncoderRate * (start > 0 ? Math.Clamp((share - start) / EncoderRise, 1e-3, 1) : 1);
    }

    private static bool IsDue(RunPosition position, int every) => position.Step % every == 0;

    private double Speed(RunPosition position) => (position.Step - _firstStep) * _batch / Math.Max(position.Seconds - _firstSeconds, 1e-9);

    private bool Done(RunPosition position) => settings.Minutes is { } minutes ? position.Seconds >= minutes * 60 : position.Step >= settings.Training.Steps;

    private double Share(RunPosition position) =>
        Math.Min(1, settings.Minutes is { } minutes ? position.Seconds / (minutes * 60) : (double)position.Step / settings.Training.Steps);
}
