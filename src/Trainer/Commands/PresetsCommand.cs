using System.Globalization;
using VqVae.CommandLine;
using VqVae.Models;

namespace VqVae.Trainer.Commands;

/// <summary><c>trainer presets</c>.</summary>
internal static class PresetsCommand
{
    /// <summary>Columns of a terminal that descriptions are wrapped to.</summary>
    private const int Width = 100;

    /// <summary>Prints the table, one preset, or the keys.</summary>
    /// <returns>The process's exit code.</returns>
    public static int Run(PresetsArguments arguments, TextWriter output)
    {
        if (arguments.Rest.FirstOrDefault() is { } extra) throw new UsageException($"'{extra}' is one argument too many; see 'trainer presets --help'");
        switch (arguments)
        {
            case { Action: null }:
                WriteTable(output);
                break;
            case { Action: "show", Name: { } name }:
                output.WriteLine(Find(name).ToJson());
                break;
            case { Action: "keys", Name: null }:
                WriteKeys(output);
                break;
            case { Action: "show" }:
                throw new UsageException("which preset? 'trainer presets' lists them, 'trainer presets show small' shows one");
            default:
                throw new UsageException($"expected nothing, 'show NAME' or 'keys', got '{arguments.Action}{(arguments.Name is { } second ? " " + second : "")}'; see 'trainer presets --help'");
        }

        return ExitCode.Ok;
    }

    private static Preset Find(string name)
    {
        try
        {
            return Preset.Find(name);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message, e);
        }
    }

    private static void WriteTable(TextWriter output)
    {
        string[] head = ["name", "stride", "stages x codes", "bits a pixel", "kMAC a pixel"];
        var rows = Preset.All.Select(preset => Row(preset)).ToList();
        var widths = head.Select((title, column) => rows.Max(row => row[column].Length) is var longest && longest > title.Length ? longest : title.Length).ToArray();
        var indent = widths.Sum() + (2 * widths.Length);
        output.WriteLine(Line(head, widths) + "for");
        foreach (var (preset, row) in Preset.All.Zip(rows))
        {
            var lines = Wrapped(preset.Description, Math.Max(30, Width - indent)).ToArray();
            output.WriteLine(Line(row, widths) + lines[0]);
            foreach (var line in lines[1..]) output.WriteLine(new string(' ', indent) + line);
        }
    }

    private static string[] Row(Preset preset)
    {
        var planes = preset.Model.Planes;
        return
        [
            preset.Name,
            string.Join(" / ", planes.Select(p => p.Stride)),
            string.Join(" / ", planes.Select(p => $"{p.Stages} x {p.Codes}")),
            ModelSummary.RawBitsPerPixel(preset.Model).ToString("0.00", CultureInfo.InvariantCulture),
            ModelSummary.Cost(preset.Model),
        ];
    }

    private static void WriteKeys(TextWriter output)
    {
        var width = PresetKey.All.Max(key => key.Path.Length);
        foreach (var key in PresetKey.All) output.WriteLine($"{key.Path.PadRight(width)}  {key.Expected}");
    }

    private static string Line(string[] cells, int[] widths) => string.Concat(cells.Select((cell, column) => cell.PadRight(widths[column] + 2)));

    /// <summary>The text in lines of at most a width, broken between words.</summary>
    private static IEnumerable<string> Wrapped(string text, int width)
    {
        var line = "";
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Length > 0 && line.Length + 1 + word.Length > width)
            {
                yield return line;
                line = "";
            }

            line += line.Length > 0 ? " " + word : word;
        }

        yield return line;
    }
}
