using VqVae.CommandLine;
using VqVae.Models;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Run;

/// <summary>What a run's checkpoints say about where they come from.</summary>
internal static class RunProvenance
{
    /// <summary>The provenance of the weights at a position.</summary>
    /// <param name="settings">The run.</param>
    /// <param name="images">Number of training images.</param>
    /// <param name="position">Where the run stands; what was measured counts if it is of these weights.</param>
    public static Provenance Of(RunSettings settings, int images, RunPosition position) => new()
    {
        Trainer = $"VqVae.Deploy trainer {ProgramVersion.Text}",
        Preset = settings.Preset,
        Data = Path.GetFileName(Path.GetFullPath(settings.Data).TrimEnd(Path.DirectorySeparatorChar)),
        Images = images,
        Steps = position.Step,
        Batch = settings.Training.Batch,
        Seed = settings.Seed,
        Metrics = position.ValidatedStep == position.Step ? Metrics(position.Validation) : null,
    };

    private static Dictionary<string, double>? Metrics(ValidationResult? validation) =>
        validation?.Psnr.Select((value, i) => (Key: $"validation_psnr_stages_{i + 1}", Value: Math.Round(value, 3))).ToDictionary(m => m.Key, m => m.Value);
}
