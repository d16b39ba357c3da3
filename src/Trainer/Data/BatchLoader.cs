namespace VqVae.Trainer.Data;

/// <summary>Makes batches ahead of time on threads of its own and hands them out in order.</summary>
/// <remarks>
/// Batches live in buffers that are used again once they are disposed: as many as may be ready or in the making, and those that the caller
/// holds. Who disposes each batch before asking for the next allocates nothing from then on.
/// </remarks>
internal sealed class BatchLoader : IDisposable
{
    private readonly Action<long, LoadedBatch> _make;
    private readonly long[] _shape;
    private readonly int _ahead;
    private readonly Dictionary<long, LoadedBatch> _ready = [];
    private readonly Stack<LoadedBatch> _free = [];
    private readonly object _gate = new();
    private readonly Thread[] _threads;
    private long _nextToMake;
    private long _nextToTake;
    private Exception? _failure;
    private bool _stopped;

    /// <param name="source">Makes the samples.</param>
    /// <param name="batch">Samples in a batch.</param>
    /// <param name="firstStep">The first step that will be asked for.</param>
    /// <param name="threads">Number of threads.</param>
    /// <param name="ahead">How many batches may be ready or in the making.</param>
    public BatchLoader(SampleSource source, int batch, long firstStep, int threads, int ahead)
        : this((step, loaded) => source.MakeBatch(step, batch, loaded.Bytes), batch, source.SampleSide, firstStep, threads, ahead)
    {
    }

    /// <param name="make">Fills the batch of a step; called on several threads.</param>
    /// <param name="batch">Samples in a batch.</param>
    /// <param name="side">Side of a sample in pixels.</param>
    /// <param name="firstStep">The first step that will be asked for.</param>
    /// <param name="threads">Number of threads.</param>
    /// <param name="ahead">How many batches may be ready or in the making.</param>
    public BatchLoader(Action<long, LoadedBatch> make, int batch, int side, long firstStep, int threads, int ahead)
    {
        (_make, _shape, _nextToMake, _nextToTake, _ahead) = (make, [batch, side, side, 3], firstStep, firstStep, ahead);
        _threads = [.. Enumerable.Range(0, threads).Select(i => new Thread(Work) { IsBackground = true, Name = $"batch loader {i}" })];
        foreach (var thread in _threads) thread.Start();
    }

    /// <summary>The next step's batch; waits until it is made. To be disposed by the caller.</summary>
    /// <exception cref="IOException">An image could not be read.</exception>
    public LoadedBatch Next()
    {
        lock (_gate)
        {
            LoadedBatch? batch;
            while (!_ready.Remove(_nextToTake, out batch))
            {
                if (_failure is not null) throw new IOException(_failure.Message, _failure);
                Monitor.Wait(_gate);
            }

            _nextToTake++;
            Monitor.PulseAll(_gate);
            return batch.HandOut();
        }
    }

    /// <summary>Ends the threads and frees the buffers, but those that the caller has not disposed yet.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Monitor.PulseAll(_gate);
        }

        foreach (var thread in _threads) thread.Join();
        lock (_gate)
        {
            foreach (var batch in _ready.Values.Concat(_free)) batch.Free();
            _ready.Clear();
            _free.Clear();
        }
    }

    private void Work()
    {
        while (true)
        {
            long step;
            LoadedBatch? batch;
            lock (_gate)
            {
                while (!_stopped && _failure is null && _nextToMake >= _nextToTake + _ahead) Monitor.Wait(_gate);
                if (_stopped || _failure is not null) return;
                step = _nextToMake++;
                _free.TryPop(out batch);
            }

            Exception? failure = null;
            try
            {
                batch ??= new LoadedBatch(_shape, GiveBack);
                _make(step, batch);
            }
#pragma warning disable CA1031 // Whatever goes wrong on this thread is rethrown on the one that waits for the batch.
            catch (Exception e)
#pragma warning restore CA1031
            {
                failure = e;
            }

            lock (_gate)
            {
                if (failure is null) _ready[step] = batch!;
                else if (batch is not null) _free.Push(batch);
                _failure ??= failure;
                Monitor.PulseAll(_gate);
            }
        }
    }

    private void GiveBack(LoadedBatch batch)
    {
        lock (_gate)
        {
            if (_stopped) batch.Free();
            else _free.Push(batch);
        }
    }
}
