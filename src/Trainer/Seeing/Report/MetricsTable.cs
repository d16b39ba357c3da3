using System.Globalization;
using System.Text;
using VqVae.Reporting;

namespace VqVae.Trainer.Seeing.Report;

/// <summary>A stage's columns of <c>metrics.csv</c>.</summary>
/// <param name="Plane">Its plane, or empty where there is only one.</param>
/// <param name="Number">Its number in the plane, from 1.</param>
/// <param name="Perplexity">Perplexity of its choices, row by row.</param>
/// <param name="Used">Share of its codes that were used, row by row.</param>
internal sealed record StageColumns(string Plane, int Number, double[] Perplexity, double[] Used)
{
    /// <summary>The stage as reports call it: <c>1</c>, <c>luma 1</c>.</summary>
    public string Name => Plane.Length == 0 ? Number.ToString(CultureInfo.InvariantCulture) : Numbers.Text($"{Plane} {Number}");
}

/// <summary>
/// <c>metrics.csv</c> in memory, by columns. An empty or unreadable cell is NaN; a cell that says NaN or Infinity is infinity, so that a
/// loss that is no number differs from one that was not measured.
/// </summary>
internal sealed class MetricsTable
{
    private const string PerplexityPrefix = "perplexity_";
    private const string UsedPrefix = "used_codes_";
    private const string PsnrPrefix = "validation_psnr_";

    private static readonly double[] PowersOfTen = [1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15];

    private readonly Dictionary<string, double[]> _columns;

    private MetricsTable(IReadOnlyList<string> names, List<double>[] values, int skipped)
    {
        _columns = [];
        for (var i = 0; i < names.Count; i++) _columns[names[i]] = [.. values[i]];
        Steps = _columns["step"];
        Skipped = skipped;
        Stages = [.. names.Where(n => n.StartsWith(PerplexityPrefix, StringComparison.Ordinal)).Select(n => n[PerplexityPrefix.Length..]).Select(Stage).OfType<StageColumns>()];
        ValidationPsnr = [.. Enumerable.Range(1, names.Count).Select(i => PsnrPrefix + i.ToString(CultureInfo.InvariantCulture)).TakeWhile(_columns.ContainsKey).Select(n => _columns[n])];
        Validated = [.. Enumerable.Range(0, Rows).Where(row => ValidationPsnr.Count > 0 && double.IsFinite(ValidationPsnr[^1][row]))];
    }

    /// <summary>A run that has not reported yet.</summary>
    public static MetricsTable Empty { get; } = Parse("step\n"u8);

    /// <summary>The step of each row, rising.</summary>
    public double[] Steps { get; }

    /// <summary>Number of rows.</summary>
    public int Rows => Steps.Length;

    /// <summary>Rows of the file that could not be understood.</summary>
    public int Skipped { get; }

    /// <summary>The stages of all planes in order.</summary>
    public IReadOnlyList<StageColumns> Stages { get; }

    /// <summary>PSNR in dB of the validation images from 1, 2, … leading stages, row by row.</summary>
    public IReadOnlyList<double[]> ValidationPsnr { get; }

    /// <summary>The rows that measured the validation images.</summary>
    public IReadOnlyList<int> Validated { get; }

    /// <summary>A column; NaN throughout where the file has none of that name.</summary>
    public double[] this[string name] => _columns.TryGetValue(name, out var values) ? values : Enumerable.Repeat(double.NaN, Rows).ToArray();

    /// <summary>Reads a file that a running training may be writing.</summary>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="InvalidDataException">It has no header.</exception>
    public static MetricsTable Read(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        return Parse(memory.GetBuffer().AsSpan(0, (int)memory.Length));
    }

    /// <summary>Reads UTF-8 text. A last line without its end is still being written and left out.</summary>
    /// <exception cref="InvalidDataException">There is no header that begins with <c>step</c>.</exception>
    public static MetricsTable Parse(ReadOnlySpan<byte> csv)
    {
        var end = csv.IndexOf((byte)'\n');
        var names = end < 0 ? [] : Encoding.UTF8.GetString(csv[..end]).TrimEnd('\r').Split(',');
        if (names.Length == 0 || names[0] != "step" || names.Distinct().Count() != names.Length) throw new InvalidDataException("metrics.csv has no header");
        var values = Array.ConvertAll(names, _ => new List<double>());
        var row = new double[names.Length];
        var skipped = 0;
        csv = csv[(end + 1)..];
        while ((end = csv.IndexOf((byte)'\n')) >= 0)
        {
            if (ReadRow(csv[..end].TrimEnd((byte)'\r'), row) && row[0] is >= 0 and < 1e15 && (values[0].Count == 0 || row[0] > values[0][^1]))
            {
                for (var i = 0; i < row.Length; i++) values[i].Add(row[i]);
            }
            else
            {
                skipped++;
            }

            csv = csv[(end + 1)..];
        }

        return new MetricsTable(names, values, skipped);
    }

    private static bool ReadRow(ReadOnlySpan<byte> line, double[] row)
    {
        for (var i = 0; i < row.Length; i++)
        {
            var comma = line.IndexOf((byte)',');
            if (comma < 0 != (i == row.Length - 1)) return false;
            row[i] = Number(comma < 0 ? line : line[..comma]);
            line = comma < 0 ? default : line[(comma + 1)..];
        }

        return true;
    }

    private static double Number(ReadOnlySpan<byte> cell)
    {
        if (cell.IsEmpty) return double.NaN;
        if (Plain(cell) is { } plain) return plain;
        if (!double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)) return double.NaN;
        return double.IsFinite(value) ? value : double.PositiveInfinity;
    }

    /// <summary>
    /// Digits with at most one point, as nearly all cells are. With 15 digits both parts are exact, so that their quotient is rounded as the
    /// general way rounds, which takes several times as long over the millions of cells of a long run.
    /// </summary>
    private static double? Plain(ReadOnlySpan<byte> cell)
    {
        if (cell.Length > 16) return null;
        var (digits, number, point) = (0, 0L, -1);
        for (var i = 0; i < cell.Length; i++)
        {
            var digit = cell[i] - '0';
            if (digit is >= 0 and <= 9)
            {
                number = (10 * number) + digit;
                digits++;
            }
            else if (cell[i] == '.' && point < 0)
            {
                point = i;
            }
            else
            {
                return null;
            }
        }

        return digits is 0 or > 15 ? null : number / PowersOfTen[point < 0 ? 0 : cell.Length - point - 1];
    }

    /// <summary>From <c>1</c> or <c>luma_1</c>.</summary>
    private StageColumns? Stage(string suffix)
    {
        var at = suffix.LastIndexOf('_');
        return int.TryParse(suffix.AsSpan(at + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? new StageColumns(at < 0 ? "" : suffix[..at], number, this[PerplexityPrefix + suffix], this[UsedPrefix + suffix])
            : null;
    }
}
