using System.Text.RegularExpressions;
using VqVae.Codec.Cli.Batch;
using VqVae.Codec.Cli.CommandLine;
using VqVae.CommandLine;
using VqVae.TestSupport;

namespace VqVae.Codec.Cli.Tests;

/// <summary>What docs/batch.md shows is what the program does.</summary>
public sealed partial class BatchGuideTests
{
    private static readonly string Text = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "batch.md"));

    [Fact]
    public void Options_OfTheGuide_AreThoseOfTheCommands()
    {
        var commands = Command().Matches(Text).Select(m => (Verb: m.Groups[1].Value, Line: m.Value)).ToArray();
        Assert.True(commands.Length >= 5, "the guide shows fewer commands than it should");
        foreach (var (verb, line) in commands)
            foreach (Match option in Option().Matches(line))
                Assert.Contains(option.Value, HelpPages.For(verb), StringComparison.Ordinal);
        foreach (Match option in Option().Matches(Text))
            Assert.True(option.Value is "--array" or "--requeue" or "--cpus-per-task" || HelpPages.For("compress").Contains(option.Value, StringComparison.Ordinal) || HelpPages.For("decompress").Contains(option.Value, StringComparison.Ordinal) || HelpPages.For("info").Contains(option.Value, StringComparison.Ordinal), option.Value);
    }

    [Fact]
    public void ExitCodes_OfTheGuide_AreAllOfThem() =>
        Assert.Equal(
            new[] { ExitCode.Ok, ExitCode.Failed, ExitCode.Usage, ExitCode.SomeFailed, ExitCode.Cancelled }.Select(c => c.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            CodeRow().Matches(Text).Select(m => m.Groups[1].Value));

    [Fact]
    public void Shards_OfTheGuide_AreValid()
    {
        var shown = Regex.Matches(Text, @"--shard ""\$SLURM_ARRAY_TASK_ID/(\d+)""|\$\(JOB_COMPLETION_INDEX\)/(\d+)");
        Assert.Equal(2, shown.Count);

        // An array from 0 to one less than the parts, as many completions as parts.
        Assert.Contains("--array=0-31", Text, StringComparison.Ordinal);
        Assert.Contains("completions: 32", Text, StringComparison.Ordinal);
        Assert.All(shown, m => Assert.Equal("32", m.Groups[1].Value + m.Groups[2].Value));
        Assert.True(Shard.TryParse("31/32", out _));
    }

    [GeneratedRegex(@"vqcodec (compress|decompress|verify|info) [^`\n]*")]
    private static partial Regex Command();

    [GeneratedRegex("--[a-z][a-z-]+")]
    private static partial Regex Option();

    [GeneratedRegex(@"^\| (\d+) \|", RegexOptions.Multiline)]
    private static partial Regex CodeRow();
}
