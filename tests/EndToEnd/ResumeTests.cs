using System.Diagnostics;
using System.Security.Cryptography;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.EndToEnd;

/// <summary>A run that nothing interrupts, which all others are compared with.</summary>
public sealed class UninterruptedRun : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public UninterruptedRun()
    {
        Picture.SaveTrainingSet(_folder["pictures"], count: 24);
        Fit = ToolProcess.Run("trainer", [.. Begin, "--out", Path, .. Reports]);
    }

    /// <summary>How often things are written; none of it may change the weights.</summary>
    internal static string[] Reports { get; } = ["--report-every", "4", "--validate-every", "20", "--samples-every", "300", "--keep-every", "40"];

    /// <summary>The command that begins the same run, but for where it goes.</summary>
    internal string[] Begin =>
    [
        "fit", "--data", _folder["pictures"], "--preset", "small", "--hidden", "16", "--embedding-dim", "16", "--residual-blocks", "1", "--codes", "32", "--stages", "2",
        "--crop", "32", "--batch", "2", "--lr", "2e-4", "--steps", "160", "--seed", "9", "--device", "cpu", "--threads", "1",
    ];

    internal ToolResult Fit { get; }

    internal string Path => _folder["run"];

    public void Dispose() => _folder.Dispose();
}

public sealed class ResumeTests(UninterruptedRun whole) : IClassFixture<UninterruptedRun>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("INT")]
    [InlineData("HUP")]
    public void Fit_StoppedAndResumed_ReachesTheWeightsOfAnUninterruptedRun(string signal)
    {
        using (var process = ToolProcess.Start("trainer", [.. whole.Begin, "--out", Run, .. UninterruptedRun.Reports]))
        {
            WaitForRows(6);
            process.Signal(signal);

            // A hang-up comes from the system and from the shell: the second one is no impatience.
            if (signal == "HUP") process.Signal(signal);
            var stopped = process.WaitForExit();
            Assert.True(stopped.ExitCode == 130, stopped.ToString());
        }

        Assert.NotEqual(Tensors(whole.Path), Tensors(Run));
        var export = ToolProcess.Run("exporter", [Run, "--out", _folder["model"]]);
        Assert.True(export.ExitCode == 0, export.ToString());
        Resume();

        AssertSameWeights();

        // The same rows, and one more where the run was stopped unless that step reports anyway.
        var (expected, rows) = (Steps(whole.Path), Steps(Run));
        Assert.Empty(expected.Except(rows));
        Assert.InRange(rows.Except(expected).Count(), 0, 1);
        Assert.Equal(rows.Distinct(), rows);
    }

    [Fact]
    public void Fit_KilledAtAnyMoment_ReachesTheFilesOfAnUninterruptedRun()
    {
        // A state after every step, so that many of the kills come while one is written.
        string[] saves = ["--save-every", "1"];
        var random = new Random(20);
        var kills = 0;
        while (kills < 6)
        {
            var began = File.Exists(State);
            var before = began ? File.GetLastWriteTimeUtc(State) : default;
            using var process = ToolProcess.Start("trainer", began ? ["fit", "--out", Run, "--resume", .. UninterruptedRun.Reports, .. saves] : [.. whole.Begin, "--out", Run, .. UninterruptedRun.Reports, .. saves]);

            // Every other time it may also be killed while it starts.
            if (kills % 2 == 0) WaitFor(() => process.HasExited || (File.Exists(State) && File.GetLastWriteTimeUtc(State) != before), State);
            Thread.Sleep(random.Next(kills % 2 == 0 ? 150 : 1500));
            if (process.HasExited) break;
            process.Kill();
            kills++;
        }

        Assert.InRange(kills, 2, 6);
        Resume(saves);
        AssertSameWeights();
        Assert.Equal(RowsWithoutTimes(whole.Path), RowsWithoutTimes(Run));
        Assert.DoesNotContain(Directory.GetFiles(Run, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }), path => path.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public void Fit_DiskFillsUp_SaysSoAndGoesOnOnceThereIsRoom()
    {
        // Where nothing may be mounted, the trainer's own tests let a write fail as a full disk does.
        using var disk = SmallDisk.TryMount(Run, kilobytes: 8192);
        if (disk is null) return;
        var filler = Path.Combine(Run, "filler");
        var run = Path.Combine(Run, "run");
        using (var process = ToolProcess.Start("trainer", [.. whole.Begin, "--out", run, .. UninterruptedRun.Reports, "--save-every", "5"]))
        {
            WaitFor(() => File.Exists(Path.Combine(run, "metrics.csv")) && Steps(run).Count > 6, run);
            SmallDisk.Fill(filler);
            var full = process.WaitForExit();
            Assert.True(full.ExitCode == 1, full.ToString());

            // The report and the event files say for themselves that they are not up to date.
            var line = Lines(full).Last();
            Assert.Contains("could not be written", line, StringComparison.Ordinal);
            Assert.Contains("the disk is full", line, StringComparison.Ordinal);
            Assert.Contains("is whole", line, StringComparison.Ordinal);
        }

        Assert.Empty(Directory.GetFiles(run, ".*.tmp"));
        File.Delete(filler);
        Resume(run: run);
        AssertSameWeights(run);
        Assert.Equal(RowsWithoutTimes(whole.Path), RowsWithoutTimes(run));
    }

    [Fact]
    public void Fit_DiskTooSmall_IsRefusedBeforeAnythingIsWritten()
    {
        using var disk = SmallDisk.TryMount(Run, kilobytes: 128);
        if (disk is null) return;
        var refused = ToolProcess.Run("trainer", [.. whole.Begin, "--out", Path.Combine(Run, "run")]);
        Assert.True(refused.ExitCode == 1, refused.ToString());
        Assert.Contains("131072 bytes free", refused.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(Run));
    }

    [Fact]
    public void Fit_FolderInUse_IsRefusedWithOneLine()
    {
        using var process = ToolProcess.Start("trainer", [.. whole.Begin.Select(a => a == "160" ? "100000" : a), "--out", Run]);
        WaitForRows(2);
        var second = ToolProcess.Run("trainer", ["fit", "--out", Run, "--resume"]);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("another trainer is at work", Assert.Single(Lines(second)), StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_Done_HasSaidNothingOnStandardError()
    {
        Assert.True(whole.Fit.ExitCode == 0, whole.Fit.ToString());
        Assert.Empty(whole.Fit.Error);
    }

    [Fact]
    public void Exporter_BestAndKeptWeights_AreExportedOnceFinished()
    {
        Assert.True(whole.Fit.ExitCode == 0, whole.Fit.ToString());
        var best = ToolProcess.Run("exporter", [Path.Combine(whole.Path, "best"), "--out", _folder["best"]]);
        Assert.True(best.ExitCode == 0, best.ToString());

        var kept = Path.Combine(whole.Path, "steps", "0000040");
        Assert.NotEqual(0, ToolProcess.Run("exporter", [kept, "--out", _folder["kept"]]).ExitCode);
        var finished = ToolProcess.Run("trainer", ["finish", kept]);
        Assert.True(finished.ExitCode == 0, finished.ToString());
        var export = ToolProcess.Run("exporter", [kept, "--out", _folder["kept"]]);
        Assert.True(export.ExitCode == 0, export.ToString());
        Assert.True(ModelManifest.Load(_folder["kept"]).Verification.Verified);
    }

    private static string[] Lines(ToolResult result) => result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private string Run => _folder["run"];

    private string State => Path.Combine(Run, "training-state.safetensors");

    private void Resume(string[]? options = null, string? run = null)
    {
        var resumed = ToolProcess.Run("trainer", ["fit", "--out", run ?? Run, "--resume", .. UninterruptedRun.Reports, .. options ?? []]);
        Assert.True(resumed.ExitCode == 0, resumed.ToString());
    }

    private void AssertSameWeights(string? run = null)
    {
        Assert.True(whole.Fit.ExitCode == 0, whole.Fit.ToString());
        foreach (var part in (string[])["", "best", "steps/0000080", "steps/0000160"])
            Assert.Equal(Tensors(Path.Combine(whole.Path, part)), Tensors(Path.Combine(run ?? Run, part)));
    }

    /// <summary>Waits until a run has reported some steps, so that it is interrupted in the middle.</summary>
    private void WaitForRows(int rows) => WaitFor(() => File.Exists(Path.Combine(Run, "metrics.csv")) && Steps(Run).Count >= rows, Run);

    private static void WaitFor(Func<bool> condition, string what)
    {
        var clock = Stopwatch.StartNew();
        while (!condition())
        {
            if (clock.Elapsed > ToolProcess.DefaultTimeout) throw new TimeoutException($"{what} does not grow");
            Thread.Sleep(5);
        }
    }

    private static List<string> Steps(string run) => [.. Rows(run).Skip(1).Select(row => row.Split(',')[0])];

    private static IEnumerable<string> RowsWithoutTimes(string run) => Rows(run).Select(row => string.Join(',', row.Split(',').Where((_, column) => column is not (2 or 3))));

    private static string[] Rows(string run)
    {
        using var stream = new FileStream(Path.Combine(run, "metrics.csv"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>A digest of every weight, by name. Code lengths are counted once a folder is finished, which a kept one need not be.</summary>
    private static string[] Tensors(string folder) =>
    [
        .. SafetensorsFile.Load(Path.Combine(folder, Checkpoint.FileName)).Tensors.Where(t => t.Key != ModelTensors.CodeLengths).OrderBy(t => t.Key, StringComparer.Ordinal)
            .Select(t => $"{t.Key} {Convert.ToHexStringLower(SHA256.HashData(t.Value.Data.Span))}"),
    ];
}
