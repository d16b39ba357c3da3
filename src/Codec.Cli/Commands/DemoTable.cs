using System.Globalization;
using Spectre.Console;
using VqVae.Codec.Cli.CommandLine;
using VqVae.CommandLine;

namespace VqVae.Codec.Cli.Commands;

/// <summary>The demo's figures as a table: with lines and colour on a terminal, plain text elsewhere and where <c>NO_COLOR</c> is set.</summary>
internal static class DemoTable
{
    /// <summary>Writes the table.</summary>
    /// <param name="terminal">Where it goes.</param>
    /// <param name="knob">What the rows differ in: quality or stages.</param>
    /// <param name="rows">The rows; the one whose file is kept stands out.</param>
    /// <param name="pixels">Pixels of the picture.</param>
    /// <param name="rawBytes">Its bytes.</param>
    public static void Write(Terminal terminal, string knob, IReadOnlyList<DemoRow> rows, long pixels, long rawBytes)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        ArgumentNullException.ThrowIfNull(rows);
        var table = new Table();
        foreach (var heading in (string[])[knob, "bytes", "bits/pixel", "raw:file", "PSNR", "compress", "decompress"])
            table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var row in rows)
        {
            string[] cells =
            [
                row.Name,
                Figures.Bytes(row.Bytes),
                Figures.BitsPerPixel(row.Bytes, pixels),
                ((double)rawBytes / row.Bytes).ToString("F1", CultureInfo.InvariantCulture),
                Figures.Decibels(row.Psnr),
                Milliseconds(row.Compressing),
                Milliseconds(row.Decompressing),
            ];
            table.AddRow(cells.Select(cell => new Text(cell, row.IsKept ? new Style(decoration: Decoration.Bold) : Style.Plain)));
        }

        TableWriter.Write(terminal, table);
    }

    private static string Milliseconds(TimeSpan time) => time.TotalMilliseconds.ToString("F0", CultureInfo.InvariantCulture) + " ms";
}
