using Spectre.Console;
using VqVae.CommandLine;

namespace VqVae.Codec.Cli.CommandLine;

/// <summary>Where progress is drawn.</summary>
internal static class Consoles
{
    /// <summary>The terminal on standard output, for what is redrawn.</summary>
    public static IAnsiConsole OnTerminal(Terminal terminal)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        return AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.Detect,
            ColorSystem = terminal.IsStyled ? ColorSystemSupport.Detect : ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.Detect,
            Out = new AnsiConsoleOutput(terminal.Output),
        });
    }
}
