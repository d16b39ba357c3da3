using System.Globalization;
using VqVae.Models;

namespace VqVae.Exporter.Verification;

/// <summary>Reads and checks <c>parity.safetensors</c>, as <see cref="RunFiles.ParityFileName"/> describes it.</summary>
internal static class ParityFile
{
    /// <summary>Reads the samples of a run folder.</summary>
    /// <exception cref="FileNotFoundException">There is no parity file.</exception>
    /// <exception cref="ModelFormatException">The file is malformed, of another model, or has a wrong tensor.</exception>
    public static IReadOnlyList<ParitySample> Load(string runFolder, Checkpoint checkpoint)
    {
        var path = Path.Combine(runFolder, RunFiles.ParityFileName);
        if (!File.Exists(path))
            throw new FileNotFoundException($"'{runFolder}' has no {RunFiles.ParityFileName}, so the graphs cannot be checked against the trainer's results; use --unverified to export without", path);
        var file = SafetensorsFile.Load(path);
        try
        {
            return Read(file, checkpoint);
        }
        catch (ModelFormatException e)
        {
            throw new ModelFormatException($"{path}: {e.Message}", e);
        }
    }

    private static List<ParitySample> Read(SafetensorsFile file, Checkpoint checkpoint)
    {
        var format = file.GetMetadata("format");
        if (format != RunFiles.ParityFormat) throw new ModelFormatException($"expected the format '{RunFiles.ParityFormat}', got '{format}'");
        var id = ModelId.Parse(file.GetMetadata("id"));
        if (id != checkpoint.Id) throw new ModelFormatException($"the samples are of model {id}; the checkpoint is of model {checkpoint.Id}");

        var read = new HashSet<string>(StringComparer.Ordinal);
        var samples = new List<ParitySample>();
        while (file.Tensors.ContainsKey(ImageName(samples.Count)))
            samples.Add(new Reader(file, checkpoint.Spec, samples.Count, read).Read());

        var extra = file.Tensors.Keys.Except(read).Order(StringComparer.Ordinal).FirstOrDefault();
        if (extra is not null) throw new ModelFormatException($"tensor '{extra}' is not part of the samples 0 to {samples.Count - 1}");
        if (samples.Count == 0) throw new ModelFormatException($"tensor '{ImageName(0)}' is missing: there is no sample");
        ParityCoverage.Check(checkpoint.Spec, samples);
        return samples;
    }

    private static string ImageName(int sample) => string.Create(CultureInfo.InvariantCulture, $"sample.{sample}.image");

    /// <summary>Reads one sample and notes which tensors it took.</summary>
    private sealed class Reader(SafetensorsFile file, ModelSpec spec, int number, HashSet<string> read)
    {
        private readonly string _prefix = string.Create(CultureInfo.InvariantCulture, $"sample.{number}.");

        public ParitySample Read()
        {
            var shape = file[ImageName(number)].Shape;
            var multiple = spec.LargestStride;
            if (shape.Count != 4 || shape[3] != 3 || shape.Any(n => n is < 1 or > int.MaxValue) || shape[1] % multiple != 0 || shape[2] % multiple != 0)
                throw new ModelFormatException($"tensor '{ImageName(number)}': expected shape [N, H, W, 3] with H and W multiples of {multiple}, got [{string.Join(", ", shape)}]");
            var image = Tensor<byte>("image", shape);
            var lambda = Tensor<float>("lambda", [1])[0];
            if (lambda is not (>= 0 and < float.PositiveInfinity)) throw new ModelFormatException($"tensor '{_prefix}lambda': expected 0 or more, got {lambda}");
            return new ParitySample(number, image, (int)shape[0], (int)shape[1], (int)shape[2], lambda, Rate(), [.. spec.Planes.Select(p => Plane(p, shape))], Reconstructions(shape));
        }

        private int Rate()
        {
            if (spec.RatePoints == 1) return 0;
            var rate = Tensor<int>("rate", [1])[0];
            return rate >= 0 && rate < spec.RatePoints ? rate : throw new ModelFormatException($"tensor '{_prefix}rate': expected 0 to {spec.RatePoints - 1}, got {rate}");
        }

        private ParityPlane Plane(LatentPlane plane, IReadOnlyList<long> image)
        {
            long[] shape = [image[0], plane.Stages, image[1] / plane.Stride, image[2] / plane.Stride];
            var indices = Tensor<int>(plane.TensorName, shape);
            foreach (var index in indices)
            {
                if (index < 0 || index >= plane.Codes)
                    throw new ModelFormatException($"tensor '{_prefix}{plane.TensorName}' holds {index}; expected indices from 0 to {plane.Codes - 1}");
            }

            var name = RunFiles.GapsName(plane);
            var gaps = Tensor<float>(name, shape);
            foreach (var gap in gaps)
            {
                if (gap is not (>= 0 and < float.PositiveInfinity))
                    throw new ModelFormatException($"tensor '{_prefix}{name}' holds {gap}; expected 0 or more");
            }

            return new ParityPlane(indices, gaps);
        }

        private SortedDictionary<int, byte[]> Reconstructions(IReadOnlyList<long> shape)
        {
            var found = new SortedDictionary<int, byte[]>();
            for (var stages = 1; stages <= spec.MostStages; stages++)
            {
                var name = string.Create(CultureInfo.InvariantCulture, $"reconstruction.{stages}");
                if (file.Tensors.ContainsKey(_prefix + name)) found.Add(stages, Tensor<byte>(name, shape));
            }

            return found.Count > 0 ? found : throw new ModelFormatException($"sample {number} has no reconstruction of 1 to {spec.MostStages} stages");
        }

        private T[] Tensor<T>(string name, IReadOnlyList<long> shape)
            where T : unmanaged
        {
            name = _prefix + name;
            var tensor = file[name];
            read.Add(name);
            if (tensor.Type != TensorTypes.Of<T>()) throw new ModelFormatException($"tensor '{name}': expected {TensorTypes.Of<T>().Name()}, got {tensor.Type.Name()}");
            if (!tensor.Shape.SequenceEqual(shape))
                throw new ModelFormatException($"tensor '{name}': expected shape [{string.Join(", ", shape)}], got [{string.Join(", ", tensor.Shape)}]");
            return tensor.Values<T>().ToArray();
        }
    }
}
