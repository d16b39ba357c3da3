using System.Reflection;
using System.Text.RegularExpressions;
using CommandLine;
using VqVae.Codec.Cli.CommandLine;
using VqVae.Codec.Cli.Commands;
using VqVae.CommandLine;

namespace VqVae.Codec.Cli.Tests;

public sealed partial class HelpTests
{
    [Theory]
    [InlineData("compress", typeof(CompressOptions))]
    [InlineData("decompress", typeof(DecompressOptions))]
    [InlineData("info", typeof(InfoOptions))]
    [InlineData("verify", typeof(VerifyOptions))]
    [InlineData("eval", typeof(EvalOptions))]
    [InlineData("demo", typeof(DemoOptions))]
    [InlineData("bench", typeof(BenchOptions))]
    public void Page_OfACommand_ListsExactlyItsOptions(string command, Type options)
    {
        var defined = options.GetProperties().Select(p => p.GetCustomAttribute<OptionAttribute>()?.LongName).OfType<string>().Order();
        var listed = OptionLine().Matches(HelpPages.For(command)).Select(m => m.Groups[1].Value).Order();
        Assert.Equal(defined, listed);
    }

    [Theory]
    [InlineData("compress")]
    [InlineData("decompress")]
    [InlineData("info")]
    [InlineData("verify")]
    [InlineData("eval")]
    [InlineData("demo")]
    [InlineData("bench")]
    public void Help_OfACommand_GoesToStandardOutputWithExamples(string command)
    {
        foreach (var arguments in (string[][])[[command, "--help"], ["help", command]])
        {
            using var run = new InProcess();
            Assert.Equal(ExitCode.Ok, run.Run(arguments));
            Assert.StartsWith("vqcodec " + command, run.Output, StringComparison.Ordinal);
            Assert.True(Regex.Count(run.Output, "^  vqcodec " + command, RegexOptions.Multiline) >= 2, "fewer than two examples");
            Assert.Empty(run.Error);
        }
    }

    [Fact]
    public void Help_Overview_DocumentsExitCodes()
    {
        using var run = new InProcess();
        Assert.Equal(ExitCode.Ok, run.Run(["--help"]));
        foreach (var code in (int[])[ExitCode.Ok, ExitCode.Failed, ExitCode.Usage, ExitCode.SomeFailed, ExitCode.Cancelled])
            Assert.Matches($"(?m)^  {code} +", run.Output);
    }

    [Theory]
    [InlineData("compress")]
    [InlineData("decompress")]
    [InlineData("info")]
    [InlineData("verify")]
    [InlineData("eval")]
    [InlineData("demo")]
    [InlineData("bench")]
    [InlineData("")]
    public void Page_FitsATerminal(string command) =>
        Assert.All(HelpPages.For(command).Split('\n'), line => Assert.InRange(line.Length, 0, 100));

    [Fact]
    public void Version_IsPrinted()
    {
        using var run = new InProcess();
        Assert.Equal(ExitCode.Ok, run.Run(["--version"]));
        Assert.Matches(@"^vqcodec \d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?\s*$", run.Output);
    }

    [GeneratedRegex(@"^  (?:-[a-z], )?--([a-z-]+) ", RegexOptions.Multiline)]
    private static partial Regex OptionLine();
}
