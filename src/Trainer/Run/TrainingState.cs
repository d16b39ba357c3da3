using System.Security.Cryptography;
using System.Text;
using VqVae.Models;
using VqVae.Trainer.Training;
using static TorchSharp.torch;

namespace VqVae.Trainer.Run;

/// <summary>
/// Saves and restores all that changes while training, so that a resumed run reaches the weights of an uninterrupted one and reports
/// the same averages. Random choices and the loader's place need no state: they follow from the seed and the step
/// (<see cref="SeededRandom"/>), and no step draws from torch's own generator.
/// </summary>
internal static class TrainingState
{
    private const string Format = "vqvae-training-state/2";

    /// <summary>The state as a file's content.</summary>
    /// <param name="trained">Weights, optimizer, codebook averages.</param>
    /// <param name="averages">What the next report averages over.</param>
    /// <param name="position">Where the run stands.</param>
    /// <param name="images">The training images, in order: resuming with others would give other weights.</param>
    public static SafetensorsWriter CreateWriter(TrainingStep trained, RunningAverages averages, RunPosition position, IReadOnlyList<string> images)
    {
        var writer = new SafetensorsWriter();
        writer.Metadata["format"] = Format;
        writer.Metadata["position"] = (position with { ReportedSteps = averages.Steps }).ToJson();
        writer.Metadata["images"] = Fingerprint(images);
        foreach (var (name, value) in Tensors(trained, averages)) writer.Add(name, value);
        return writer;
    }

    /// <summary>Restores a state.</summary>
    /// <returns>Where the run stands.</returns>
    /// <exception cref="ModelFormatException">The file is malformed, of another model, or of other training images.</exception>
    public static RunPosition Load(string path, TrainingStep trained, RunningAverages averages, IReadOnlyList<string> images)
    {
        var file = SafetensorsFile.Load(path);
        if (file.GetMetadata("format") != Format) throw new ModelFormatException($"{path}: expected the format '{Format}', got '{file.GetMetadata("format")}'");
        if (file.GetMetadata("images") != Fingerprint(images))
            throw new ModelFormatException($"{path}: the folder's images are not those that the run began with; resume with the same images, or start a new run");
        try
        {
            var position = RunPosition.FromJson(file.GetMetadata("position"));
            foreach (var (name, value) in Tensors(trained, averages)) file.CopyTo(name, value);
            trained.Optimizer.Steps = position.Step;
            averages.Steps = position.ReportedSteps;
            return position;
        }
        catch (ModelFormatException e)
        {
            throw new ModelFormatException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Bytes of a state's tensors: the file is larger by its header, some kilobytes.</summary>
    public static long Bytes(TrainingStep trained) => trained.State.Sum(t => t.Value.numel() * t.Value.element_size());

    private static IEnumerable<(string Name, Tensor Value)> Tensors(TrainingStep trained, RunningAverages averages) =>
        [.. trained.State, ("report.sums", averages.Sums), ("report.code_counts", trained.Usage.Counts)];

    private static string Fingerprint(IReadOnlyList<string> images) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', images))));
}
