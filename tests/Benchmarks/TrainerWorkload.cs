using TorchSharp;
using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Data;
using VqVae.Trainer.Training;

namespace VqVae.Benchmarks;

/// <summary>
/// Training steps of the preset <c>small</c>, fed by the loader from image files, or from batches that are tensors in memory already.
/// </summary>
internal sealed class TrainerWorkload : IDisposable
{
    /// <summary>As varied as what the loader brings: what a step costs depends on its samples a little, and on whether it has seen them.</summary>
    private const int ResidentBatches = 64;

    private static readonly TrainingSpec Training = Preset.Small.Training;

    private readonly TemporaryFolder _folder = new();
    private readonly TrainingStep _trained;
    private readonly BatchLoader _loader;
    private readonly torch.Tensor[] _resident;
    private readonly RunningAverages _averages = new(torch.CPU);
    private long _step;
    private long _residentStep;

    /// <param name="data">A folder of images, or <c>null</c> for drawn ones.</param>
    /// <param name="cacheBytes">What the loader may keep decoded, as <c>trainer fit --cache-mb</c>.</param>
    public TrainerWorkload(string? data, long cacheBytes)
    {
        var images = ImageCollection.Find(data ?? Draw());
        var source = new SampleSource(images.Root, images.Training, Training, seed: 1, augment: true, cacheBytes);
        Images = images.Training.Count;

        // Every image once, so that what the cache can hold is in it, as from a run's second epoch on.
        if (cacheBytes > 0) Parallel.For(0, Images, i => source.MakeSample(i, new byte[source.SampleBytes]));
        _trained = new TrainingStep(Preset.Small.Model, Training, seed: 1, torch.CPU);
        var start = source.MakeBatch(0, 64);
        using (var pixels = TensorFiles.FromBytes(start, [64, Training.ImageSize, Training.ImageSize, 3], torch.CPU)) _trained.StartFrom(pixels);
        _resident = [.. Enumerable.Range(0, ResidentBatches).Select(i => TensorFiles.FromBytes(source.MakeBatch(i, Training.Batch), Shape, torch.CPU))];
        _loader = new BatchLoader(source, Training.Batch, firstStep: 0, new FitOptions().LoaderThreads, 2 * new FitOptions().LoaderThreads);
    }

    /// <summary>How many images the loader draws from.</summary>
    public int Images { get; }

    /// <summary>Samples in a step.</summary>
    public static int Batch => Training.Batch;

    private static long[] Shape => [Training.Batch, Training.ImageSize, Training.ImageSize, 3];

    /// <summary>Steps as <c>trainer fit</c> takes them.</summary>
    public void Fed(int steps)
    {
        for (var i = 0; i < steps; i++)
        {
            using var scope = torch.NewDisposeScope();
            using var batch = _loader.Next();
            Step(batch.ToTensor(torch.CPU));
        }

        Check(steps);
    }

    /// <summary>The same steps on batches in memory.</summary>
    public void Resident(int steps)
    {
        for (var i = 0; i < steps; i++) Step(_resident[_residentStep++ % ResidentBatches]);
        Check(steps);
    }

    public void Dispose()
    {
        _loader.Dispose();
        _averages.Dispose();
        foreach (var batch in _resident) batch.Dispose();
        _trained.Dispose();
        _folder.Dispose();
    }

    private void Step(torch.Tensor pixels)
    {
        using var measured = _trained.Run(pixels, _step++, learningRate: 1e-4);
        _averages.Add(measured);
    }

    /// <summary>What was timed was training: the losses are finite, and as many steps were counted as were taken.</summary>
    private void Check(int steps)
    {
        var usage = _trained.Usage.Take();
        var progress = _averages.Take(_step, 1e-4, usage);
        if (!double.IsFinite(progress.Loss) || !(progress.Reconstruction > 0) || usage.Any(s => !(s.Used > 0)))
            throw new InvalidOperationException($"{steps} steps did not train: loss {progress.Loss}, reconstruction {progress.Reconstruction}, codes used {string.Join(" ", usage.Select(s => s.Used))}");
    }

    private string Draw()
    {
        for (var i = 0; i < 40; i++) VipsImages.WritePng(_folder[$"{i:D2}.png"], DrawnImage.Rgb(768, 512, i), 768, 512);
        return _folder.Path;
    }
}
