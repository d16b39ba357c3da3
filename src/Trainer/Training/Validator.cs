using VqVae.Models;
using VqVae.Trainer.Data;
using VqVae.Trainer.Models;
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

    /// <summary>Measures a model.</summary>
    public ValidationResult Validate(Autoencoder model) => new() { Psnr = Psnr(model) };

    /// <summary>Average PSNR in dB (8-bit RGB, per image) when decoding from the first stage, from the first two, and so on.</summary>
    public double[] Psnr(Autoencoder model)
    {
        var sums = new double[model.Spec.Stages];
        for (var i = 0; i < Images; i++)
        {
            using var gradients = no_grad();
            using var scope = NewDisposeScope();
            var pixels = Pixels(i, 1, DeviceOf(model));
            var indices = Indices(model, pixels);
            for (var stages = 1; stages <= sums.Length; stages++)
            {
                using var stageScope = NewDisposeScope();
                var decoded = PixelTensors.ToPixels(model.DecodeIndices(indices, stages));
                var error = decoded.to(ScalarType.Float32).sub(pixels.to(ScalarType.Float32)).square().mean().item<float>();
                sums[stages - 1] += 10 * Math.Log10(255.0 * 255.0 / Math.Max(error, 1e-10));
            }
        }

        return [.. sums.Select(s => s / Images)];
    }

    /// <summary>A picture of a few images in columns: the originals over what comes back from one stage over what comes back from all.</summary>
    public SampleGrid Grid(Autoencoder model)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var count = Math.Min(GridImages, Images);
        var originals = Pixels(0, count, DeviceOf(model));
        var indices = Indices(model, originals);
        var rows = new List<Tensor> { originals, PixelTensors.ToPixels(model.DecodeIndices(indices, 1)) };
        if (model.Spec.Stages > 1) rows.Add(PixelTensors.ToPixels(model.DecodeIndices(indices, model.Spec.Stages)));
        var grid = stack(rows).permute(0, 2, 1, 3, 4).reshape(rows.Count * _size, count * _size, 3);
        return new SampleGrid(TensorFiles.ToBytes(grid), _size, count, rows.Count);
    }

    private Tensor Pixels(int first, int count, Device device)
    {
        var bytes = _size * _size * 3;
        return TensorFiles.FromBytes(_pixels.AsSpan(first * bytes, count * bytes).ToArray(), [count, _size, _size, 3], device);
    }

    private static Tensor Indices(Autoencoder model, Tensor pixels)
    {
        using var scope = NewDisposeScope();
        var latents = model.Encode(PixelTensors.ToInput(pixels, model.Spec.InputChannels));
        return model.Quantizer.Search(latents, lambda: 0).Indices.MoveToOuterDisposeScope();
    }

    private static Device DeviceOf(Autoencoder model) => model.Quantizer.CodeLengths.device;
}
