using System.Reflection;
using System.Text.RegularExpressions;
using CommandLine;
using VqVae.CommandLine;
using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.CommandLine;
using VqVae.Trainer.Commands;

namespace VqVae.Trainer.Tests;

public sealed partial class HelpTests
{
    public static TheoryData<string> Verbs => [.. TrainerProgram.Commands.Select(Verb)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Page_OfACommand_ListsExactlyItsOptions(string verb)
    {
        var options = TrainerProgram.Commands.Single(command => Verb(command) == verb).Arguments;
        var defined = options.GetProperties().Select(p => p.GetCustomAttribute<OptionAttribute>()?.LongName).OfType<string>();
        var listed = OptionLine().Matches(TrainerProgram.Help(verb)).Select(m => m.Groups[1].Value);
        Assert.Equal(defined.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Help_OfACommand_GoesToStandardOutputWithExamples(string verb)
    {
        foreach (var arguments in (string[][])[[verb, "--help"], ["help", verb]])
        {
            var run = CommandLineRun.Of(arguments);
            Assert.Equal("", run.Error);
            Assert.Equal(ExitCode.Ok, run.ExitCode);
            Assert.StartsWith("trainer " + verb, run.Output, StringComparison.Ordinal);
            Assert.True(Regex.Count(run.Output, "^  trainer " + verb, RegexOptions.Multiline) >= 2, "fewer than two examples");
        }
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Help_Overview_NamesEachCommand(string verb) => Assert.Contains($"\n  trainer {verb}", TrainerProgram.Help(null), StringComparison.Ordinal);

    [Fact]
    public void Help_Overview_DocumentsExitCodes()
    {
        var run = CommandLineRun.Of("--help");
        Assert.Equal(ExitCode.Ok, run.ExitCode);
        foreach (var code in (int[])[ExitCode.Ok, ExitCode.Failed, ExitCode.Usage, ExitCode.Cancelled]) Assert.Matches($"(?m)^  {code} +", run.Output);
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    [InlineData("")]
    public void Page_FitsATerminal(string verb) => Assert.All(TrainerProgram.Help(verb).Split('\n'), line => Assert.InRange(line.TrimEnd('\r').Length, 0, 100));

    [Fact]
    public void FitPage_MarksExactlyWhatAResumedRunTakes()
    {
        string[] changeable =
        [
            "data", "epochs", "minutes", "loader-threads", "cache-mb", "cache-dir", "cache-dir-mb", "report-every", "validate-every", "samples-every", "save-every", "save-minutes", "keep-every",
            "no-tensorboard", "no-report", "device", "threads", "libtorch",
            .. typeof(FitArguments).GetProperties().Where(p => p.GetCustomAttribute<SettingAttribute>() is { Resumable: true }).Select(p => p.GetCustomAttribute<OptionAttribute>()!.LongName),
        ];
        var marked = MarkedLine().Matches(FitHelp.Page).Select(m => m.Groups[1].Value);
        Assert.Equal(changeable.Order(StringComparer.Ordinal), marked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void FitPage_Defaults_AreThoseOfTheCode()
    {
        var options = new Training.FitOptions();
        var arguments = new FitArguments();
        (string Option, object Value)[] stated =
        [
            ("preset", Preset.All[0].Name), ("report-every", options.ReportEvery), ("validate-every", options.ValidateEvery), ("samples-every", options.SamplesEvery),
            ("save-every", options.SaveEvery), ("keep-every", options.KeepEvery), ("save-minutes", options.SaveEverySeconds / 60), ("cache-dir-mb", options.CacheFolderBytes >> 20),
            ("report-every", arguments.ReportEvery), ("validate-every", arguments.ValidateEvery), ("samples-every", arguments.SamplesEvery),
            ("save-every", arguments.SaveEvery), ("keep-every", arguments.KeepEvery), ("device", arguments.Device),
        ];
        foreach (var (option, value) in stated) Assert.Matches($@"(?m)^  --{option} .*\(default: {value}[,)]", FitHelp.Page);
    }

    [Fact]
    public void Guide_CommandsInIt_AreUnderstood()
    {
        var guide = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "training.md")).ReplaceLineEndings("\n");
        var commands = ShellBlock().Matches(guide).SelectMany(block => block.Groups[1].Value.Split('\n')).Where(line => line.StartsWith("trainer ", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(commands);
        foreach (var command in commands)
        {
            var words = command.Split('>')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            using var parser = new Parser();
            var parsed = parser.ParseArguments(words[1..], [.. TrainerProgram.Commands.Select(c => c.Arguments)]);
            Assert.True(parsed.Errors.All(e => e.Tag == ErrorType.HelpRequestedError), command);
            if (parsed.Value is not FitArguments { Resume: false } fit) continue;

            // Files are the reader's own; what is typed must be settings that can be.
            fit.Config = null;
            var settings = FitSettings.New(fit, new Run.RunFolder(Path.Combine(SharedData.RepositoryRoot, fit.Out, "none")));
            Assert.Equal(fit.Data, settings.Data);
        }
    }

    [Fact]
    public void Version_IsPrinted() => Assert.Matches(@"^trainer \d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?\r?\n$", CommandLineRun.Of("--version").Output);

    [Fact]
    public void NoArguments_TheOverviewIsAnError()
    {
        var run = CommandLineRun.Of();
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Equal("", run.Output);
        Assert.Equal(HelpPages.Overview, run.Error.TrimEnd());
    }

    private static string Verb(TrainerCommand command) => command.Arguments.GetCustomAttribute<VerbAttribute>()!.Name;

    [GeneratedRegex("^```console\\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ShellBlock();

    [GeneratedRegex("^  --([a-z0-9-]+)", RegexOptions.Multiline)]
    private static partial Regex OptionLine();

    [GeneratedRegex(@"^  --([a-z0-9-]+)[^*\n]* \* ", RegexOptions.Multiline)]
    private static partial Regex MarkedLine();
}
