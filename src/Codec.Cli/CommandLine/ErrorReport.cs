using VqVae.Imaging;
using VqVae.Models;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.CommandLine;

/// <summary>Turns exceptions into one line on standard error and an exit code.</summary>
internal static class ErrorReport
{
    /// <summary>The environment variable that asks for stack traces.</summary>
    public const string TraceVariable = "VQCODEC_TRACE";

    /// <summary>Writes the line, and the stack trace where it was asked for.</summary>
    /// <returns>The exit code.</returns>
    public static int Write(Exception exception, TextWriter error)
    {
        ArgumentNullException.ThrowIfNull(exception);
        ArgumentNullException.ThrowIfNull(error);
        var (code, message) = exception switch
        {
            OperationCanceledException => (ExitCode.Cancelled, "cancelled"),
            UsageException => (ExitCode.Usage, exception.Message),
            ImageException or VqFormatException or ModelFormatException or PlatformNotSupportedException => (ExitCode.Failed, exception.Message),
            FileNotFoundException { FileName: { } file } => (ExitCode.Failed, $"{file} does not exist"),
            IOException or UnauthorizedAccessException => (ExitCode.Failed, exception.Message),
            OutOfMemoryException => (ExitCode.Failed, "not enough memory for a picture of this size"),
            _ => (ExitCode.Failed, $"unexpected {exception.GetType().Name}: {exception.Message} (set {TraceVariable}=1 for the stack trace)"),
        };
        error.WriteLine("vqcodec: " + OneLine(message));
        if (Environment.GetEnvironmentVariable(TraceVariable) == "1") error.WriteLine(exception);
        return code;
    }

    /// <summary>The text without line breaks and other control characters, which file names may smuggle to a terminal.</summary>
    public static string OneLine(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var words = string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', words);
    }
}
