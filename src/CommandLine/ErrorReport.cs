namespace VqVae.CommandLine;

/// <summary>Turns exceptions into one line on standard error and an exit code.</summary>
/// <param name="program">The program's name, which begins the line.</param>
/// <param name="explain">
/// What the program says of an exception in words of its own, or <c>null</c> to leave it to the general ones: those of cancelling, of the file
/// system and of wrong usage.
/// </param>
internal sealed class ErrorReport(string program, Func<Exception, string?> explain)
{
    /// <summary>The environment variable that asks for stack traces, such as <c>VQCODEC_TRACE</c>.</summary>
    public string TraceVariable => program.ToUpperInvariant() + "_TRACE";

    /// <summary>Writes the line, and the stack trace where it was asked for.</summary>
    /// <returns>The exit code.</returns>
    public int Write(Exception exception, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(error);
        error.WriteLine($"{program}: {OneLine(Message(exception))}");
        if (Environment.GetEnvironmentVariable(TraceVariable) == "1") error.WriteLine(exception);
        return exception switch
        {
            OperationCanceledException => ExitCode.Cancelled,
            UsageException => ExitCode.Usage,
            _ => ExitCode.Failed,
        };
    }

    /// <summary>What is said of an exception.</summary>
    public string Message(Exception exception)
    {
        ArgumentNullException.ThrowIfNull(exception);
        return explain(exception) ?? exception switch
        {
            OperationCanceledException => "cancelled",
            UsageException => exception.Message,
            FileNotFoundException { FileName: { } file } => $"{file} does not exist",
            IOException or UnauthorizedAccessException or PlatformNotSupportedException => exception.Message,
            OutOfMemoryException => "not enough memory",
            _ => $"unexpected {exception.GetType().Name}: {exception.Message} (set {TraceVariable}=1 for the stack trace)",
        };
    }

    /// <summary>The text without line breaks and other control characters, which file names may smuggle to a terminal.</summary>
    public static string OneLine(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words);
    }
}
