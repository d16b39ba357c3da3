using VqVae.Models;
using VqVae.Trainer.Data;
using VqVae.Trainer.Run;
using static TorchSharp.torch;

namespace VqVae.Trainer.Training;

/// <summary>Trains a model on a folder of images and writes the run folder.</summary>
internal sealed class Fitter(RunSettings settings, FitOptions options, RunFolder folder, Device device, IFitObserver observer)
{
    /// <summary>Positions of the finest plane from which the KLT is computed; a plane of twice the stride, whose codebooks start from these too, has a quarter.</summary>
    private const int StartPositions = 1 << 18;

    /// <summary>Runs until the settings' length is reached or the run is stopped.</summary>
    /// <param name="stop">Ends the run cleanly after the current step, with a state to resume from.</param>
    /// <exception cref="IOException">
    /// No image can be read, the run folder cannot be written or has too little room, or another process trains there.
    /// </exception>
    /// <exception cref="ModelFormatException">The state to resume from is not this run's.</exception>
    /// <exception cref="TrainingDivergedException">The loss is no longer finite, or grew beyond recovery.</exception>
    public FitResult Run(CancellationToken stop)
    {
        using var resumed = options.Resume ? RunLock.Take(folder) : null;
        var images = new TrainingImages(settings, options, observer, stop);
        using var trained = new TrainingStep(settings.Model, settings.Training, settings.SeedBits, device);
        using var averages = new RunningAverages(device);
        var position = options.Resume ? TrainingState.Load(folder.State, trained, averages, images.Source.Files) : new RunPosition();
        DiskSpace.Check(folder, DiskNeeds.Of(settings, options, trained, position), DiskSpace.Free(folder.Path), observer.Warn);
        if (!options.Resume) Start(trained, images.Source, stop);

        // Only now is it a run that can be gone on with: what fails earlier leaves the folder as it was.
        Directory.CreateDirectory(folder.Path);
        using var begun = options.Resume ? null : RunLock.Take(folder);
        if (!options.Resume && File.Exists(folder.State)) throw new IOException($"another trainer has begun a run in '{folder.Path}' meanwhile");
        folder.RemoveLeftovers();
        var keeper = new RunKeeper(folder, settings, options, trained, averages, images.Source);
        position = keeper.Begin(position);
        if (options.Resume) observer.Say($"resumed at step {position.Step}");
        return new RunLoop(settings, options, trained, averages, images, keeper, folder, device, observer).Run(position, stop);
    }

    private void Start(TrainingStep trained, SampleSource source, CancellationToken stop)
    {
        if (!trained.StartsFromData) return;
        var side = settings.Training.ImageSize / settings.Model.Stride;
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
        trained.StartFrom(tensor, line =>
        {
            stop.ThrowIfCancellationRequested();
            observer.Say(line);
        });
    }
}
