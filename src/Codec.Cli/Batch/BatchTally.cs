using System.Diagnostics;
using VqVae.Codec.Cli.CommandLine;

namespace VqVae.Codec.Cli.Batch;

/// <summary>What a run has done so far; all members may be used by any thread.</summary>
/// <param name="files">Files to do.</param>
/// <param name="bytes">Bytes of them.</param>
internal sealed class BatchTally(int files, long bytes) : IProgressLine
{
    private readonly Lock _gate = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly List<(string Name, string Message)> _failures = [], _warnings = [];
    private int _done;
    private long _seen, _pixels, _read, _written;

    /// <summary>Files to do.</summary>
    public int Files => files;

    /// <summary>Time since the start.</summary>
    public TimeSpan Elapsed => _watch.Elapsed;

    /// <summary>Files that are done.</summary>
    public int Done
    {
        get
        {
            lock (_gate) return _done;
        }
    }

    /// <summary>Pixels of the files that are done.</summary>
    public long Pixels
    {
        get
        {
            lock (_gate) return _pixels;
        }
    }

    /// <summary>Bytes of the files that are done and of their results.</summary>
    public (long Read, long Written) Bytes
    {
        get
        {
            lock (_gate) return (_read, _written);
        }
    }

    /// <summary>The files that failed, by name.</summary>
    public IReadOnlyList<(string Name, string Message)> Failures
    {
        get
        {
            lock (_gate) return [.. _failures.OrderBy(f => f.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>What is to be said of files that are done or failed, by name, in the order in which each file's came.</summary>
    public IReadOnlyList<(string Name, string Message)> Warnings
    {
        get
        {
            lock (_gate) return [.. _warnings.OrderBy(w => w.Name, StringComparer.Ordinal)];
        }
    }

    /// <summary>How much of the work is over, 0 to 1, by the bytes of the files.</summary>
    public double Share
    {
        get
        {
            lock (_gate) return bytes > 0 ? (double)_seen / bytes : 1;
        }
    }

    /// <summary>Counts a file that is done.</summary>
    public void Add(BatchOutcome outcome, long size)
    {
        lock (_gate)
        {
            _done++;
            _seen += size;
            _pixels += outcome.Pixels;
            _read += outcome.InputBytes;
            _written += outcome.OutputBytes;
        }
    }

    /// <summary>Counts a file that failed.</summary>
    public void Fail(string name, string message, long size)
    {
        lock (_gate)
        {
            _seen += size;
            _failures.Add((name, message));
        }
    }

    /// <summary>Keeps what is to be said of a file.</summary>
    public void Warn(string name, string message)
    {
        lock (_gate) _warnings.Add((name, message));
    }

    /// <summary>One line: files, speed, sizes, time left.</summary>
    public string Line()
    {
        lock (_gate)
        {
            var seconds = Math.Max(1e-3, _watch.Elapsed.TotalSeconds);
            var share = bytes > 0 ? (double)_seen / bytes : 1;
            var failed = _failures.Count > 0 ? $", {_failures.Count} failed" : "";
            var sizes = _written > 0 ? $", {Figures.Size(_read)} -> {Figures.Size(_written)}" : "";
            var left = share is > 0 and < 1 ? $", {Figures.Duration(seconds * ((1 / share) - 1))} left" : "";
            return $"{_done + _failures.Count}/{files} files{failed}, {Figures.Rate(_pixels, seconds)}{sizes}{left}";
        }
    }
}
