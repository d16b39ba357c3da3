namespace VqVae.CommandLine;

/// <summary>The standard streams, and whether a person sits behind them.</summary>
internal sealed class Terminal
{
    /// <summary>Opens standard input, for bytes.</summary>
    public required Func<Stream> OpenInput { get; init; }

    /// <summary>Opens standard output, for bytes.</summary>
    public required Func<Stream> OpenOutput { get; init; }

    /// <summary>Standard output, for text.</summary>
    public required TextWriter Output { get; init; }

    /// <summary>Standard error.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether standard input is a keyboard.</summary>
    public bool InputIsTerminal { get; init; }

    /// <summary>Whether standard output is a screen.</summary>
    public bool OutputIsTerminal { get; init; }

    /// <summary>Whether colours and other styles are wanted: on a screen, but for the environment variable <c>NO_COLOR</c> (no-color.org).</summary>
    public bool IsStyled => OutputIsTerminal && !NoColor;

    /// <summary>Whether <c>NO_COLOR</c> is set to anything.</summary>
    public bool NoColor { get; init; }

    /// <summary>The process's own.</summary>
    public static Terminal OfProcess() => new()
    {
        OpenInput = Console.OpenStandardInput,
        OpenOutput = Console.OpenStandardOutput,
        Output = Console.Out,
        Error = Console.Error,
        InputIsTerminal = !Console.IsInputRedirected,
        OutputIsTerminal = !Console.IsOutputRedirected,
        NoColor = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")),
    };
}
