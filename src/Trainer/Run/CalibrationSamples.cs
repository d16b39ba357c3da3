using VqVae.Models;
using VqVae.Trainer.Data;
using VqVae.Trainer.Models;
using VqVae.Trainer.Native;
using VqVae.Trainer.Quantization;
using VqVae.Trainer.Training;
using static TorchSharp.torch;

namespace VqVae.Trainer.Run;

/// <summary>
/// What <c>calibration.safetensors</c> holds: samples as they were trained on, and index maps of larger crops, from whose statistics the
/// exporter makes the tables of the entropy coder.
/// </summary>
internal static class CalibrationSamples
{
    private const int Images = 64;

    /// <summary>Index maps want neighbours on all sides: crops of up to this side, so that most positions have them.</summary>
    private const int LargestMapSide = 256;

    private const int LeastMaps = 16;
    private const int MostMaps = 1024;

    /// <summary>
    /// Positions of all maps together, in the finest plane and over all rate points, from which the number of maps follows: at a stride of 8 and
    /// one rate point 1024 maps of 256 × 256 pixels.
    /// </summary>
    private const int Positions = 1 << 20;

    /// <summary>Collects the samples and sets the model's code lengths from them.</summary>
    /// <param name="model">The model, on the CPU.</param>
    /// <param name="source">The training samples.</param>
    /// <param name="seen">Training samples that the model has seen: a short run has no use for more maps than that.</param>
    public static SafetensorsWriter Create(Autoencoder model, SampleSource source, long seen)
    {
        var spec = model.Spec;
        var writer = new SafetensorsWriter();
        writer.Metadata["format"] = RunFiles.CalibrationFormat;
        writer.Add("images", cat([.. Enumerable.Range(0, Images).Select(i => source.MakeTensor(i))]));

        var crops = source.WithLargerCrops(LargestMapSide, spec.LargestStride);
        var side = crops.SampleSide / spec.Planes.Min(p => p.Stride);
        var maps = (int)Math.Clamp(Math.Min(seen, Positions / ((long)side * side * spec.RatePoints)), LeastMaps, MostMaps);
        for (var rate = 0; rate < spec.RatePoints; rate++)
        {
            using var scope = NewDisposeScope();
            var planes = spec.Planes.Select(_ => new List<Tensor>()).ToArray();
            for (var i = 0; i < maps; i++)
            {
                CollectionPause.Breathe();
                using var mapScope = NewDisposeScope();
                var images = PixelTensors.ToInput(crops.MakeTensor(i), spec.InputChannels);
                var found = model.EncodeIndices(images, rate, spec.Lambda(rate));
                for (var plane = 0; plane < planes.Length; plane++) planes[plane].Add(found[plane].to(ScalarType.Int32).MoveToOuterDisposeScope());
            }

            for (var plane = 0; plane < planes.Length; plane++)
            {
                var all = cat(planes[plane]);
                SetCodeLengths(model.Quantizers[plane], rate, all);
                writer.Add(RunFiles.CalibrationName(spec, plane, rate), all);
            }
        }

        return writer;
    }

    /// <summary>−log₂ of each code's share, as if each had been seen half a time more.</summary>
    private static void SetCodeLengths(Quantizer quantizer, int rate, Tensor indices)
    {
        for (var stage = 0; stage < quantizer.Stages; stage++)
        {
            using var scope = NewDisposeScope();
            var counts = indices.select(1, stage).reshape(-1).to(ScalarType.Int64).bincount(null, quantizer.Codes).to(ScalarType.Float64);
            quantizer.Lengths(rate, stage).copy_(KMeans.Lengths(counts, prior: 0.5).to(ScalarType.Float32));
        }
    }
}
