using System.Runtime.InteropServices;
using VqVae.Models;
using VqVae.Trainer.Data;
using VqVae.Trainer.Models;
using VqVae.Trainer.Training;
using static TorchSharp.torch;

namespace VqVae.Trainer.Run;

/// <summary>Writes what the exporter needs: weights, parity samples, calibration samples.</summary>
internal static class RunWriter
{
    /// <summary>
    /// Height and width in the largest stride, batch and λ of the parity samples: several sizes, odd multiples of the stride, and the rate term. Rate
    /// points take turns; those beyond the list repeat its first sample.
    /// </summary>
    private static readonly (int Height, int Width, int Batch, float Lambda)[] ParitySamples =
        [(16, 16, 2, 0), (5, 9, 1, 0), (12, 7, 1, 400), (1, 1, 1, 0)];

    /// <summary>Writes the three files; the checkpoint last, since the others belong to it.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="trained">The model, on any device; the checkpoint's code lengths come from the calibration samples.</param>
    /// <param name="source">The training samples.</param>
    /// <param name="seen">Training samples that the model has seen.</param>
    /// <param name="provenance">What goes into the checkpoint about its origin.</param>
    public static void Write(RunFolder folder, Autoencoder trained, SampleSource source, long seen, Provenance provenance)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();

        // On the CPU in float32, whatever it was trained on: the exporter's reference.
        using var model = new Autoencoder(trained.Spec, CodebookLearning.Ema);
        var values = trained.NamedTensors().ToDictionary(t => t.Name, t => t.Value);
        foreach (var (name, target) in model.NamedTensors()) target.copy_(values[name]);

        var calibration = CalibrationSamples.Create(model, source, seen);
        var checkpoint = ExportFiles.Weights(model, provenance);
        var weights = model.NamedTensors().ToDictionary(t => t.Name, t => t.Value);
        var id = ModelId.Compute(model.Spec, name => MemoryMarshal.AsBytes(weights[name].contiguous().data<float>().ToArray().AsSpan()).ToArray());

        calibration.Metadata["id"] = id.ToString();
        calibration.Save(folder.Calibration);
        var parity = Parity(model, source);
        parity.Metadata["id"] = id.ToString();
        parity.Save(folder.Parity);
        checkpoint.Save(folder.Checkpoint);
    }

    private static SafetensorsWriter Parity(Autoencoder model, SampleSource source)
    {
        var spec = model.Spec;
        var writer = new SafetensorsWriter();
        writer.Metadata["format"] = RunFiles.ParityFormat;
        for (var i = 0; i < Math.Max(ParitySamples.Length, spec.RatePoints); i++)
        {
            using var scope = NewDisposeScope();
            var (height, width, batch, lambda) = ParitySamples[i < ParitySamples.Length ? i : 0];
            var rate = i % spec.RatePoints;
            var tile = cat([.. Enumerable.Range(0, batch).Select(j => source.MakeTensor((i * batch) + j))]);
            var pixels = Fit(tile, height * spec.LargestStride, width * spec.LargestStride);
            var found = model.Search(PixelTensors.ToInput(pixels, spec.InputChannels), rate, lambda);
            var name = $"sample.{i}.";
            writer.Add(name + "image", pixels);
            writer.Add<float>(name + "lambda", [lambda], 1);
            if (spec.RatePoints > 1) writer.Add<int>(name + "rate", [rate], 1);
            for (var plane = 0; plane < found.Count; plane++)
            {
                writer.Add(name + spec.Planes[plane].TensorName, found[plane].Indices.to(ScalarType.Int32));
                writer.Add(name + RunFiles.GapsName(spec.Planes[plane]), found[plane].Gaps);
            }

            for (var stages = 1; stages <= spec.MostStages; stages++)
            {
                using var stageScope = NewDisposeScope();
                writer.Add($"{name}reconstruction.{stages}", PixelTensors.ToPixels(model.DecodeIndices([.. found.Select(f => f.Indices)], stages, rate)));
            }
        }

        return writer;
    }

    /// <summary>Cuts or repeats samples to a size.</summary>
    private static Tensor Fit(Tensor pixels, int height, int width)
    {
        using var scope = NewDisposeScope();
        var (rows, columns) = ((height + pixels.shape[1] - 1) / pixels.shape[1], (width + pixels.shape[2] - 1) / pixels.shape[2]);
        return pixels.repeat(1, rows, columns, 1).narrow(1, 0, height).narrow(2, 0, width).contiguous().MoveToOuterDisposeScope();
    }
}
