using VqVae.Trainer.Run;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Seeing.Report;

/// <summary>Keeps a run folder's report, code counts and environment up to date while it trains.</summary>
/// <remarks>
/// The page is made in the training loop, so that no other thread takes its processors or reads files in the middle of a change. What that costs
/// is bounded: a page is due at each validation and every 30 seconds, but not before a hundred times the last page's time has passed, so that
/// pages take at most one hundredth of the run. A folder that cannot be written is one warning and no end of the training.
/// </remarks>
/// <param name="folder">The run folder.</param>
/// <param name="device">What libtorch computes on.</param>
/// <param name="warn">Takes a line that says what went wrong.</param>
/// <param name="time">The clock; the system's by default.</param>
internal sealed class ReportObserver(RunFolder folder, string device, Action<string> warn, TimeProvider? time = null) : IFitObserver, IDisposable
{
    /// <summary>Steps after which code counts are written where no validation ends an interval.</summary>
    private const long LongestInterval = 1000;

    /// <summary>How many times a page's time must pass before the next page.</summary>
    private const int Rarity = 100;

    private static readonly TimeSpan Every = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private UsageFile? _usage;
    private long _intervalStart;
    private long? _written;
    private TimeSpan _cost;
    private bool _stale;
    private bool _warned;

    public void Say(string line)
    {
    }

    public void Warn(string line)
    {
    }

    public void Begin(long step) => Attempt(() =>
    {
        RunEnvironment.Current(device, step, _time.GetUtcNow()).Write(folder.Environment);
        _usage?.Dispose();
        _usage = new UsageFile(folder.Usage, step);
        _intervalStart = step;
    });

    public void Tick(long step, double share, double seconds, double imagesPerSecond)
    {
    }

    public void Report(Progress progress, double share) => Attempt(() =>
    {
        _usage?.Count(progress.Stages);
        if (progress.Validation is not null || progress.Step - _intervalStart >= LongestInterval)
        {
            _usage?.EndInterval(progress.Step);
            _intervalStart = progress.Step;
        }

        _stale = true;
        if (IsDue(progress.Validation is not null)) WritePage();
    });

    public void Samples(long step, SampleGrid samples) => _stale = true;

    public void End(FitResult result) => Attempt(() =>
    {
        _usage?.EndInterval(result.Steps);
        WritePage();
    });

    /// <summary>Writes the page once more where the run ended otherwise than by <see cref="End"/>: what it diverged from is worth seeing.</summary>
    public void Dispose()
    {
        if (_stale) Attempt(WritePage);
        _usage?.Dispose();
        _usage = null;
    }

    private bool IsDue(bool validated)
    {
        if (_written is not { } written) return true;
        var passed = _time.GetElapsedTime(written);
        return (validated || passed >= Every) && passed >= Rarity * _cost;
    }

    private void WritePage()
    {
        var started = _time.GetTimestamp();
        RunReport.Write(folder);
        _cost = _time.GetElapsedTime(started);
        _written = _time.GetTimestamp();
        _stale = false;
    }

    private void Attempt(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            if (!_warned) warn($"the report is not up to date: {e.Message}");
            _warned = true;
        }
    }
}
