using System.Text.Json;
using VqVae.TestSupport;
using VqVae.Trainer.Commands;
using VqVae.Trainer.Run;
using VqVae.Trainer.Seeing.Report;
using VqVae.Trainer.Training;
using static VqVae.Trainer.Tests.ReportRun;

namespace VqVae.Trainer.Tests;

[Collection(TorchTests.Name)]
public class ReportObserverTests
{
    [Fact]
    public void Report_BetweenPages_WritesAtValidationsAndNowAndThen()
    {
        using var folder = new TemporaryFolder();
        var (run, time) = (Write(folder["run"], [], Settings), new FakeTime());
        using var observer = new ReportObserver(run, "cpu", Unexpected, time);
        observer.Begin(0);
        Assert.True(Written(() => observer.Report(Counted(20), 0)));
        time.Now += TimeSpan.FromSeconds(10);
        Assert.False(Written(() => observer.Report(Counted(40), 0)));
        Assert.True(Written(() => observer.Report(Counted(60) with { Validation = Validation(25) }, 0)));
        time.Now += TimeSpan.FromSeconds(30);
        Assert.True(Written(() => observer.Report(Counted(80), 0)));
        Assert.True(Written(() => observer.End(new FitResult(80, true, 1, [], []))));

        bool Written(Action action)
        {
            var page = Path.Combine(run.Path, "report.html");
            File.Delete(page);
            action();
            return File.Exists(page);
        }
    }

    [Fact]
    public void Report_CostlyPages_AreAtMostAHundredthOfTheTime()
    {
        using var folder = new TemporaryFolder();
        var (run, time) = (Write(folder["run"], [], Settings), new FakeTime { EachLook = TimeSpan.FromSeconds(2) });
        using var observer = new ReportObserver(run, "cpu", Unexpected, time);
        observer.Begin(0);
        observer.Report(Counted(20), 0);
        var page = Path.Combine(run.Path, "report.html");
        File.Delete(page);
        time.Now += TimeSpan.FromSeconds(100);
        observer.Report(Counted(40) with { Validation = Validation(25) }, 0);
        Assert.False(File.Exists(page));
        time.Now += TimeSpan.FromSeconds(100);
        observer.Report(Counted(60) with { Validation = Validation(25) }, 0);
        Assert.True(File.Exists(page));
    }

    [Fact]
    public void Report_Validations_EndIntervalsOfCounts()
    {
        using var folder = new TemporaryFolder();
        var run = Write(folder["run"], [], Settings);
        using (var observer = new ReportObserver(run, "cpu", Unexpected))
        {
            observer.Begin(0);
            observer.Report(Counted(20), 0);
            observer.Report(Counted(40) with { Validation = Validation(25) }, 0);
            observer.Report(Counted(500), 0);
            observer.Report(Counted(1040), 0);
            observer.Report(Counted(1060), 0);
            observer.End(new FitResult(1060, true, 1, [], []));
        }

        var intervals = UsageFile.Read(Path.Combine(run.Path, "usage.csv"));
        Assert.Equal([40, 1040, 1060], intervals.Select(i => i.Step));
        Assert.Equal([8, 8, 4], intervals.Select(i => i.Stages[0].Counts.Sum()));
    }

    [Fact]
    public void Begin_AnyRun_DescribesTheMachineButNotWhose()
    {
        using var folder = new TemporaryFolder();
        var run = Write(folder["run"], [], Settings);
        using (var observer = new ReportObserver(run, "cuda:0", Unexpected)) observer.Begin(120);
        using var environment = JsonDocument.Parse(File.ReadAllText(Path.Combine(run.Path, "environment.json")));
        Assert.Equal(
            ["trainer", "system", "architecture", "processors", "memory_megabytes", "runtime", "torch", "torch_threads", "device", "from_step", "began"],
            environment.RootElement.EnumerateObject().Select(p => p.Name));
        Assert.Equal(("cuda:0", 120), (environment.RootElement.GetProperty("device").GetString(), environment.RootElement.GetProperty("from_step").GetInt32()));
    }

    [Fact]
    public void Dispose_RunThatFailed_StillShowsItsLastRows()
    {
        using var folder = new TemporaryFolder();
        var run = Write(folder["run"], [], Settings);
        var page = Path.Combine(run.Path, "report.html");
        using (var observer = new ReportObserver(run, "cpu", Unexpected))
        {
            observer.Begin(0);
            observer.Report(Counted(20), 0);
            observer.Report(Counted(40), 0);
            File.Delete(page);
        }

        Assert.True(File.Exists(page));
    }

    [Fact]
    public void Report_FolderThatCannotBeWritten_IsOneWarning()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");
        var warnings = new List<string>();
        using (var observer = new ReportObserver(new RunFolder(folder["file/run"]), "cpu", warnings.Add))
        {
            observer.Begin(0);
            observer.Report(Counted(20), 0);
            observer.End(new FitResult(20, true, 1, [], []));
        }

        Assert.StartsWith("the report is not up to date", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Command_Run_WritesThePageAndSaysWhatItSays()
    {
        using var folder = new TemporaryFolder();
        var run = Write(folder["run"], [Progress(20)], Settings);
        var output = new StringWriter();
        Assert.Equal(0, ReportCommand.Run(new ReportArguments { Run = run.Path }, output));
        Assert.StartsWith("Too early to tell", output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("report.html", output.ToString().TrimEnd(), StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(run.Path, "report.html")));
    }

    [Fact]
    public void Command_NoRun_IsAnErrorAndWritesNothing()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("holds no run", Assert.Throws<IOException>(() => ReportCommand.Run(new ReportArguments { Run = folder.Path }, TextWriter.Null)).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    private static Progress Counted(long step) => Progress(step) with { Stages = [.. Names(Settings).Select(name => new StageUsage(name, 2, 0.5, [1, 3, 0, 0]))] };

    private static void Unexpected(string warning) => Assert.Fail(warning);

    /// <summary>A clock that is set by hand, and may go on a little whenever it is looked at.</summary>
    private sealed class FakeTime : TimeProvider
    {
        public TimeSpan Now { get; set; }

        public TimeSpan EachLook { get; init; }

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => (Now += EachLook).Ticks;
    }
}
