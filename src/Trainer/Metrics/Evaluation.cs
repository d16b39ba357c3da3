using VqVae.Models;
using VqVae.Trainer.Data;
using VqVae.Trainer.Models;
using VqVae.Trainer.Training;
using static TorchSharp.torch;

namespace VqVae.Trainer.Metrics;

/// <summary>What an image was coded with.</summary>
/// <param name="RatePoint">The rate point, from 0.</param>
/// <param name="Lambda">λ of the search in squared 8-bit units a bit; 0 for the nearest code.</param>
/// <param name="Stages">Leading stages that are decoded and counted; a plane has at most its own.</param>
internal sealed record CodingSettings(int RatePoint, double Lambda, int Stages)
{
    /// <summary>Fills in what was not given from a model.</summary>
    /// <exception cref="ArgumentException">The model has no such rate point or not so many stages, or λ is out of its range.</exception>
    public static CodingSettings For(ModelSpec spec, int? ratePoint, double? lambda, int? stages)
    {
        if (ratePoint is { } r && (r < 0 || r >= spec.RatePoints))
            throw new ArgumentException($"--rate-point: expected {(spec.RatePoints == 1 ? "0, the model's only one" : $"0 to {spec.RatePoints - 1}")}, got {r}");
        if (lambda is { } l && l is not (>= 0 and <= 1e6)) throw new ArgumentException($"--lambda: expected 0 to 1000000, got {l}");
        if (stages is { } s && (s < 1 || s > spec.MostStages)) throw new ArgumentException($"--stages: expected 1 to {spec.MostStages}, got {s}");
        return new CodingSettings(ratePoint ?? 0, lambda ?? spec.Lambda(ratePoint ?? 0), stages ?? spec.MostStages);
    }
}

/// <summary>What was measured of one image.</summary>
/// <param name="File">Its name, as it was found.</param>
/// <param name="Width">Pixels, after the EXIF orientation was applied.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Quality">How close it came back.</param>
/// <param name="FixedBits">Bits of its indices in fixed-length coding.</param>
/// <param name="OrderZeroBits">Bits of its indices by the checkpoint's code lengths.</param>
internal sealed record ImageResult(string File, int Width, int Height, ImageQuality Quality, double FixedBits, double OrderZeroBits)
{
    public double FixedBitsPerPixel => FixedBits / ((double)Width * Height);

    public double OrderZeroBitsPerPixel => OrderZeroBits / ((double)Width * Height);
}

/// <summary>Measures a trained model on images at their full size.</summary>
internal sealed class Evaluation : IDisposable
{
    private readonly Autoencoder _model;
    private readonly WindowedModel _windows;
    private readonly CodedSize _size;
    private readonly CodingSettings _settings;
    private readonly Device _device;

    public Evaluation(Checkpoint checkpoint, CodingSettings settings, Device device)
    {
        _model = Autoencoder.Load(checkpoint, device);
        _model.eval();
        _windows = new WindowedModel(_model);
        _size = new CodedSize(checkpoint, settings.RatePoint, device);
        (_settings, _device) = (settings, device);
    }

    /// <summary>Codes one image, decodes it, rounds it to 8 bits and compares.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">What the result calls it.</param>
    /// <exception cref="IOException">The image cannot be read.</exception>
    public ImageResult Measure(string path, string name)
    {
        var (pixels, width, height) = VipsImages.Decode(path);
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var original = TensorFiles.FromBytes(pixels, [1, height, width, 3], _device);
        var indices = _windows.Encode(original, _settings.RatePoint, _settings.Lambda);
        var decoded = _windows.Decode(indices, _settings.Stages, _settings.RatePoint, height, width);
        var (fixedBits, orderZeroBits) = _size.Bits(indices, _settings.Stages);
        return new ImageResult(name, width, height, ImageQuality.Measure(original, decoded), fixedBits, orderZeroBits);
    }

    public void Dispose()
    {
        _size.Dispose();
        _model.Dispose();
    }
}
