using VqVae.Models;

namespace VqVae.Exporter.Tests.Reference;

/// <summary>Calibration files as the trainer writes them, with drawn maps whose neighbours are alike.</summary>
internal static class CalibrationFixture
{
    public const int Maps = 24, Height = 12, Width = 16;

    /// <summary>Writes <c>calibration.safetensors</c>; <paramref name="change"/> may alter what it says.</summary>
    public static void Save(Checkpoint checkpoint, string runFolder, Action<ParityContent>? change = null)
    {
        var content = new ParityContent { Format = RunFiles.CalibrationFormat, Id = checkpoint.Id.ToString() };
        content.Tensors["images"] = (new byte[2 * 8 * 8 * 3], [2, 8, 8, 3]);
        foreach (var plane in checkpoint.Spec.Planes)
        {
            long[] shape = [Maps, plane.Stages, Height, Width];
            content.Tensors[plane.TensorName] = (Enumerable.Range(0, Maps).SelectMany(m => Map(plane, m)).ToArray(), shape);
        }

        change?.Invoke(content);
        content.Save(Path.Combine(runFolder, RunFiles.CalibrationFileName));
    }

    /// <summary>A map <c>[L, h, w]</c>: a slope of codes with noise, steeper on later stages.</summary>
    public static int[] Map(LatentPlane plane, int seed)
    {
        var random = new Random(seed);
        var map = new int[plane.Stages * Height * Width];
        for (var stage = 0; stage < plane.Stages; stage++)
        {
            var (first, slope) = (random.Next(plane.Codes), random.NextDouble() * (stage + 1));
            for (var i = 0; i < Height * Width; i++)
            {
                var code = first + (slope * ((i / Width) + (i % Width))) + (3 * random.NextDouble());
                map[(stage * Height * Width) + i] = (int)code % plane.Codes;
            }
        }

        return map;
    }
}
