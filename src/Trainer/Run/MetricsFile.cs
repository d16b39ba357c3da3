using System.Globalization;
using System.Text;
using VqVae.Models;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Run;

/// <summary><c>metrics.csv</c>: a header, then a row a report.</summary>
internal sealed class MetricsFile : IDisposable
{
    private readonly StreamWriter _writer;
    private readonly int _psnrColumns;

    /// <summary>Opens the file; on resume, rows of steps that will be run again are dropped.</summary>
    /// <param name="path">The file.</param>
    /// <param name="planes">The model's planes.</param>
    /// <param name="resumeFrom">Steps done.</param>
    public MetricsFile(string path, IReadOnlyList<LatentPlane> planes, long resumeFrom)
    {
        _psnrColumns = planes.Max(p => p.Stages);
        var kept = resumeFrom > 0 && File.Exists(path) ? RowsUpTo(path, resumeFrom) : [];
        _writer = new StreamWriter(path, append: false, new UTF8Encoding(false)) { NewLine = "\n" };
        _writer.WriteLine(Header(planes));
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
            Text(progress.Rate, "0.#####"),
            Text(progress.GradientNorm),
            Text(progress.Psnr, "0.000"),
        };
        foreach (var stage in progress.Stages)
        {
            fields.Add(Text(stage.Perplexity, "0.0"));
            fields.Add(Text(stage.Used, "0.####"));
        }

        var validation = progress.Validation;
        fields.Add(validation is null ? "" : Text(validation.MeanSquaredError));
        fields.Add(validation is null ? "" : Text(validation.MsSsim));
        fields.Add(validation is null ? "" : Text(validation.BitsPerPixel, "0.#####"));
        for (var i = 0; i < _psnrColumns; i++) fields.Add(validation is null ? "" : Text(validation.Psnr[i], "0.000"));
        _writer.WriteLine(string.Join(',', fields));
        _writer.Flush();
    }

    public void Dispose() => _writer.Dispose();

    /// <summary>The columns: stages are <c>1</c>, <c>2</c>, … or, with several planes, <c>top_1</c>, …, <c>bottom_1</c>, …</summary>
    internal static string Header(IReadOnlyList<LatentPlane> planes)
    {
        var names = new List<string>
        {
            "step", "epoch", "seconds", "images_per_second", "learning_rate", "loss", "reconstruction_loss", "codebook_loss", "commitment_loss",
            "rate_bpp", "gradient_norm", "psnr",
        };
        foreach (var plane in planes)
        {
            var prefix = plane.Name.Length == 0 ? "" : plane.Name + "_";
            for (var i = 1; i <= plane.Stages; i++) names.AddRange([$"perplexity_{prefix}{i}", $"used_codes_{prefix}{i}"]);
        }

        names.AddRange(["validation_loss", "validation_ms_ssim", "validation_bpp"]);
        for (var i = 1; i <= planes.Max(p => p.Stages); i++) names.Add($"validation_psnr_{i}");
        return string.Join(',', names);
    }

    private static string[] RowsUpTo(string path, long step) =>
        [.. File.ReadLines(path).Skip(1).Where(row =>
            long.TryParse(row.AsSpan(0, Math.Max(0, row.IndexOf(',', StringComparison.Ordinal))), NumberStyles.None, CultureInfo.InvariantCulture, out var s) && s <= step)];

    private static string Text(double value, string format = "0.######") => value.ToString(format, CultureInfo.InvariantCulture);
}
