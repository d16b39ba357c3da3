using VqVae.CommandLine;
using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Data;

namespace VqVae.Trainer.Tests;

/// <summary>Command lines as they are typed: what is refused, in one line and before anything is written, and what the commands print.</summary>
[Collection(TorchTests.Name)]
public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("there is no command 'ft'; did you mean fit?; see 'trainer --help'", "ft")]
    [InlineData("there is no command 'frobnicate'; see 'trainer --help'", "frobnicate")]
    [InlineData("--out is missing; see 'trainer fit --help'", "fit", "--data", "photos")]
    [InlineData("there is no option '--stesp'; did you mean --steps?; see 'trainer fit --help'", "fit", "--out", "run", "--stesp", "5")]
    [InlineData("there is no option '--frobnicate'; see 'trainer fit --help'", "fit", "--out", "run", "--frobnicate")]
    [InlineData("--codes needs a value", "fit", "--out", "run", "--codes")]
    [InlineData("--set needs a value", "fit", "--out", "run", "--set", "--codes", "5")]
    [InlineData("--codes: the value is no number", "fit", "--out", "run", "--codes", "many")]
    [InlineData("--flip: expected true or false", "fit", "--out", "run", "--flip", "maybe")]
    [InlineData("--codes is given twice", "fit", "--out", "run", "--codes", "5", "--codes=6")]
    [InlineData("--resume is given twice", "fit", "--out", "run", "--resume", "--resume")]
    [InlineData("'photos' is one argument too many; the folder of images is --data DIR", "fit", "photos", "--out", "run")]
    [InlineData("--out is empty", "fit", "--out", " ")]
    [InlineData("--data DIR is needed", "fit", "--out", "run")]
    [InlineData("--set: expected KEY=VALUE such as model.codes=256, got 'model.codes'", "fit", "--data", ".", "--out", "run", "--set", "model.codes")]
    [InlineData("there is no key 'model.cods'; did you mean 'model.codes'?", "fit", "--data", ".", "--out", "run", "--set", "training.steps=5", "--set", "model.cods=5")]
    [InlineData("model.codes is given twice, by --set model.codes", "fit", "--data", ".", "--out", "run", "--set", "model.codes=5", "--set", "model.codes=5")]
    [InlineData("model.codes is given twice, by --codes and by --set model.codes", "fit", "--data", ".", "--out", "run", "--set", "model.codes=5", "--codes", "5")]
    [InlineData("training.image_size is given twice, by --crop and by --set training.image_size", "fit", "--data", ".", "--out", "run", "--set", "training.image_size=64", "--crop", "64")]
    [InlineData("model.decoder_blocks is given twice, by --residual-blocks and by", "fit", "--data", ".", "--out", "run", "--set", "model.decoder_blocks=1", "--residual-blocks", "2")]
    [InlineData("--precision: expected float32 or bfloat16, got 'half'", "fit", "--data", ".", "--out", "run", "--precision", "half")]
    [InlineData("--groups: expected whole numbers such as 1,2,3, or null, got '0;8'", "fit", "--data", ".", "--out", "run", "--groups", "0;8")]
    [InlineData("--steps and --minutes exclude each other", "fit", "--data", ".", "--out", "run", "--steps", "5", "--minutes", "5")]
    [InlineData("--set training.steps and --epochs exclude each other", "fit", "--data", ".", "--out", "run", "--set", "training.steps=5", "--epochs", "5")]
    [InlineData("--epochs and --minutes exclude each other", "fit", "--data", ".", "--out", "run", "--minutes", "5", "--epochs", "5")]
    [InlineData("--keep-every: expected 0 or more, got -1", "fit", "--data", ".", "--out", "run", "--keep-every=-1")]
    [InlineData("--cache-dir-mb: expected 0 or more, got -1", "fit", "--data", ".", "--out", "run", "--cache-dir", "cache", "--cache-dir-mb=-1")]
    [InlineData("Name it with --cache-dir DIR", "fit", "--data", ".", "--out", "run", "--cache-dir-mb", "5")]
    [InlineData("--device: expected auto, cpu, cuda or cuda:N, got 'tpu'", "fit", "--data", ".", "--out", "run", "--device", "tpu")]
    [InlineData("preset: expected one of photo, small, celeba", "presets", "show", "large")]
    [InlineData("which preset?", "presets", "show")]
    [InlineData("expected nothing, 'show NAME' or 'keys', got 'list'", "presets", "list")]
    [InlineData("'b' is one argument too many", "presets", "show", "small", "b")]
    public void Run_WrongCommandLine_IsOneLineAndExitCode2(string expected, params string[] arguments)
    {
        var run = CommandLineRun.Of([.. arguments.Select(a => a == "run" ? _folder["run"] : a)]);
        run.AssertFails(ExitCode.Usage, expected);
        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public void Fit_ConfigThatIsWrong_IsNamedWithThePosition()
    {
        File.WriteAllText(_folder["mine.json"], "{\n  \"model\": { \"cods\": 256 }\n}\n");
        Fit("--config", _folder["mine.json"]).AssertFails(ExitCode.Usage, $"'{_folder["mine.json"]}', line 2, column 14: there is no key 'model.cods'; did you mean 'model.codes'?");
        Fit("--config", _folder["none.json"]).AssertFails(ExitCode.Failed, $"the file '{_folder["none.json"]}' does not exist");
    }

    [Fact]
    public void Fit_AWholeConfigAndAPreset_IsRefused()
    {
        File.WriteAllText(_folder["mine.json"], CommandLineRun.Of("presets", "show", "celeba").Output);
        Fit("--config", _folder["mine.json"], "--preset", "small").AssertFails(ExitCode.Usage, "--preset small has no effect", "is a whole preset");
    }

    [Fact]
    public void Fit_NoImages_FailsAndWritesNothing()
    {
        Fit().AssertFails(ExitCode.Failed, "no image");
        CommandLineRun.Of("fit", "--data", _folder["none"], "--out", _folder["run"]).AssertFails(ExitCode.Failed, "does not exist");
        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public void Fit_StoppedBeforeItBegins_WritesNothing()
    {
        VipsImages.WritePng(_folder["a.png"], DrawnImage.Rgb(64, 64, seed: 1), 64, 64);
        var run = CommandLineRun.Of(["fit", "--data", _folder.Path, "--out", _folder["run"], "--threads", "1"], new CancellationToken(canceled: true));
        Assert.Equal((ExitCode.Cancelled, $"trainer: stopped; nothing was written{Environment.NewLine}"), (run.ExitCode, run.Error));
        Assert.False(Directory.Exists(_folder["run"]));
    }

    [Fact]
    public void Fit_FailureOfAStoppedRun_IsToldAsItIs()
    {
        // What a stopped run saves may fail, on a full disk, and must not pass for a run that was stopped cleanly.
        var run = CommandLineRun.Of(["fit", "--data", _folder["none"], "--out", _folder["run"]], new CancellationToken(canceled: true));
        run.AssertFails(ExitCode.Failed, "does not exist");
    }

    [Fact]
    public void Presets_Table_ShowsEachPreset()
    {
        var run = CommandLineRun.Of("presets");
        Assert.Equal((ExitCode.Ok, ""), (run.ExitCode, run.Error));
        var lines = run.Output.Split(Environment.NewLine);
        foreach (var preset in Preset.All) Assert.Single(lines, line => line.StartsWith(preset.Name + " ", StringComparison.Ordinal));

        // 4 stages of 9 bits for 64 pixels; the costs are those of ComputeCost's own test.
        Assert.Matches(@"(?m)^small +8 +4 x 512 +0\.56 +12\.0 \+ 23\.6 +a light codec", run.Output);
        Assert.Matches(@"(?m)^celeba +4 +1 x 512 +0\.56 +238\.6 \+ 234\.5 +the plain VQ-VAE", run.Output);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 100));
    }

    [Fact]
    public void Presets_Keys_ListsAllWithWhatTheyTake()
    {
        var run = CommandLineRun.Of("presets", "keys");
        foreach (var key in PresetKey.All) Assert.Contains($"{key.Path} ", run.Output, StringComparison.Ordinal);
        Assert.Matches("(?m)^model.groups +whole numbers", run.Output);
    }

    [Fact]
    public void Process_BadCommandLine_EndsWithOneLineAndExitCode2()
    {
        var run = ToolProcess.Run("trainer", ["fit", "--out", _folder["run"], "--bogus"]);
        Assert.Equal((2, "", $"trainer: there is no option '--bogus'; see 'trainer fit --help'{Environment.NewLine}"), (run.ExitCode, run.Text, run.Error));
    }

    private CommandLineRun Fit(params string[] options) => CommandLineRun.Of(["fit", "--data", _folder.Path, "--out", _folder["run"], .. options]);
}
