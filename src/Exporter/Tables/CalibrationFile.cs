using VqVae.Exporter.Quality;
using VqVae.Models;

namespace VqVae.Exporter.Tables;

/// <summary>Reads and checks <c>calibration.safetensors</c>, as <see cref="RunFiles.CalibrationFileName"/> describes it.</summary>
internal static class CalibrationFile
{
    private const string ImagesName = "images";

    /// <summary>Reads the calibration data of a run folder.</summary>
    /// <returns><c>null</c> where the folder has no calibration file.</returns>
    /// <exception cref="ModelFormatException">The file is malformed, of another model, or has a wrong tensor.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static Calibration? Load(string runFolder, Checkpoint checkpoint)
    {
        var path = Path.Combine(runFolder, RunFiles.CalibrationFileName);
        if (!File.Exists(path)) return null;
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

    private static Calibration Read(SafetensorsFile file, Checkpoint checkpoint)
    {
        var format = file.GetMetadata("format");
        if (format != RunFiles.CalibrationFormat) throw new ModelFormatException($"expected the format '{RunFiles.CalibrationFormat}', got '{format}'");
        var id = ModelId.Parse(file.GetMetadata("id"));
        if (id != checkpoint.Id) throw new ModelFormatException($"the maps are of model {id}; the checkpoint is of model {checkpoint.Id}");

        var images = Images(file[ImagesName]);
        var spec = checkpoint.Spec;
        var names = new HashSet<string>(StringComparer.Ordinal) { ImagesName };
        var rates = Enumerable.Range(0, spec.RatePoints).Select(rate => spec.Planes.Select((plane, p) =>
        {
            var name = RunFiles.CalibrationName(spec, p, rate);
            names.Add(name);
            return Plane(name, file[name], plane);
        }).ToArray()).ToArray();
        if (rates.SelectMany(planes => planes).Select(p => p.Maps).Distinct().Count() > 1) throw new ModelFormatException("the planes have different numbers of maps");
        var extra = file.Tensors.Keys.Except(names).Order(StringComparer.Ordinal).FirstOrDefault();
        if (extra is not null) throw new ModelFormatException($"tensor '{extra}' is not part of the calibration samples");
        return new Calibration(images, rates);
    }

    private static CalibrationImages Images(SafetensorsTensor images)
    {
        var shape = images.Shape;
        if (images.Type != TensorType.UInt8 || shape.Count != 4 || shape[3] != 3 || shape[1] != shape[2] || shape.Any(n => n is < 1 or > int.MaxValue))
            throw new ModelFormatException($"tensor '{ImagesName}': expected U8 of shape [N, S, S, 3], got {images.Type.Name()} [{string.Join(", ", shape)}]");
        return new CalibrationImages((int)shape[0], (int)shape[1], images.Data);
    }

    private static CalibrationPlane Plane(string name, SafetensorsTensor tensor, LatentPlane plane)
    {
        var shape = tensor.Shape;
        if (tensor.Type != TensorType.Int32 || shape.Count != 4 || shape[1] != plane.Stages || shape.Any(n => n is < 1 or > int.MaxValue))
            throw new ModelFormatException($"tensor '{name}': expected I32 of shape [M, {plane.Stages}, h, w], got {tensor.Type.Name()} [{string.Join(", ", shape)}]");
        var values = tensor.Values<int>();
        var indices = new ushort[values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            if ((uint)values[i] >= (uint)plane.Codes)
                throw new ModelFormatException($"tensor '{name}' holds {values[i]}; expected indices from 0 to {plane.Codes - 1}");
            indices[i] = (ushort)values[i];
        }

        return new CalibrationPlane(plane, (int)shape[0], (int)shape[2], (int)shape[3], indices);
    }
}
