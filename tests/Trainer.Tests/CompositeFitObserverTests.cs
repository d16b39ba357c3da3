using VqVae.Trainer.Training;

namespace VqVae.Trainer.Tests;

public class CompositeFitObserverTests
{
    [Fact]
    public void Tell_AllCalls_ReachAllObserversInOrder()
    {
        var calls = new List<string>();
        using (var composite = new CompositeFitObserver([new Recorder("a", calls), new Recorder("b", calls)]))
        {
            composite.Say("line");
            composite.Warn("line");
            composite.Begin(3);
            composite.Tick(4, 0.5, 1, 2);
            composite.Report(null!, 0.5);
            composite.Samples(5, null!);
            composite.End(null!);
        }

        Assert.Equal(
            ((string[])["Say", "Warn", "Begin 3", "Tick 4", "Report", "Samples 5", "End", "Dispose"]).SelectMany(call => (string[])[$"a {call}", $"b {call}"]),
            calls);
    }

    [Fact]
    public void Tell_ObserverThatCannotWrite_IsWarnedAboutOnceAndDropped()
    {
        var calls = new List<string>();
        using (var composite = new CompositeFitObserver([new Recorder("console", calls), new Recorder("broken", calls, fail: "Report"), new Recorder("other", calls)]))
        {
            composite.Begin(0);
            composite.Report(null!, 0);
            composite.Report(null!, 0);
        }

        Assert.Equal(
            ["console Begin 0", "broken Begin 0", "other Begin 0", "console Report", "broken Dispose", "other Report", "console Warn", "other Warn",
                "console Report", "other Report", "console Dispose", "other Dispose"],
            calls);
    }

    [Fact]
    public void Tell_TerminalGone_TheOthersGoOn()
    {
        var calls = new List<string>();
        using (var composite = new CompositeFitObserver([new Recorder("console", calls, fail: "Say"), new Recorder("other", calls)]))
        {
            composite.Say("line");
            composite.Say("line");
        }

        Assert.Equal(["console Dispose", "other Say", "other Warn", "other Say", "other Dispose"], calls);
    }

    [Fact]
    public void Tell_EveryObserverFails_EndsQuietly()
    {
        var calls = new List<string>();
        using (var composite = new CompositeFitObserver([new Recorder("a", calls, fail: "Warn"), new Recorder("b", calls, fail: "Warn")])) composite.Warn("line");
        Assert.Equal(["a Dispose", "b Dispose"], calls);
    }

    [Fact]
    public void Tell_AnotherException_IsAMistakeThatShows()
    {
        using var composite = new CompositeFitObserver([new Recorder("a", [], fail: "Begin 1", () => new InvalidOperationException())]);
        Assert.Throws<InvalidOperationException>(() => composite.Begin(1));
    }

    private sealed class Recorder(string name, List<string> calls, string? fail = null, Func<Exception>? exception = null) : IFitObserver, IDisposable
    {
        public void Say(string line) => Record("Say");

        public void Warn(string line) => Record("Warn");

        public void Begin(long step) => Record($"Begin {step}");

        public void Tick(long step, double share, double seconds, double imagesPerSecond) => Record($"Tick {step}");

        public void Report(Progress progress, double share) => Record("Report");

        public void Samples(long step, SampleGrid samples) => Record($"Samples {step}");

        public void End(FitResult result) => Record("End");

        public void Dispose() => Record("Dispose");

        private void Record(string call)
        {
            if (call == fail) throw exception?.Invoke() ?? new IOException("No space left on device");
            calls.Add($"{name} {call}");
        }
    }
}
