using VqVae.CommandLine;
using VqVae.Trainer.CommandLine;

namespace VqVae.Trainer.Tests;

/// <summary>The program without its process.</summary>
internal sealed record CommandLineRun(int ExitCode, string Output, string Error)
{
    public static CommandLineRun Of(params string[] arguments) => Of(arguments, CancellationToken.None);

    public static CommandLineRun Of(string[] arguments, CancellationToken stop)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal { OpenInput = () => Stream.Null, OpenOutput = () => Stream.Null, Output = output, Error = error };
        var code = TrainerProgram.Run(arguments, terminal, stop);
        return new CommandLineRun(code, output.ToString(), error.ToString());
    }

    /// <summary>Asserts that it failed with one line on standard error that holds the texts, and printed nothing else.</summary>
    public void AssertFails(int exitCode, params string[] texts)
    {
        Assert.Equal("", Output);
        foreach (var text in texts) Assert.Contains(text, Error, StringComparison.Ordinal);
        Assert.Equal(exitCode, ExitCode);
        Assert.StartsWith("trainer: ", Error, StringComparison.Ordinal);
        Assert.Equal(1, Error.Count(c => c == '\n'));
        Assert.DoesNotContain("unexpected", Error, StringComparison.Ordinal);
    }
}
