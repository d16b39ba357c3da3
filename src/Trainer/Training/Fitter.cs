using System.Diagnostics;
using VqVae.Models;
using VqVae.Trainer.Data;
using VqVae.Trainer.Run;
using static TorchSharp.torch;

namespace VqVae.Trainer.Training;

/// <summary>How often a run reports and saves, and with what resources; none of it changes the weights.</summary>
internal sealed record FitOptions
{
    /// <summary>Steps between reports.</summary>
    public int ReportEvery { get; init; } = 20;

    /// <summary>Steps between measurements on the validation images.</summary>
    public int ValidateEvery { get; init; } = 200;

    /// <summary>Steps between pictures of samples.</summary>
    public int SamplesEvery { get; init; } = 500;

    /// <summary>Steps between saved states.</summary>
    public int SaveEvery { get; init; } = 500;

    /// <summary>Steps between checkpoints that are kept; 0 for none.</summary>
    public int KeepEvery { get; init; }

    /// <summary>Whether to go on from the run folder's saved state.</summary>
    public bool Resume { get; init; }

    /// <summary>Bytes of decoded images kept in memory: by default a quarter of what there is, at most 4 GiB.</summary>
    public long CacheBytes { get; init; } = Math.Min(4L << 30, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);

    /// <summary>A folder that keeps decoded images from run to run, or <c>null</c> for none.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Bytes that <see cref="CacheFolder"/> may take, of all runs together.</summary>
    public long CacheFolderBytes { get; init; } = 16L << 30;

    /// <summary>Threads that load images: by default half of the processors, at most 8.</summary>
    public int LoaderThreads { get; init; } = Math.Clamp(Environment.ProcessorCount / 2, 1, 8);
}

/// <summary>How a run ended.</summary>
/// <param name="Steps">Steps done in all.</param>
/// <param name="Completed">Whether the whole run is done; otherwise it was stopped and can be resumed.</param>
/// <param name="ImagesPerSecond">Training samples a second since this process began training, without validation and saving.</param>
/// <param name="ValidationPsnr">Average PSNR in dB of the validation images from 1, 2, … stages; empty where there are none.</param>
/// <param name="Unreadable">Images that were skipped, each with the reason.</param>
internal sealed record FitResult(long Steps, bool Completed, double ImagesPerSecond, IReadOnlyList<double> ValidationPsnr, IReadOnlyList<string> Unreadable);

/// <summary>Trains a model on a folder of images and writes the run folder.</summary>
internal sealed class Fitter(RunSettings settings, FitOptions options, RunFolder folder, Device device, IFitObserver observer)
{
    /// <summary>Positions from which the KLT and the k-means start are computed.</summary>
    private const int StartPositions = 1 << 16;

    private readonly List<string> _unreadable = [];
    private readonly TrainingSpec _training = settings.Training;

    /// <summary>Runs until the settings' length is reached or the run is stopped.</summary>
    /// <param name="stop">Ends the run cleanly after the current step, with a state to resume from.</param>
    /// <exception cref="IOException">No image can be read, or the run folder cannot be written.</exception>
    /// <exception cref="ModelFormatException">The state to resume from is not this run's.</exception>
    /// <exception cref="TrainingDivergedException">The loss is no longer finite, or grew beyond recovery.</exception>
    public FitResult Run(CancellationToken stop)
    {
        var (source, validator) = OpenImages(stop);
        using var trained = new TrainingStep(settings.Model, _training, settings.SeedBits, device);
        var (step, seconds) = (0L, 0.0);
        if (options.Resume) (step, seconds) = TrainingState.Load(folder.State, trained, source.Files);
        else Start(trained, source, stop);

        // Only now is it a run that can be gone on with: what fails earlier leaves the folder as it was.
        Directory.CreateDirectory(folder.Path);
        AtomicFile.WriteAllText(folder.Settings, settings.ToJson());
        if (options.Resume) observer.Say($"resumed at step {step}");
        else TrainingState.Save(folder.State, trained, step, seconds, source.Files);
        return Train(trained, source, validator, step, seconds, stop);
    }

    private (SampleSource Source, Validator? Validator) OpenImages(CancellationToken stop)
    {
        var images = ImageCollection.Find(settings.Data);
        observer.Say($"{images.Training.Count + images.Validation.Count} files, {images.Layout}: reading headers");
        var (training, badTraining) = ImageCheck.Run(images.Root, images.Training, stop, observer.Say);
        var (validation, badValidation) = ImageCheck.Run(images.Root, images.Validation, stop, observer.Say);
        foreach (var line in badTraining.Concat(badValidation)) Unreadable(line);
        if (training.Count == 0) throw new IOException($"none of the {images.Training.Count} training images in '{images.Root}' can be read");

        var disk = options.CacheFolder is { } cache ? new DiskCache(cache, options.CacheFolderBytes, observer.Warn) : null;
        var source = new SampleSource(images.Root, training, _training, settings.SeedBits, augment: true, options.CacheBytes, disk) { OnDamaged = Unreadable };
        var validator = validation.Count == 0 ? null : OpenValidator(images.Root, validation);
        observer.Say($"{training.Count} images to train on, {validation.Count} held back for validation{(_unreadable.Count > 0 ? $", {_unreadable.Count} skipped" : "")}");
        return (source, validator);
    }

    private Validator? OpenValidator(string root, IReadOnlyList<string> files)
    {
        try
        {
            return new Validator(root, files, _training, Unreadable);
        }
        catch (IOException e)
        {
            observer.Warn($"no validation: {e.Message}");
            return null;
        }
    }

    private void Start(TrainingStep trained, SampleSource source, CancellationToken stop)
    {
        if (!trained.StartsFromData) return;
        var side = _training.ImageSize / settings.Model.Stride;
        var samples = Math.Clamp(StartPositions / (side * side), 16, 2048);
        observer.Say($"starting from the statistics of {samples} samples");
        var sampleBytes = source.SampleBytes;
        var pixels = new byte[samples * sampleBytes];
        try
        {
            Parallel.For(0, samples, new ParallelOptions { CancellationToken = stop }, i => source.MakeSample(i, pixels.AsSpan(i * sampleBytes, sampleBytes)));
        }
        catch (AggregateException e) when (e.Flatten().InnerExceptions.OfType<IOException>().FirstOrDefault() is { } first)
        {
            throw new IOException(first.Message, e);
        }

        using var tensor = TensorFiles.FromBytes(pixels, [samples, source.SampleSide, source.SampleSide, 3], device);
        trained.StartFrom(tensor);
    }

    private FitResult Train(TrainingStep trained, SampleSource source, Validator? validator, long step, double seconds, CancellationToken stop)
    {
        using var metrics = new MetricsFile(folder.Metrics, settings.Model.Planes, step);
        using var loader = new BatchLoader(source, _training.Batch, step, options.LoaderThreads, ahead: 2 * options.LoaderThreads);
        using var averages = new RunningAverages(device);
        observer.Begin(step);
        var guard = new DivergenceGuard(_training);
        var (firstStep, firstSeconds) = (step, seconds);
        var measured = ValidationResult.None;
        double Speed() => (step - firstStep) * _training.Batch / Math.Max(seconds - firstSeconds, 1e-9);

        // One decision a step whether it is the last, so that every way out passes the same checks and measurements.
        var last = Done(step, seconds) || stop.IsCancellationRequested;
        if (last && validator is not null) measured = validator.Measure(trained.Model);
        while (!last)
        {
            var rate = FlatAdamW.LearningRate(_training, step, Share(step, seconds));
            var started = Stopwatch.GetTimestamp();
            using (var batch = loader.Next()) Step(trained, batch, step, rate, averages);
            step++;

            last = Done(step, seconds + Stopwatch.GetElapsedTime(started).TotalSeconds) || stop.IsCancellationRequested;
            var validate = validator is not null && (last || step % options.ValidateEvery == 0);
            Progress? progress = null;
            if (validate || last || step % options.ReportEvery == 0)
            {
                // Reading the averages waits for the device, so it belongs to the step's time.
                progress = averages.Take(step, rate, trained.Usage.Take());
                guard.Check(progress);
            }

            seconds += Stopwatch.GetElapsedTime(started).TotalSeconds;
            if (validate) measured = validator!.Measure(trained.Model);
            if (progress is null)
            {
                observer.Tick(step, Share(step, seconds), seconds, Speed());
            }
            else
            {
                progress = progress with
                {
                    Epoch = (double)step * _training.Batch / source.EpochSamples,
                    Seconds = seconds,
                    ImagesPerSecond = Speed(),
                    Validation = validate ? measured : null,
                };
                metrics.Add(progress);
                observer.Report(progress, Share(step, seconds));
            }

            if (validator is not null && (last || step % options.SamplesEvery == 0)) WriteSamples(validator, trained, step);
            if (!last && step % options.SaveEvery == 0 && averages.IsFinite()) TrainingState.Save(folder.State, trained, step, seconds, source.Files);
        }

        var completed = Done(step, seconds);
        observer.Say(completed ? $"done at step {step}: writing the run folder" : $"stopped at step {step}: writing the run folder, so that --resume can go on");
        TrainingState.Save(folder.State, trained, step, seconds, source.Files);
        RunWriter.Write(folder, trained.Model, source, step * _training.Batch, Provenance(source, step, measured.Psnr));
        var result = new FitResult(step, completed, Speed(), measured.Psnr, _unreadable);
        observer.End(result);
        return result;
    }

    private void Step(TrainingStep trained, LoadedBatch batch, long step, double rate, RunningAverages averages)
    {
        using var scope = NewDisposeScope();
        using var measured = trained.Run(batch.ToTensor(device), step, rate);
        averages.Add(measured);
    }

    private void WriteSamples(Validator validator, TrainingStep trained, long step)
    {
        var samples = validator.Grid(trained.Model);
        var path = folder.Samples(step);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        VipsImages.WritePng(path, samples.Pixels, samples.Width, samples.Height);
        observer.Samples(step, samples);
    }

    private Provenance Provenance(SampleSource source, long step, IReadOnlyList<double> psnr) => new()
    {
        Trainer = $"VqVae.Deploy trainer {typeof(Fitter).Assembly.GetName().Version?.ToString(3)}",
        Preset = settings.Preset,
        Data = Path.GetFileName(Path.GetFullPath(settings.Data).TrimEnd(Path.DirectorySeparatorChar)),
        Images = source.Files.Count,
        Steps = step,
        Batch = _training.Batch,
        Seed = settings.Seed,
        Metrics = psnr.Count == 0 ? null : psnr.Select((value, i) => (Key: $"validation_psnr_stages_{i + 1}", Value: Math.Round(value, 3))).ToDictionary(m => m.Key, m => m.Value),
    };

    private void Unreadable(string line)
    {
        lock (_unreadable) _unreadable.Add(line);
        observer.Warn($"skipped {line}");
    }

    private bool Done(long step, double seconds) => settings.Minutes is { } minutes ? seconds >= minutes * 60 : step >= _training.Steps;

    private double Share(long step, double seconds) =>
        Math.Min(1, settings.Minutes is { } minutes ? seconds / (minutes * 60) : (double)step / _training.Steps);
}
