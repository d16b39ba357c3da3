using VqVae.Models;

namespace VqVae.Trainer.Run;

/// <summary>
/// The files of a run folder. <c>best/</c> and <c>steps/0001000/</c> inside it are laid out alike, so that each of them can be finished and
/// exported as a run can.
/// </summary>
/// <param name="Path">The folder.</param>
internal sealed record RunFolder(string Path)
{
    private const string BestName = "best";
    private const string StepsName = "steps";

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

    /// <summary>How often codes were chosen, interval by interval.</summary>
    public string Usage => In("usage.csv");

    /// <summary>The page that shows the run.</summary>
    public string Report => In("report.html");

    /// <summary>Where the run was trained.</summary>
    public string Environment => In("environment.json");

    /// <summary>Held open by the process that trains here (<see cref="RunLock"/>).</summary>
    public string Lock => In("run.lock");

    /// <summary>The weights that did best on the validation images.</summary>
    public RunFolder Best => this with { Path = In(BestName) };

    /// <summary>Where the exporter's files are made before they appear in this folder.</summary>
    public RunFolder Unfinished => this with { Path = In(".unfinished") };

    /// <summary>The run that this folder is part of: itself, or the one that keeps its weights here.</summary>
    public RunFolder Root
    {
        get
        {
            var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(Path));
            var parent = System.IO.Path.GetDirectoryName(full);
            if (parent is null) return this;
            if (System.IO.Path.GetFileName(parent) == StepsName) parent = System.IO.Path.GetDirectoryName(parent);
            else if (System.IO.Path.GetFileName(full) != BestName) return this;
            var run = parent is null ? this : this with { Path = parent };
            return File.Exists(run.Settings) ? run : this;
        }
    }

    /// <summary>Whether something of a run is here that a new one would replace.</summary>
    public bool HoldsRun => File.Exists(State) || File.Exists(Checkpoint) || File.Exists(Best.Checkpoint) || Directory.Exists(In(StepsName));

    /// <summary>Writes a whole file so that a reader sees the old content or the new; a test lets it fail.</summary>
    public Action<string, Action<Stream>> WriteFile { get; init; } = (path, write) => AtomicFile.Write(path, write);

    /// <summary>Opens a file to append to, which others may read meanwhile; a test lets it fail.</summary>
    public Func<string, Stream> Append { get; init; } = path => new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read);

    /// <summary>The weights of a step that are kept whatever comes later.</summary>
    public RunFolder KeptStep(long step) => this with { Path = System.IO.Path.Combine(Path, StepsName, $"{step:D7}") };

    /// <summary>Event files for TensorBoard.</summary>
    public string TensorBoard => In("tensorboard");

    /// <summary>The grid of originals and reconstructions of a step.</summary>
    public string Samples(long step) => System.IO.Path.Combine(Path, "samples", $"step-{step:D7}.png");

    /// <summary>Removes what a killed process was writing.</summary>
    public void RemoveLeftovers()
    {
        string[] names = [.. ((string[])[Settings, State, Checkpoint, Parity, Calibration, Metrics, Usage, Report, Environment]).Select(f => System.IO.Path.GetFileName(f)!)];
        AtomicFile.RemoveLeftovers(Path, names);
        AtomicFile.RemoveLeftovers(Best.Path, names);
        if (!Directory.Exists(In(StepsName))) return;
        foreach (var kept in Directory.GetDirectories(In(StepsName))) AtomicFile.RemoveLeftovers(kept, names);
    }

    private string In(string name) => System.IO.Path.Combine(Path, name);
}
