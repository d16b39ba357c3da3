using VqVae.Models;
using VqVae.Trainer.Data;
using VqVae.Trainer.Metrics;
using VqVae.Trainer.Models;
using VqVae.Trainer.Native;
using static TorchSharp.torch;

namespace VqVae.Trainer.Training;

/// <summary>Measures a model on images that it never trains on: their centres, as they are.</summary>
internal sealed class Validator
{
    private const int MaxImages = 64;
    private const int GridImages = 8;

    private readonly int _size;
    private readonly byte[] _pixels;

    /// <param name="root">The folder that the paths are relative to.</param>
    /// <param name="files">The validation images; of many, some that are spread over all.</param>
    /// <param name="training">The sample's size.</param>
    /// <param name="onDamaged">Called for each image whose pixels turn out to be damaged, with a line that says why.</param>
    /// <exception cref="IOException">None of them can be decoded.</exception>
    public Validator(string root, IReadOnlyList<string> files, TrainingSpec training, Action<string> onDamaged)
    {
        _size = training.ImageSize;
        Images = Math.Min(MaxImages, files.Count);
        var chosen = Enumerable.Range(0, Images).Select(i => files[(int)((long)i * files.Count / Images)]).ToArray();
        _pixels = new SampleSource(root, chosen, training, seed: 0, augment: false, cacheBytes: 0) { OnDamaged = onDamaged }.MakeBatch(0, Images);
    }

    /// <summary>How many images are measured.</summary>
    public int Images { get; }

    /// <summary>Averages over the images, at every rate point with its λ; PSNR by number of stages is the first rate point's.</summary>
    public ValidationResult Validate(Autoencoder model)
    {
        using var gradients = no_grad();
        var spec = model.Spec;
        var points = new List<RatePointResult>();
        var psnr = new double[spec.MostStages];
        double squaredError = 0, similarity = 0;
        for (var rate = 0; rate < spec.RatePoints; rate++)
        {
            using var scope = NewDisposeScope();
            var entropy = new IndexEntropy(spec, model.Device);
            double sum = 0;
            for (var i = 0; i < Images; i++)
            {
                CollectionPause.Breathe();
                using var imageScope = NewDisposeScope();
                var pixels = Pixels(i, 1, model.Device);
                var indices = Indices(model, pixels, rate);
                entropy.Add(indices);
                for (var stages = rate == 0 ? 1 : spec.MostStages; stages <= spec.MostStages; stages++)
                {
                    using var stageScope = NewDisposeScope();
                    var decoded = PixelTensors.ToPixels(model.DecodeIndices(indices, stages, rate));
                    var error = SquaredError(decoded, pixels);
                    if (rate == 0) psnr[stages - 1] += Decibels(error) / Images;
                    if (stages < spec.MostStages) continue;
                    sum += Decibels(error) / Images;
                    squaredError += error / (Images * spec.RatePoints);
                    similarity += MsSsim.PerImage(Luma.OfPixels(decoded), Luma.OfPixels(pixels), ValueRange.EightBit).item<float>() / (Images * spec.RatePoints);
                }
            }

            points.Add(new RatePointResult(entropy.BitsPerPixel((long)Images * _size * _size), sum));
        }

        return new ValidationResult
        {
            Psnr = psnr,
            MeanSquaredError = squaredError / (ModelSpec.PixelScale * ModelSpec.PixelScale),
            MsSsim = similarity,
            BitsPerPixel = points.Average(p => p.BitsPerPixel),
            RatePoints = points,
        };
    }

    /// <summary>A picture of a few images in columns: the originals over what comes back from one stage over what comes back from all.</summary>
    public SampleGrid Grid(Autoencoder model)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var count = Math.Min(GridImages, Images);
        var originals = Pixels(0, count, model.Device);
        var indices = Indices(model, originals, ratePoint: 0);
        var rows = new List<Tensor> { originals, PixelTensors.ToPixels(model.DecodeIndices(indices, 1, 0)) };
        if (model.Spec.MostStages > 1) rows.Add(PixelTensors.ToPixels(model.DecodeIndices(indices, model.Spec.MostStages, 0)));
        var grid = stack(rows).permute(0, 2, 1, 3, 4).reshape(rows.Count * _size, count * _size, 3);
        return new SampleGrid(TensorFiles.ToBytes(grid), _size, count, rows.Count);
    }

    private Tensor Pixels(int first, int count, Device device)
    {
        var bytes = _size * _size * 3;
        return TensorFiles.FromBytes(_pixels.AsSpan(first * bytes, count * bytes).ToArray(), [count, _size, _size, 3], device);
    }

    private static IReadOnlyList<Tensor> Indices(Autoencoder model, Tensor pixels, int ratePoint)
    {
        using var scope = NewDisposeScope();
        return [.. model.EncodeIndices(PixelTensors.ToInput(pixels, model.Spec.InputChannels), ratePoint, model.Spec.Lambda(ratePoint)).Select(i => i.MoveToOuterDisposeScope())];
    }

    private static double SquaredError(Tensor decoded, Tensor pixels)
    {
        using var scope = NewDisposeScope();
        return decoded.to(ScalarType.Float32).sub(pixels.to(ScalarType.Float32)).square().mean().item<float>();
    }

    private static double Decibels(double squaredError) => 10 * Math.Log10(255.0 * 255.0 / Math.Max(squaredError, 1e-10));
}
