using System.Globalization;
using VqVae.CommandLine;
using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Commands;
using VqVae.Trainer.Run;
using VqVae.Trainer.Training;
using static TorchSharp.torch;

namespace VqVae.Trainer.Tests;

[Collection(TorchTests.Name)]
public class KeepingTests
{
    private static readonly string[] ExportedFiles = [Checkpoint.FileName, RunFiles.ParityFileName, RunFiles.CalibrationFileName];

    [Theory]
    [InlineData(Architecture.Klt, 4, 1e9)]
    [InlineData(Architecture.Klt, 1_000, 0)]
    [InlineData(Architecture.VqVae, 7, 1e9)]
    public void Run_CrashedTwiceAndResumed_ReachesTheSameFilesWheneverItSaved(Architecture architecture, int saveEvery, double saveEverySeconds)
    {
        using var folder = new TemporaryFolder();
        TinyRun.DrawImages(folder["images"], 12);
        var settings = TinyRun.Settings(folder["images"], architecture, steps: 24);
        var options = TinyRun.Options with { ReportEvery = 3, KeepEvery = 8 };
        TinyRun.Fit(folder["whole"], settings, options: options);

        options = options with { SaveEvery = saveEvery, SaveEverySeconds = saveEverySeconds };
        Crash(folder["parts"], settings, options, step: 9);
        Crash(folder["parts"], settings, options with { Resume = true }, step: 18);
        TinyRun.Fit(folder["parts"], settings, resume: true, options: options);

        foreach (var part in (string[])["", "best/"])
            foreach (var file in ExportedFiles)
                AssertSameBytes(folder["whole/" + part + file], folder["parts/" + part + file]);
        foreach (var step in (string[])["0000008", "0000016", "0000024"])
            AssertSameBytes(folder[$"whole/steps/{step}/{Checkpoint.FileName}"], folder[$"parts/steps/{step}/{Checkpoint.FileName}"]);
        Assert.Equal(TinyRun.RowsWithoutTimes(folder["whole"]), TinyRun.RowsWithoutTimes(folder["parts"]));
    }

    [Fact]
    public void Run_ValidationGetsWorse_KeepsTheBestWeightsAndCompletesThem()
    {
        using var folder = new TemporaryFolder();
        TinyRun.DrawImages(folder["images"], 12);
        var settings = TinyRun.Settings(folder["images"], Architecture.Klt, steps: 12);

        // So large a step that the start from the KLT is soon lost.
        settings = settings with { Training = settings.Training with { LearningRate = 0.03, WarmupSteps = 0, GradientClip = 0, Schedule = LearningRateSchedule.Constant } };
        TinyRun.Fit(folder["run"], settings, options: TinyRun.Options with { ValidateEvery = 1 });

        var rows = File.ReadLines(folder["run/metrics.csv"]).Skip(1).Select(row => row.Split(',')).ToList();
        var psnr = rows.Select(row => double.Parse(row[^1], CultureInfo.InvariantCulture)).ToList();
        var best = Checkpoint.Load(folder["run/best/" + Checkpoint.FileName]);
        Assert.True(psnr.Max() > psnr[^1], "the run did not get worse");
        Assert.Equal(rows[psnr.IndexOf(psnr.Max())][0], best.Provenance!.Steps!.Value.ToString(CultureInfo.InvariantCulture));
        Assert.Equal(psnr.Max(), best.Provenance.Metrics!["validation_psnr_stages_3"], 3);
        Assert.Equal(best.Id.ToString(), SafetensorsFile.Load(folder["run/best/" + RunFiles.ParityFileName]).GetMetadata("id"));
        Assert.Equal(best.Id.ToString(), SafetensorsFile.Load(folder["run/best/" + RunFiles.CalibrationFileName]).GetMetadata("id"));
        Assert.NotEqual(best.Id, Checkpoint.Load(folder["run/" + Checkpoint.FileName]).Id);
        Assert.Equal(File.ReadAllText(folder["run/run.json"]), File.ReadAllText(folder["run/best/run.json"]));
    }

    [Fact]
    public void Finish_KeptStep_GivesTheFilesOfARunThatWasStoppedThere()
    {
        using var folder = new TemporaryFolder();
        TinyRun.DrawImages(folder["images"], 12);
        var settings = TinyRun.Settings(folder["images"], Architecture.Klt, steps: 12);
        TinyRun.Fit(folder["stopped"], settings, stopAt: 5);
        TinyRun.Fit(folder["whole"], settings, options: TinyRun.Options with { KeepEvery = 6 });
        Assert.False(File.Exists(folder["whole/steps/0000006/" + RunFiles.ParityFileName]));

        Assert.Equal(ExitCode.Ok, FinishCommand.Run(new FinishArguments { Run = folder["whole/steps/0000006"] }, default));
        foreach (var file in ExportedFiles) AssertSameBytes(folder["stopped/" + file], folder["whole/steps/0000006/" + file]);
        Assert.Equal(ExportedFiles.Append("run.json").Order(StringComparer.Ordinal), Names(folder["whole/steps/0000006"]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Finish_CrashedRun_GivesTheFilesOfItsSavedState()
    {
        using var folder = new TemporaryFolder();
        TinyRun.DrawImages(folder["images"], 12);
        var settings = TinyRun.Settings(folder["images"], Architecture.VqVae, steps: 12);
        TinyRun.Fit(folder["stopped"], settings, stopAt: 4);
        Crash(folder["crashed"], settings, TinyRun.Options with { ValidateEvery = 100 }, step: 8);
        Assert.False(File.Exists(folder["crashed/" + Checkpoint.FileName]));

        Assert.Equal(ExitCode.Ok, FinishCommand.Run(new FinishArguments { Run = folder["crashed"] }, default));
        foreach (var file in ExportedFiles[1..]) AssertSameBytes(folder["stopped/" + file], folder["crashed/" + file]);
        Assert.Equal(5, Checkpoint.Load(folder["crashed/" + Checkpoint.FileName]).Provenance!.Steps);
    }

    [Fact]
    public void Run_DiskFullWhileSaving_NamesTheFileAndGoesOnFromTheStateBefore()
    {
        using var folder = new TemporaryFolder();
        TinyRun.DrawImages(folder["images"], 12);
        var settings = TinyRun.Settings(folder["images"], Architecture.Klt, steps: 14);
        TinyRun.Fit(folder["whole"], settings);

        var free = long.MaxValue;
        var run = new RunFolder(folder["run"]) { WriteFile = (path, write) => AtomicFile.Write(path, stream => write(new FullDiskStream(stream, free))) };
        var watcher = new TinyRun.Watcher { OnReport = progress => free = progress.Step >= 8 ? 1000 : long.MaxValue };
        var error = Assert.Throws<IOException>(() => TinyRun.Fit(run, settings, watcher, TinyRun.Options with { ValidateEvery = 100 }));


        // As long as the state before it, but for the digits of its time.
        var said = System.Text.RegularExpressions.Regex.Match(error.Message, @"^'(.+)' could not be written, ([0-9]+) bytes");
        Assert.Equal(run.State, said.Groups[1].Value);
        var before = new FileInfo(run.State).Length;
        Assert.InRange(long.Parse(said.Groups[2].Value, System.Globalization.CultureInfo.InvariantCulture), before - 64, before + 64);
        Assert.Contains("the disk is full", error.Message, StringComparison.Ordinal);
        Assert.Contains("state of step 5 is whole", error.Message, StringComparison.Ordinal);
        Assert.Contains($"trainer fit --out {run.Path} --resume", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.DoesNotContain(Names(run.Path), name => name.EndsWith(".tmp", StringComparison.Ordinal));
        TinyRun.Fit(run.Path, settings, resume: true);
        foreach (var file in ExportedFiles) AssertSameBytes(folder["whole/" + file], folder["run/" + file]);
    }

    [Fact]
    public void Run_DiskFullAtARowOfMetrics_StopsAndLosesNoRowOnResuming()
    {
        using var folder = new TemporaryFolder();
        TinyRun.DrawImages(folder["images"], 12);
        var settings = TinyRun.Settings(folder["images"], Architecture.VqVae, steps: 12);
        TinyRun.Fit(folder["whole"], settings);

        // Room for some rows and half of one.
        var rows = File.ReadAllLines(folder["whole/metrics.csv"]);
        var room = rows.Skip(1).Take(8).Sum(row => row.Length + 1) + (rows[9].Length / 2);
        var run = new RunFolder(folder["run"]) { Append = path => new FullDiskStream(new FileStream(path, FileMode.Append, FileAccess.Write, FileShare.Read), room) };
        var error = Assert.Throws<IOException>(() => TinyRun.Fit(run, settings, new TinyRun.Watcher()));

        Assert.Contains($"'{run.Metrics}' could not be written", error.Message, StringComparison.Ordinal);
        Assert.Contains("state of step 6 is whole", error.Message, StringComparison.Ordinal);
        TinyRun.Fit(run.Path, settings, resume: true);
        Assert.Equal(TinyRun.RowsWithoutTimes(folder["whole"]), TinyRun.RowsWithoutTimes(run.Path));
    }

    [Fact]
    public void Run_ExportFilesCannotBeWritten_SaysHowToFinish()
    {
        using var folder = new TemporaryFolder();
        TinyRun.DrawImages(folder["images"], 12);
        var run = new RunFolder(folder["run"]);
        var settings = TinyRun.Settings(folder["images"], Architecture.Klt, steps: 6);
        var watcher = new TinyRun.Watcher { OnReport = _ => File.WriteAllText(run.Unfinished.Path, "in the way of the folder that is to be made") };
        var error = Assert.Throws<IOException>(() => TinyRun.Fit(run, settings, watcher));
        Assert.Contains($"trainer finish {run.Path}", error.Message, StringComparison.Ordinal);
        Assert.Contains("state of step 6 is whole", error.Message, StringComparison.Ordinal);

        File.Delete(run.Unfinished.Path);
        Assert.Equal(ExitCode.Ok, FinishCommand.Run(new FinishArguments { Run = run.Path }, default));
        Assert.True(ExportFiles.AreComplete(run));
    }

    [Fact]
    public void Run_SamplesCannotBeWritten_WarnsAndGoesOn()
    {
        using var folder = new TemporaryFolder();
        TinyRun.DrawImages(folder["images"], 12);
        Directory.CreateDirectory(folder["run"]);
        File.WriteAllText(folder["run/samples"], "no folder");
        var watcher = new TinyRun.Watcher();
        Assert.True(TinyRun.Fit(new RunFolder(folder["run"]), TinyRun.Settings(folder["images"], Architecture.Klt, steps: 6), watcher).Completed);
        Assert.Contains("samples", Assert.Single(watcher.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_FolderThatAnotherTrainerHolds_IsRefusedAndLeftAsItIs()
    {
        using var folder = new TemporaryFolder();
        TinyRun.DrawImages(folder["images"], 12);
        var settings = TinyRun.Settings(folder["images"], Architecture.VqVae, steps: 12);
        TinyRun.Fit(folder["run"], settings, stopAt: 8);
        var before = Names(folder["run"]).ToDictionary(name => name, name => Directory.Exists(folder["run/" + name]) ? 0 : new FileInfo(folder["run/" + name]).LastWriteTimeUtc.Ticks);
        using (RunLock.Take(new RunFolder(folder["run"])))
        {
            Assert.Contains("another trainer", Assert.Throws<IOException>(() => TinyRun.Fit(folder["run"], settings, resume: true)).Message, StringComparison.Ordinal);
            Assert.Contains("another trainer", Assert.Throws<IOException>(() => FinishCommand.Run(new FinishArguments { Run = folder["run/best"] }, default)).Message, StringComparison.Ordinal);
        }

        Assert.Equal(before, Names(folder["run"]).ToDictionary(name => name, name => Directory.Exists(folder["run/" + name]) ? 0 : new FileInfo(folder["run/" + name]).LastWriteTimeUtc.Ticks));
        Assert.True(TinyRun.Fit(folder["run"], settings, resume: true).Completed);
    }

    [Fact]
    public void WriteWeights_DiskFull_LeavesTheThreeFilesThatBelongTogether()
    {
        using var temporary = new TemporaryFolder();
        TinyRun.DrawImages(temporary["images"], 12);
        TinyRun.Fit(temporary["run"], TinyRun.Settings(temporary["images"], Architecture.Klt, steps: 2));
        var folder = new RunFolder(temporary["run"]);
        var weights = RandomCheckpoint.Create(RandomCheckpoint.TinyKlt, seed: 1);

        var full = folder with { WriteFile = (path, write) => AtomicFile.Write(path, stream => write(new FullDiskStream(stream, weights.Length / 2))) };
        Assert.Throws<IOException>(() => ExportFiles.WriteWeights(full, weights));
        Assert.True(ExportFiles.AreComplete(folder));

        ExportFiles.WriteWeights(folder, weights);
        Assert.False(File.Exists(folder.Parity) || File.Exists(folder.Calibration));
        Assert.Equal(weights.Length, new FileInfo(folder.Checkpoint).Length);
    }

    [Theory]
    [InlineData(Architecture.Klt)]
    [InlineData(Architecture.VqVae)]
    public void TrainingStep_Run_DrawsNothingFromTorchsOwnGenerator(Architecture architecture)
    {
        var settings = TinyRun.Settings("", architecture, steps: 4);
        using var trained = new TrainingStep(settings.Model, settings.Training, 1, CPU);
        using var scope = NewDisposeScope();
        var pixels = TensorFiles.FromBytes(DrawnImage.Rgb(32, 64, 1), [2, 32, 32, 3], CPU);
        trained.StartFrom(pixels);
        var before = random.get_rng_state();
        for (var step = 0; step < 3; step++) trained.Run(pixels, step, 1e-3).Dispose();
        Assert.True(before.equal(random.get_rng_state()).all().item<bool>());
    }

    private static void Crash(string run, RunSettings settings, FitOptions options, long step)
    {
        var watcher = new TinyRun.Watcher { OnReport = progress => { if (progress.Step == step) throw new InvalidOperationException("crash"); } };
        Assert.Throws<InvalidOperationException>(() => TinyRun.Fit(new RunFolder(run), settings, watcher, options));
    }

    private static string[] Names(string folder) => [.. Directory.GetFileSystemEntries(folder).Select(path => Path.GetFileName(path))];

    private static void AssertSameBytes(string expected, string actual) =>
        Assert.True(File.ReadAllBytes(expected).AsSpan().SequenceEqual(File.ReadAllBytes(actual)), $"{actual} differs from {expected}");
}
