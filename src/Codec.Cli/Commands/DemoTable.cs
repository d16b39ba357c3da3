using System.Globalization;
using Spectre.Console;
using VqVae.Codec.Cli.CommandLine;
using VqVae.CommandLine;

namespace VqVae.Codec.Cli.Commands;

/// <summary>The demo's figures as a table: with lines and colour on a terminal, plain text elsewhere and where <c>NO_COLOR</c> is set.</summary>
internal static class DemoTable
{
    /// <summary>Writes the table.</summary>
    public static void Write(Terminal terminal, IReadOnlyList<DemoRow> rows, long pixels, long rawBytes)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        ArgumentNullException.ThrowIfNull(rows);
        var table = new Table();
        foreach (var heading in (string[])["stages", "bytes", "bits/pixel", "raw:file", "PSNR", "compress", "decompress"])
            table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var row in rows)
        {
            string[] cells =
            [
                row.Stages.ToString(CultureInfo.InvariantCulture),
                Figures.Bytes(row.Bytes),
                Figures.BitsPerPixel(row.Bytes, pixels),
                ((double)rawBytes / row.Bytes).ToString("F1", CultureInfo.InvariantCulture),
                Figures.Decibels(row.Psnr),
                Milliseconds(row.Compressing),
                Milliseconds(row.Decompressing),
            ];
            var last = row == rows[^1];
            table.AddRow(cells.Select(cell => new Text(cell, last ? new Style(decoration: Decoration.Bold) : Style.Plain)));
        }

        TableWriter.Write(terminal, table);
    }

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture) + " ms";
}
