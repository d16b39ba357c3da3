namespace VqVae.Runtime;

/// <summary>
/// Numbered pieces of work that are started in their order: by threads of the pool where some are free, and otherwise by the thread that
/// needs the results. A thread waits only for pieces that run on another one, never for one that the pool has still to take up, so that calls
/// finish however busy the pool is.
/// </summary>
internal sealed class OrderedWork
{
    private readonly object _lock = new();
    private readonly WorkScope _scope;
    private readonly int _count;
    private readonly int _maxHelpers;
    private readonly int[] _running;
    private Action<int>? _action;
    private int _runningCount;
    private int _helpers;
    private int _next;
    private int _released;

    /// <param name="scope">What the work belongs to.</param>
    /// <param name="count">Pieces.</param>
    /// <param name="concurrency">Most pieces that run at once; 1 keeps them in order entirely.</param>
    /// <param name="maxHelpers">Most threads of the pool that take part.</param>
    /// <param name="action">Does a piece.</param>
    public OrderedWork(WorkScope scope, int count, int concurrency, int maxHelpers, Action<int> action)
    {
        _scope = scope;
        _count = count;
        _running = new int[concurrency];
        _maxHelpers = Math.Min(concurrency, maxHelpers);
        _action = action;
    }

    /// <summary>For tests: called where a wait has found the call uncancelled and has still to look for a piece.</summary>
    internal Action? Checked { get; set; }

    /// <summary>Lets the pieces below <paramref name="end"/> start.</summary>
    public void Release(int end)
    {
        lock (_lock)
        {
            _released = Math.Max(_released, Math.Min(end, _count));
            // Helpers that are busy with earlier pieces leave those that are released now to others.
            while (_action is not null && _helpers < Math.Min(_maxHelpers, _runningCount + _released - _next))
            {
                _helpers++;
                ThreadPool.QueueUserWorkItem(static work => work.Help(), this, preferLocal: false);
            }
        }
    }

    /// <summary>Returns when all pieces below <paramref name="end"/> are done, and works on them meanwhile.</summary>
    /// <exception cref="OperationCanceledException">A piece failed, or the call was cancelled.</exception>
    public void Complete(int end)
    {
        lock (_lock)
        {
            if (end > _released) throw new InvalidOperationException($"{_released} pieces of work are released, {end} are waited for");
            while (!IsDone(end))
            {
                _scope.Token.ThrowIfCancellationRequested();
                Checked?.Invoke();

                // Nothing starts where the call was cancelled since the check, and then nothing may run whose end would wake this thread.
                if (!TryRunNext(end) && _runningCount > 0) Monitor.Wait(_lock);
            }
        }

        _scope.Token.ThrowIfCancellationRequested();
    }

    /// <summary>Lets no further piece start, and returns when none runs any more.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            // Helpers that the pool has still to start find nothing to do, and hold nothing.
            _action = null;
            while (_runningCount > 0) Monitor.Wait(_lock);
        }
    }

    private void Help()
    {
        lock (_lock)
        {
            while (TryRunNext(_released))
            {
            }

            _helpers--;
        }
    }

    /// <summary>Runs the next piece below <paramref name="end"/>, without the lock. Whether there was one that may run.</summary>
    private bool TryRunNext(int end)
    {
        if (_action is not { } action || _next >= Math.Min(end, _released) || _runningCount == _running.Length || _scope.Token.IsCancellationRequested) return false;
        var piece = _next++;
        _running[_runningCount++] = piece;
        Monitor.Exit(_lock);
        try
        {
            action(piece);
        }
        catch (Exception e)
        {
            _scope.Fail(e);
        }
        finally
        {
            Monitor.Enter(_lock);
            var at = Array.IndexOf(_running, piece, 0, _runningCount);
            _running[at] = _running[--_runningCount];
            Monitor.PulseAll(_lock);
        }

        return true;
    }

    private bool IsDone(int end)
    {
        if (_next < end) return false;
        for (var i = 0; i < _runningCount; i++)
            if (_running[i] < end) return false;
        return true;
    }
}
