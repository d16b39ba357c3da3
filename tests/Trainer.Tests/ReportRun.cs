using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Data;
using VqVae.Trainer.Run;
using VqVae.Trainer.Seeing.Report;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Tests;

/// <summary>Run folders and histories made by hand, through the writers that a training uses.</summary>
internal static class ReportRun
{
    /// <summary>A run of 10,000 steps with four stages of 512 codes that learn by moving averages.</summary>
    public static RunSettings Settings { get; } = new()
    {
        Preset = "small",
        Data = "photos",
        Model = Preset.Small.Model,
        Training = Preset.Small.Training with { Steps = 10_000, WarmupSteps = 0 },
        Seed = 1,
        Threads = 1,
    };

    /// <summary>The same with codebooks that learn by gradient.</summary>
    public static RunSettings Gradient { get; } = Settings with
    {
        Training = Settings.Training with { CodebookLearning = CodebookLearning.Gradient, CodebookWeight = 0.25, CommitmentWeight = 1, Schedule = LearningRateSchedule.Constant },
    };

    /// <summary>A healthy report: losses in balance, most codes in use.</summary>
    public static Progress Progress(long step, RunSettings? settings = null) => new()
    {
        Step = step,
        Epoch = step / 100.0,
        Seconds = step / 4.0,
        ImagesPerSecond = 32,
        LearningRate = 5e-4,
        Loss = 0.012,
        Reconstruction = 0.008,
        Codebook = 0.1,
        Commitment = 0.016,
        GradientNorm = 0.01,
        Stages = [.. Names(settings ?? Settings).Select(name => new StageUsage(name, 300, 1, []))],
    };

    /// <summary>A validation that gives so many dB from all stages, and a dB less for each that is left out.</summary>
    public static ValidationResult Validation(double psnr, RunSettings? settings = null)
    {
        var stages = (settings ?? Settings).Model.MostStages;
        return new ValidationResult
        {
            Psnr = [.. Enumerable.Range(0, stages).Select(i => psnr - (stages - 1 - i))],
            MeanSquaredError = 4 * Math.Pow(10, -psnr / 10),
            MsSsim = 0.95,
            BitsPerPixel = 0.4,
        };
    }

    /// <summary>The names of a model's stages in order.</summary>
    public static IEnumerable<string> Names(RunSettings settings) =>
        settings.Model.Planes.SelectMany(p => Enumerable.Range(1, p.Stages).Select(stage => p.Name.Length == 0 ? $"{stage}" : $"{p.Name} {stage}"));

    /// <summary>Rows as the trainer writes them, read back.</summary>
    public static RunHistory History(IEnumerable<Progress> rows, RunSettings? settings = null, IReadOnlyList<UsageInterval>? usage = null)
    {
        using var folder = new TemporaryFolder();
        Write(folder.Path, rows, settings ?? Settings);
        return new RunHistory(MetricsTable.Read(folder["metrics.csv"]), settings ?? Settings, usage ?? []);
    }

    /// <summary>Writes settings and rows into a run folder.</summary>
    public static RunFolder Write(string path, IEnumerable<Progress> rows, RunSettings settings)
    {
        var folder = new RunFolder(path);
        Directory.CreateDirectory(path);
        File.WriteAllText(folder.Settings, settings.ToJson());
        using var metrics = new MetricsFile(folder, settings.Model.Planes, resumeFrom: 0);
        foreach (var row in rows) metrics.Add(metrics.Row(row));
        return folder;
    }

    /// <summary>Writes a picture of samples of squares of 16 pixels.</summary>
    public static void WriteSamples(RunFolder folder, long step, int columns, int rows)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder.Samples(step))!);
        VipsImages.WritePng(folder.Samples(step), DrawnImage.Rgb(columns * 16, rows * 16, (int)step), columns * 16, rows * 16);
    }
}
