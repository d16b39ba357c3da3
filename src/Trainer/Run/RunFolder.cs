using VqVae.Models;

namespace VqVae.Trainer.Run;

/// <summary>The files of a run folder.</summary>
/// <param name="Path">The folder.</param>
internal sealed record RunFolder(string Path)
{
    /// <summary>The run's settings.</summary>
    public string Settings => In("run.json");

    /// <summary>What resuming needs.</summary>
    public string State => In("training-state.safetensors");

    /// <summary>Weights.</summary>
    public string Checkpoint => In(VqVae.Models.Checkpoint.FileName);

    /// <summary>What the exporter checks its graphs against.</summary>
    public string Parity => In(RunFiles.ParityFileName);

    /// <summary>Training samples for statistics.</summary>
    public string Calibration => In(RunFiles.CalibrationFileName);

    /// <summary>One row each time progress is reported.</summary>
    public string Metrics => In("metrics.csv");

    /// <summary>The grid of originals and reconstructions of a step.</summary>
    public string Samples(long step) => System.IO.Path.Combine(Path, "samples", $"step-{step:D7}.png");

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
