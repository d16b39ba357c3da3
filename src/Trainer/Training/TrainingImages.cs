using VqVae.Models;
using VqVae.Trainer.Data;

namespace VqVae.Trainer.Training;

/// <summary>The images of a run: those to train on, those held back, and those that cannot be read.</summary>
internal sealed class TrainingImages
{
    private readonly List<string> _unreadable = [];
    private readonly IFitObserver _observer;

    /// <summary>Finds the images and reads their headers.</summary>
    /// <param name="settings">Where they are and what becomes of them.</param>
    /// <param name="options">Where decoded images are kept.</param>
    /// <param name="observer">Told what was found and what is skipped.</param>
    /// <param name="stop">Ends the reading.</param>
    /// <exception cref="IOException">No image to train on can be read.</exception>
    public TrainingImages(RunSettings settings, FitOptions options, IFitObserver observer, CancellationToken stop)
    {
        _observer = observer;
        var images = ImageCollection.Find(settings.Data);
        observer.Say($"{images.Training.Count + images.Validation.Count} files, {images.Layout}: reading headers");
        var (training, badTraining) = ImageCheck.Run(images.Root, images.Training, stop, observer.Say);
        var (validation, badValidation) = ImageCheck.Run(images.Root, images.Validation, stop, observer.Say);
        foreach (var line in badTraining.Concat(badValidation)) Skip(line);
        if (training.Count == 0) throw new IOException($"none of the {images.Training.Count} training images in '{images.Root}' can be read; the lines above say why");

        var disk = options.CacheFolder is { } cache ? new DiskCache(cache, options.CacheFolderBytes, observer.Warn) : null;
        Source = new SampleSource(images.Root, training, settings.Training, settings.SeedBits, augment: true, options.CacheBytes, disk) { OnDamaged = Skip };
        Validator = validation.Count == 0 ? null : OpenValidator(images.Root, validation, settings.Training);
        observer.Say($"{training.Count} images to train on, {validation.Count} held back for validation{(_unreadable.Count > 0 ? $", {_unreadable.Count} skipped" : "")}");
    }

    /// <summary>The training samples.</summary>
    public SampleSource Source { get; }

    /// <summary>Measures on the images held back, or <c>null</c> where there are none.</summary>
    public Validator? Validator { get; }

    /// <summary>The images that were skipped so far, each with the reason.</summary>
    public IReadOnlyList<string> Unreadable
    {
        get
        {
            lock (_unreadable) return [.. _unreadable];
        }
    }

    private Validator? OpenValidator(string root, IReadOnlyList<string> files, TrainingSpec training)
    {
        try
        {
            return new Validator(root, files, training, Skip);
        }
        catch (IOException e)
        {
            _observer.Warn($"no validation: {e.Message}");
            return null;
        }
    }

    private void Skip(string line)
    {
        lock (_unreadable) _unreadable.Add(line);
        _observer.Warn($"skipped {line}");
    }
}
