using System.Globalization;
using System.Text;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Run;

/// <summary><c>metrics.csv</c>: a header, then a row a report.</summary>
internal sealed class MetricsFile : IDisposable
{
    private readonly StreamWriter _writer;
    private readonly int _stages;

    /// <summary>Opens the file; on resume, rows of steps that will be run again are dropped.</summary>
    public MetricsFile(string path, int stages, long resumeFrom)
    {
        _stages = stages;
        var kept = resumeFrom > 0 && File.Exists(path) ? RowsUpTo(path, resumeFrom) : [];
        _writer = new StreamWriter(path, append: false, new UTF8Encoding(false)) { NewLine = "\n" };
        _writer.WriteLine(Header(stages));
        foreach (var row in kept) _writer.WriteLine(row);
        _writer.Flush();
    }

    /// <summary>Adds a row, visible to readers at once.</summary>
    public void Add(Progress progress)
    {
        var fields = new List<string>
        {
            progress.Step.ToString(CultureInfo.InvariantCulture),
            Text(progress.Epoch, "0.###"),
            Text(progress.Seconds, "0.0"),
            Text(progress.ImagesPerSecond, "0.00"),
            Text(progress.LearningRate, "0.######e+0"),
            Text(progress.Loss),
            Text(progress.Reconstruction),
            Text(progress.Codebook),
            Text(progress.Commitment),
            Text(progress.GradientNorm),
            Text(progress.Psnr, "0.000"),
        };
        foreach (var stage in progress.Stages)
        {
            fields.Add(Text(stage.Perplexity, "0.0"));
            fields.Add(Text(stage.Used, "0.####"));
        }

        for (var i = 0; i < _stages; i++) fields.Add(progress.ValidationPsnr is { } psnr ? Text(psnr[i], "0.000") : "");
        _writer.WriteLine(string.Join(',', fields));
        _writer.Flush();
    }

    public void Dispose() => _writer.Dispose();

    private static string Header(int stages)
    {
        var names = new List<string>
        {
            "step", "epoch", "seconds", "images_per_second", "learning_rate", "loss", "reconstruction_loss", "codebook_loss", "commitment_loss",
            "gradient_norm", "psnr",
        };
        for (var i = 1; i <= stages; i++) names.AddRange([$"perplexity_{i}", $"used_codes_{i}"]);
        for (var i = 1; i <= stages; i++) names.Add($"validation_psnr_{i}");
        return string.Join(',', names);
    }

    private static string[] RowsUpTo(string path, long step) =>
        [.. File.ReadLines(path).Skip(1).Where(row =>
            long.TryParse(row.AsSpan(0, Math.Max(0, row.IndexOf(',', StringComparison.Ordinal))), NumberStyles.None, CultureInfo.InvariantCulture, out var s) && s <= step)];

    private static string Text(double value, string format = "0.######") => value.ToString(format, CultureInfo.InvariantCulture);
}
