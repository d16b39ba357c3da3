using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Exporter.Tests.Reference;

/// <summary>Run folders as the trainer writes them, with the reference implementation in libtorch's place.</summary>
internal static class ParityFixture
{
    /// <summary>Writes checkpoint and parity file of a random model.</summary>
    public static Checkpoint SaveRun(ModelSpec spec, int seed, string runFolder)
    {
        RandomCheckpoint.Save(spec, seed, runFolder);
        var checkpoint = Checkpoint.Load(Path.Combine(runFolder, Checkpoint.FileName));
        SaveParity(checkpoint, runFolder);
        return checkpoint;
    }

    /// <summary>Writes a parity file of samples that suffice; <paramref name="change"/> may alter what it says.</summary>
    public static void SaveParity(Checkpoint checkpoint, string runFolder, Action<ParityContent>? change = null) =>
        SaveParity(checkpoint, runFolder, [(2, 3, 4, 0), (1, 1, 5, 500)], change);

    /// <summary>Writes a parity file of samples of these sizes in positions.</summary>
    public static void SaveParity(
        Checkpoint checkpoint, string runFolder, IEnumerable<(int Batch, int Height, int Width, float Lambda)> samples, Action<ParityContent>? change = null)
    {
        var content = new ParityContent { Id = checkpoint.Id.ToString() };
        foreach (var (batch, height, width, lambda) in samples) AddSample(content, checkpoint, batch, height, width, lambda);
        change?.Invoke(content);
        content.Save(Path.Combine(runFolder, RunFiles.ParityFileName));
    }

    private static void AddSample(ParityContent content, Checkpoint checkpoint, int batch, int height, int width, float lambda)
    {
        var (spec, codec) = (checkpoint.Spec, new ReferenceCodec(checkpoint));
        var (number, rows, columns) = (content.Samples++, height * spec.Stride, width * spec.Stride);
        var images = Enumerable.Range(0, batch).Select(i => DrawnImage.Rgb(columns, rows, (10 * number) + i)).ToArray();
        var searches = images.Select(i => codec.Encode(i, rows, columns, lambda)).ToArray();
        long[] image = [batch, rows, columns, 3], grid = [batch, spec.Stages, height, width];
        content.Tensors[$"sample.{number}.image"] = (images.SelectMany(i => i).ToArray(), image);
        content.Tensors[$"sample.{number}.lambda"] = (new[] { lambda }, [1]);
        content.Tensors[$"sample.{number}.indices"] = (searches.SelectMany(s => s.Indices).ToArray(), grid);
        content.Tensors[$"sample.{number}.gaps"] = (searches.SelectMany(s => s.Gaps).ToArray(), grid);
        for (var stages = 1; stages <= spec.Stages; stages++)
        {
            var decoded = searches.SelectMany(s => ReferenceCodec.ToRgb(codec.Decode(s.Indices, stages, height, width)));
            content.Tensors[$"sample.{number}.reconstruction.{stages}"] = (decoded.ToArray(), image);
        }
    }
}
