using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using VqVae.Models;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Run;

/// <summary>
/// Saves and restores all that changes while training, so that a resumed run reaches the weights of an uninterrupted one. Random
/// choices need no state: they follow from the seed and the step (<see cref="SeededRandom"/>).
/// </summary>
internal static class TrainingState
{
    private const string Format = "vqvae-training-state/1";

    /// <summary>Writes the state atomically: a process killed while it writes leaves the previous one.</summary>
    /// <param name="path">The file.</param>
    /// <param name="trained">Weights, optimizer, codebook averages.</param>
    /// <param name="step">Steps done.</param>
    /// <param name="seconds">Seconds trained.</param>
    /// <param name="images">The training images, in order: resuming with others would give other weights.</param>
    public static void Save(string path, TrainingStep trained, long step, double seconds, IReadOnlyList<string> images)
    {
        var writer = new SafetensorsWriter();
        writer.Metadata["format"] = Format;
        writer.Metadata["step"] = step.ToString(CultureInfo.InvariantCulture);
        writer.Metadata["seconds"] = seconds.ToString("R", CultureInfo.InvariantCulture);
        writer.Metadata["images"] = Fingerprint(images);
        foreach (var (name, value) in trained.State) writer.Add(name, value);
        writer.Save(path);
    }

    /// <summary>Restores a state.</summary>
    /// <returns>Steps done and seconds trained.</returns>
    /// <exception cref="ModelFormatException">The file is malformed, of another model, or of other training images.</exception>
    public static (long Step, double Seconds) Load(string path, TrainingStep trained, IReadOnlyList<string> images)
    {
        var file = SafetensorsFile.Load(path);
        if (file.GetMetadata("format") != Format) throw new ModelFormatException($"{path}: expected the format '{Format}', got '{file.GetMetadata("format")}'");
        if (file.GetMetadata("images") != Fingerprint(images))
            throw new ModelFormatException($"{path}: the folder's images are not those that the run began with; resume with the same images, or start a new run");
        if (!long.TryParse(file.GetMetadata("step"), NumberStyles.None, CultureInfo.InvariantCulture, out var step)
            || !double.TryParse(file.GetMetadata("seconds"), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            || !(double.IsFinite(seconds) && seconds >= 0))
            throw new ModelFormatException($"{path}: the step or the time is not a number of 0 or more");
        try
        {
            foreach (var (name, value) in trained.State) file.CopyTo(name, value);
        }
        catch (ModelFormatException e)
        {
            throw new ModelFormatException($"{path}: {e.Message}", e);
        }

        trained.Optimizer.Steps = step;
        return (step, seconds);
    }

    private static string Fingerprint(IReadOnlyList<string> images) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', images))));
}
