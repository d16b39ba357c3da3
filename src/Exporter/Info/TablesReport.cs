using System.Globalization;
using VqVae.Models;
using VqVae.Runtime;

namespace VqVae.Exporter.Info;

/// <summary>The entropy tables' part of <c>exporter info</c>.</summary>
internal static class TablesReport
{
    /// <summary>Lists, for each rate point and entropy mode, what the file holds and what a coder keeps in memory.</summary>
    public static void Write(MarkdownWriter markdown, ModelTables tables)
    {
        markdown.Heading(2, ModelManifest.TablesFileName);
        markdown.Paragraph("Entropy modes by rate point; besides these every model has raw. Stages without a table of a mode are coded raw in it.");
        markdown.Table(
            ["rate point:", "mode", "stages with tables:", "bytes in the file:", "bytes in memory:"],
            tables.RatePoints.SelectMany((r, i) => Rows(i, r)));
    }

    private static IEnumerable<string[]> Rows(int ratePoint, RatePointTables tables)
    {
        if (tables.Static is { } s)
            yield return Row(ratePoint, "static", s.Planes.Sum(p => p.Count(t => t is not null)), s.Write, new StaticCoder(s).Bytes);
        if (tables.Fast is { } f)
            yield return Row(ratePoint, "fast", f.Planes.Sum(p => p.Count(t => t is not null)), f.Write, f.Bytes);
        if (tables.Dense is { } d)
            yield return Row(ratePoint, "dense", d.Planes.Sum(p => p.Count), d.Write, d.Bytes);
    }

    private static string[] Row(int ratePoint, string mode, int stages, Action<TableWriter> write, int memory)
    {
        var writer = new TableWriter();
        write(writer);
        return [Number(ratePoint), mode, Number(stages), Number(writer.Written.Length), Number(memory)];
    }

    private static string Number(int value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
