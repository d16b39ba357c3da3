namespace VqVae.Trainer.Data;

/// <summary>Makes batches ahead of time on threads of its own and hands them out in order.</summary>
internal sealed class BatchLoader : IDisposable
{
    private readonly Func<long, byte[]> _make;
    private readonly int _ahead;
    private readonly Dictionary<long, byte[]> _ready = [];
    private readonly object _gate = new();
    private readonly Thread[] _threads;
    private long _nextToMake;
    private long _nextToTake;
    private Exception? _failure;
    private bool _stopped;

    /// <param name="make">Makes the batch of a step; called on several threads.</param>
    /// <param name="firstStep">The first step that will be asked for.</param>
    /// <param name="threads">Number of threads.</param>
    /// <param name="ahead">How many batches may be ready or in the making.</param>
    public BatchLoader(Func<long, byte[]> make, long firstStep, int threads, int ahead)
    {
        (_make, _nextToMake, _nextToTake, _ahead) = (make, firstStep, firstStep, ahead);
        _threads = [.. Enumerable.Range(0, threads).Select(i => new Thread(Work) { IsBackground = true, Name = $"batch loader {i}" })];
        foreach (var thread in _threads) thread.Start();
    }

    /// <summary>The next step's batch; waits until it is made.</summary>
    /// <exception cref="IOException">An image could not be read.</exception>
    public byte[] Next()
    {
        lock (_gate)
        {
            byte[]? batch;
            while (!_ready.Remove(_nextToTake, out batch))
            {
                if (_failure is not null) throw new IOException(_failure.Message, _failure);
                Monitor.Wait(_gate);
            }

            _nextToTake++;
            Monitor.PulseAll(_gate);
            return batch;
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }

        foreach (var thread in _threads) thread.Join();
    }

    private void Work()
    {
        while (true)
        {
            long step;
            lock (_gate)
            {
                while (!_stopped && _failure is null && _nextToMake >= _nextToTake + _ahead) Monitor.Wait(_gate);
                if (_stopped || _failure is not null) return;
                step = _nextToMake++;
            }

            byte[]? batch = null;
            Exception? failure = null;
            try
            {
                batch = _make(step);
            }
#pragma warning disable CA1031 // Whatever goes wrong on this thread is rethrown on the one that waits for the batch.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure = e;
            }

            lock (_gate)
            {
                if (batch is not null) _ready[step] = batch;
                _failure ??= failure;
                Monitor.PulseAll(_gate);
            }
        }
    }
}
