using System.Globalization;
using Spectre.Console;
using VqVae.CommandLine;
using VqVae.Trainer.Metrics;

namespace VqVae.Trainer.Commands;

/// <summary>A report's figures as a table: with lines on a terminal, as Markdown elsewhere.</summary>
internal static class EvalTable
{
    /// <summary>Most images that have a row of their own; of more only averages are shown, as the files of <c>--json</c> and <c>--csv</c> have them all.</summary>
    public const int MostRows = 30;

    /// <summary>Writes the table.</summary>
    public static void Write(Terminal terminal, EvaluationReport report)
    {
        var table = new Table();
        table.AddColumn(new TableColumn("image"));
        string[] headings = ["size", "PSNR RGB", "PSNR luma", "SSIM RGB", "SSIM luma", "MS-SSIM RGB", "MS-SSIM luma", "bits/pixel fixed", "bits/pixel order 0"];
        foreach (var heading in headings) table.AddColumn(new TableColumn(heading).RightAligned());
        var shown = report.Images.Count <= MostRows ? report.Images : [];
        foreach (var row in shown) Add(table, ErrorReport.OneLine(row.File!), $"{row.Width}x{row.Height}", row, Style.Plain);
        Add(table, $"mean of {report.Images.Count}", "", report.Mean, new Style(decoration: Decoration.Bold));

        TableWriter.Write(terminal, table);
    }

    private static void Add(Table table, string name, string size, EvaluationRow row, Style style)
    {
        string[] cells =
        [
            name, size, Decibels(row.PsnrRgb), Decibels(row.PsnrLuma), Similarity(row.SsimRgb), Similarity(row.SsimLuma),
            Similarity(row.MsSsimRgb), Similarity(row.MsSsimLuma), Bits(row.BitsPerPixelFixed), Bits(row.BitsPerPixelOrder0),
        ];
        table.AddRow(cells.Select(cell => new Text(cell, style)));
    }

    private static string Decibels(double value) => value.ToString("F2", CultureInfo.InvariantCulture) + " dB";

    private static string Similarity(double value) => value.ToString("F4", CultureInfo.InvariantCulture);

    private static string Bits(double value) => value.ToString("F3", CultureInfo.InvariantCulture);
}
