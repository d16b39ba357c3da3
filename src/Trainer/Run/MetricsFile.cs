using System.Globalization;
using System.Text;
using VqVae.Models;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Run;

/// <summary><c>metrics.csv</c>: a header, then a row a report.</summary>
internal sealed class MetricsFile : IDisposable
{
    private readonly Stream _stream;
    private readonly int _psnrColumns;

    /// <summary>Opens the file; on resume, rows of steps that will be run again are dropped, and a last row that is not whole.</summary>
    /// <param name="folder">The run folder.</param>
    /// <param name="planes">The model's planes.</param>
    /// <param name="resumeFrom">Steps done.</param>
    public MetricsFile(RunFolder folder, IReadOnlyList<LatentPlane> planes, long resumeFrom)
    {
        _psnrColumns = planes.Max(p => p.Stages);
        var kept = resumeFrom > 0 && File.Exists(folder.Metrics) ? RowsUpTo(folder.Metrics, resumeFrom) : [];

        // Replaced as a whole: a process killed here leaves all the rows there were.
        folder.WriteFile(folder.Metrics, stream => stream.Write(Encoding.UTF8.GetBytes(string.Concat(kept.Prepend(Header(planes)).Select(row => row + "\n")))));
        _stream = folder.Append(folder.Metrics);
    }

    /// <summary>A report as a row's bytes.</summary>
    public byte[] Row(Progress progress)
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
        return Encoding.UTF8.GetBytes(string.Join(',', fields) + "\n");
    }

    /// <summary>Adds a row, visible to readers at once.</summary>
    public void Add(byte[] row)
    {
        _stream.Write(row);
        _stream.Flush();
    }

    /// <summary>Puts the rows on the disk itself, so that a state saved afterwards has all of its rows whatever happens to the machine.</summary>
    public void FlushToDisk()
    {
        if (_stream is FileStream file) file.Flush(flushToDisk: true);
        else _stream.Flush();
    }

    public void Dispose()
    {
        try
        {
            _stream.Dispose();
        }
        catch (IOException)
        {
            // A row that could not be written was reported when it was added; closing tries it once more.
        }
    }

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

    private static string[] RowsUpTo(string path, long step)
    {
        // Behind the last line break there is nothing, or what a full disk left of a row.
        var rows = File.ReadAllText(path).Split('\n')[..^1];
        return [.. rows.Skip(1).Where(row =>
            long.TryParse(row.AsSpan(0, Math.Max(0, row.IndexOf(',', StringComparison.Ordinal))), NumberStyles.None, CultureInfo.InvariantCulture, out var s) && s <= step)];
    }

    private static string Text(double value, string format = "0.######") => value.ToString(format, CultureInfo.InvariantCulture);
}
