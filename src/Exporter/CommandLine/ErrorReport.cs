using VqVae.Models;

namespace VqVae.Exporter.CommandLine;

/// <summary>Turns exceptions into one line on standard error and an exit code.</summary>
internal static class ErrorReport
{
    /// <summary>The environment variable that asks for stack traces.</summary>
    public const string TraceVariable = "EXPORTER_TRACE";

    /// <summary>Writes the line, and the stack trace where it was asked for.</summary>
    /// <returns>The exit code.</returns>
    public static int Write(Exception exception, TextWriter error)
    {
        var (code, message) = exception switch
        {
            OperationCanceledException => (ExitCode.Cancelled, "cancelled; nothing was written"),
            UsageException => (ExitCode.Usage, exception.Message),
            ModelFormatException or PlatformNotSupportedException or IOException or UnauthorizedAccessException => (ExitCode.Failed, exception.Message),
            OutOfMemoryException => (ExitCode.Failed, "not enough memory for a model of this size"),
            _ => (ExitCode.Failed, $"unexpected {exception.GetType().Name}: {exception.Message} (set {TraceVariable}=1 for the stack trace)"),
        };
        error.WriteLine("exporter: " + OneLine(message));
        if (Environment.GetEnvironmentVariable(TraceVariable) == "1") error.WriteLine(exception);
        return code;
    }

    /// <summary>The text without line breaks and other control characters, which file and tensor names may smuggle to a terminal.</summary>
    private static string OneLine(string text)
    {
        var words = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words);
    }
}
