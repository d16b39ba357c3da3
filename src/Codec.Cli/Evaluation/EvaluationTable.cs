using System.Globalization;
using Spectre.Console;
using VqVae.Codec.Cli.CommandLine;
using VqVae.Codec.Cli.Evaluation.Metrics;
using VqVae.CommandLine;

namespace VqVae.Codec.Cli.Evaluation;

/// <summary>What an evaluation has found, as tables on a terminal.</summary>
internal static class EvaluationTable
{
    /// <summary>Writes the model's rates and qualities, then its bits against each classical codec.</summary>
    public static void Write(Terminal terminal, EvaluationResult result)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        ArgumentNullException.ThrowIfNull(result);
        var output = terminal.Output;
        output.WriteLine(ErrorReport.OneLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Pictures.Count} {(result.Pictures.Count == 1 ? "picture" : "pictures")} of {result.Data}; {result.Tested.Codec.Settings}")));
        output.WriteLine();
        WriteRates(terminal, result);
        if (result.Classical.Count == 0) return;
        output.WriteLine();
        output.WriteLine("BD-rate: bits of the model against each codec at equal quality; below zero the model's files are smaller.");
        output.WriteLine();
        WriteDeltas(terminal, result);
    }

    /// <summary>A BD-rate as people write it, such as −12.3%.</summary>
    public static string Percent(double percent) => percent.ToString("+0.0;-0.0;0.0", CultureInfo.InvariantCulture) + "%";

    /// <summary>Megapixels a second.</summary>
    public static string Speed(double megapixels) => megapixels.ToString(megapixels < 10 ? "F2" : "F1", CultureInfo.InvariantCulture) + " MP/s";

    private static void WriteRates(Terminal terminal, EvaluationResult result)
    {
        var table = new Table();
        foreach (var heading in (string[])["quality", "bits/pixel", "PSNR", "PSNR luma", "SSIM luma", "MS-SSIM luma"]) table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var setting in result.Tested.Settings)
        {
            var quality = setting.Quality;
            string[] cells =
            [
                setting.Label, setting.BitsPerPixel.ToString("F3", CultureInfo.InvariantCulture), Figures.Decibels(quality.PsnrRgb), Figures.Decibels(quality.PsnrLuma),
                quality.SsimLuma.ToString("F4", CultureInfo.InvariantCulture),
                string.Create(CultureInfo.InvariantCulture, $"{quality.MsSsimLuma:F4} ({MsSsim.Decibels(quality.MsSsimLuma):F2} dB)"),
            ];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        TableWriter.Write(terminal, table);
    }

    private static void WriteDeltas(Terminal terminal, EvaluationResult result)
    {
        var table = new Table();
        table.AddColumn("codec");
        foreach (var measure in QualityMeasure.All) table.AddColumn(new TableColumn(measure.Name).RightAligned());
        foreach (var heading in (string[])["lowest bits/pixel", "encode", "decode"]) table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var codec in result.All)
        {
            var deltas = codec == result.Tested ? QualityMeasure.All.Select(_ => "") : QualityMeasure.All.Select(measure => Cell(result, codec, measure));
            string[] cells =
            [
                codec.Codec.Name, .. deltas, codec.LowestRate.ToString("F3", CultureInfo.InvariantCulture),
                .. codec.Speed is { } speed ? (string[])[Speed(speed.Encoding), Speed(speed.Decoding)] : ["", ""],
            ];
            table.AddRow(cells.Select(cell => new Text(cell)));
        }

        TableWriter.Write(terminal, table);
    }

    private static string Cell(EvaluationResult result, CodecResult codec, QualityMeasure measure) => result.Delta(codec, measure) is { } delta
        ? string.Create(CultureInfo.InvariantCulture, $"{Percent(delta.Percent)} ({delta.Low:F1} to {delta.High:F1} dB)")
        : "no common range";
}
