using TorchSharp;
using VqVae.Models;
using VqVae.Runtime;
using VqVae.Trainer.Models;
using VqVae.Trainer.Training;

namespace VqVae.Benchmarks;

/// <summary>The image of a <see cref="RuntimeWorkload"/> through the same model in libtorch: eager, float32, on the CPU.</summary>
internal sealed class TorchWorkload : IDisposable
{
    private readonly Autoencoder _model;
    private readonly EncoderSettings _settings;
    private readonly torch.Tensor _pixels;
    private readonly torch.Tensor[] _indices;

    /// <param name="checkpoint">The weights that the workload's graphs were exported from.</param>
    /// <param name="workload">The image, and the codec's indices of it.</param>
    public TorchWorkload(Checkpoint checkpoint, RuntimeWorkload workload)
    {
        torch.set_num_threads(workload.Threads);
        _model = Autoencoder.Load(checkpoint, torch.CPU);
        _model.eval();
        _settings = workload.Settings;
        _pixels = TensorFiles.FromBytes(workload.Rgb.ToArray(), [1, RuntimeWorkload.Height, RuntimeWorkload.Width, 3], torch.CPU);
        _indices = [.. checkpoint.Spec.Planes.Select((p, i) => torch.tensor(Array.ConvertAll(workload.Indices[i], index => (long)index))
            .view(1, -1, RuntimeWorkload.Height / p.Stride, RuntimeWorkload.Width / p.Stride))];

        // Heads that were never trained are zero.
        HasIdleEncoder = ModelTensors.For(checkpoint.Spec)
            .Where(t => t.Part == ModelPart.Encoder && t.Name.Contains("head.", StringComparison.Ordinal))
            .Select(t => !checkpoint.Values(t.Name).ContainsAnyExcept(0f))
            .DefaultIfEmpty(false).All(isZero => isZero);
    }

    /// <summary>Whether the encoder's network adds zero to a linear transform: libtorch computes it all the same.</summary>
    public bool HasIdleEncoder { get; }

    /// <summary>The encoder without its search.</summary>
    /// <returns>The first plane's latents, a row of numbers a position.</returns>
    public float[] Latents() => Compute(() => _model.Latents(Input(), 0).permute(0, 2, 3, 1).contiguous().data<float>().ToArray());

    /// <summary>The encoder with its search.</summary>
    /// <returns>The indices of all planes.</returns>
    public long[][] Encode() => Compute(() => _model.EncodeIndices(Input(), _settings.RatePoint, _settings.Lambda).Select(plane => plane.contiguous().data<long>().ToArray()).ToArray());

    /// <summary>The decoder.</summary>
    /// <returns>The pixels.</returns>
    public byte[] Decode() => Compute(() => PixelTensors.ToPixels(_model.DecodeIndices(_indices, _settings.Stages, _settings.RatePoint)).data<byte>().ToArray());

    public void Dispose()
    {
        _model.Dispose();
        _pixels.Dispose();
        foreach (var plane in _indices) plane.Dispose();
    }

    private torch.Tensor Input() => PixelTensors.ToInput(_pixels, _model.Spec.InputChannels);

    private static T Compute<T>(Func<T> compute)
    {
        using var scope = torch.NewDisposeScope();
        using var inference = torch.no_grad();
        return compute();
    }
}
