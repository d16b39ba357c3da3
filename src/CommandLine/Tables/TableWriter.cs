using Spectre.Console;

namespace VqVae.CommandLine;

/// <summary>Writes tables for persons and for what reads them from a pipe.</summary>
/// <remarks>In a folder of its own: only programs that have Spectre.Console compile it.</remarks>
internal static class TableWriter
{
    /// <summary>Columns where no terminal says how many it has: nothing is to be wrapped there.</summary>
    private const int PlainWidth = 1000;

    /// <summary>Writes a table: with lines and colour on a terminal, as Markdown elsewhere.</summary>
    public static void Write(Terminal terminal, Table table)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        ArgumentNullException.ThrowIfNull(table);
        using var text = new StringWriter();
        var styled = terminal.IsStyled;
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = styled ? AnsiSupport.Detect : AnsiSupport.No,
            ColorSystem = styled ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(terminal.OutputIsTerminal ? terminal.Output : text),
        });
        if (!terminal.OutputIsTerminal) console.Profile.Width = PlainWidth;
        table.Border = terminal.OutputIsTerminal ? TableBorder.Rounded : TableBorder.Markdown;
        console.Write(table);

        // The Markdown border surrounds the table with lines of blanks.
        foreach (var line in text.ToString().Split('\n', StringSplitOptions.TrimEntries).Where(line => line.Length > 0)) terminal.Output.WriteLine(line);
    }
}
