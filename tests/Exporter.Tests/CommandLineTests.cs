using System.Diagnostics;
using System.Reflection;
using System.Text.RegularExpressions;
using CommandLine;
using VqVae.CommandLine;
using VqVae.Exporter.CommandLine;
using VqVae.Exporter.Tests.Reference;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Exporter.Tests;

public sealed partial class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Run_WithAndWithoutVerb_Exports(bool verb)
    {
        var checkpoint = ParityFixture.SaveRun(RandomCheckpoint.TinyVqVae, seed: 2, _folder["run"]);

        var run = CommandLineRun.Of([.. verb ? ["export"] : Array.Empty<string>(), _folder["run"], "--out", _folder["models/tiny"]]);

        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains($"model tiny, id {checkpoint.Id}", run.Output, StringComparison.Ordinal);
        Assert.Contains("verified on 2 samples", run.Output, StringComparison.Ordinal);
        Assert.Contains("the largest difference is ", run.Output, StringComparison.Ordinal);
        Assert.True(ModelManifest.Load(_folder["models/tiny"]).Verification.Verified);
    }

    [Fact]
    public void Run_NameAndLicences_AreInTheManifest()
    {
        RandomCheckpoint.Save(RandomCheckpoint.TinyKlt, seed: 2, _folder["run"]);
        var run = CommandLineRun.Of(_folder["run"], "--out", _folder["m"], "--unverified", "--name", "My model", "--license", "MIT", "--data-license", "CC0-1.0");
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("not verified", run.Output, StringComparison.Ordinal);
        var manifest = ModelManifest.Load(_folder["m"]);
        Assert.Equal("My model", manifest.Name);
        Assert.Equal(new ManifestLicense("MIT", "CC0-1.0"), manifest.License);
    }

    [Fact]
    public void Run_OneLicence_LeavesTheOtherUnspecified()
    {
        RandomCheckpoint.Save(RandomCheckpoint.TinyKlt, seed: 2, _folder["run"]);
        Assert.Equal(0, CommandLineRun.Of(_folder["run"], "--out", _folder["m"], "--unverified", "--license", "MIT").ExitCode);
        Assert.Equal(new ManifestLicense("MIT", "unspecified"), ModelManifest.Load(_folder["m"]).License);
    }

    [Fact]
    public void Run_ExistingModel_NeedsForce()
    {
        RandomCheckpoint.Save(RandomCheckpoint.TinyKlt, seed: 2, _folder["run"]);
        string[] arguments = [_folder["run"], "--out", _folder["m"], "--unverified"];
        Assert.Equal(0, CommandLineRun.Of(arguments).ExitCode);
        CommandLineRun.Of(arguments).AssertFails(1, "exists already; use --force");
        Assert.Equal(0, CommandLineRun.Of([.. arguments, "--force"]).ExitCode);
    }

    [Theory]
    [InlineData("--out is missing", "run")]
    [InlineData("the folder is missing", "--out", "m")]
    [InlineData("the folder is missing", "info")]
    [InlineData("there is no option '--frobnicate'", "run", "--out", "m", "--frobnicate")]
    [InlineData("'more' is one argument too many", "run", "more", "--out", "m")]
    [InlineData("'more' is one argument too many", "info", "m", "more")]
    [InlineData("--out is given twice", "run", "--out", "m", "--out", "n")]
    [InlineData("--out is empty", "run", "--out", " ")]
    [InlineData("--out needs a value; see 'exporter export --help'", "run", "--out")]
    [InlineData("--name is empty", "run", "--out", "m", "--name", "")]
    public void Run_WrongCommandLine_IsOneLineAndExitCode2(string message, params string[] arguments) =>
        CommandLineRun.Of(arguments).AssertFails(ExitCode.Usage, message);

    [Fact]
    public void Run_NoArguments_ShowsHelpAndFails()
    {
        var run = CommandLineRun.Of();
        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("exporter runs/photo --out models/photo", run.Error, StringComparison.Ordinal);
        Assert.Equal("", run.Output);
    }

    [Theory]
    [InlineData("exporter [export] RUN", "export", "--help")]
    [InlineData("exporter [export] RUN", "help", "export")]
    [InlineData("exporter info MODEL", "info", "--help")]
    [InlineData("exporter runs/photo --out", "--help")]
    [InlineData("exporter runs/photo --out", "help")]
    public void Run_Help_TeachesOnStandardOutput(string expected, params string[] arguments)
    {
        var run = CommandLineRun.Of(arguments);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains(expected, run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Version_IsPrinted() => Assert.Matches(@"^exporter \d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?\r?\n$", CommandLineRun.Of("--version").Output);

    [Theory]
    [InlineData("export", typeof(ExportCommandLine))]
    [InlineData("info", typeof(InfoCommandLine))]
    public void HelpPage_Options_AreThoseThatExist(string verb, Type options)
    {
        var defined = options.GetProperties().Select(p => p.GetCustomAttribute<OptionAttribute>()?.LongName).OfType<string>();
        var described = HelpOption().Matches(HelpPages.For(verb)).Select(m => m.Groups[1].Value);
        Assert.Equal(defined.Order(StringComparer.Ordinal), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Process_BadRun_EndsWithOneLineAndExitCode1()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "exporter.dll"), _folder["nowhere"], "--out", _folder["m"]])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.Equal(1, process.ExitCode);
        Assert.Equal("", output);
        Assert.Equal($"exporter: the run folder '{_folder["nowhere"]}' does not exist{Environment.NewLine}", await error);
    }

    [GeneratedRegex("^  --([a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex HelpOption();
}
