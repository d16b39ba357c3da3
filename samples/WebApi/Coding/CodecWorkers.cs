using System.Collections.Concurrent;
using VqVae.Samples.WebApi.Settings;

namespace VqVae.Samples.WebApi.Coding;

/// <summary>
/// The threads that pictures are worked on, one a picture, first come, first served. They are the service's own and always the same: the thread pool stays free for
/// connections, and native libraries keep memory for a few threads instead of for every one that ever came by. How many requests may wait is for admission to bound.
/// </summary>
internal sealed class CodecWorkers : IDisposable
{
    private readonly BlockingCollection<Job> _jobs = [];
    private readonly Thread[] _threads;
    private int _busy;

    /// <summary>Starts the threads.</summary>
    public CodecWorkers(LimitSettings limits)
    {
        _threads = [.. Enumerable.Range(1, limits.WorkerCount).Select(i => new Thread(Work) { IsBackground = true, Name = $"codec {i}" })];
        foreach (var thread in _threads) thread.Start();
    }

    /// <summary>Threads at work.</summary>
    public int Busy => Volatile.Read(ref _busy);

    /// <summary>Pictures that wait.</summary>
    public int Waiting => _jobs.Count;

    /// <summary>Runs something on one of the threads. What it throws comes out of the task.</summary>
    /// <param name="work">Must watch the token: once begun, the task ends only when this has.</param>
    /// <param name="cancellationToken">While the work waits, it takes it out of the queue.</param>
    public async Task<T> RunAsync<T>(Func<CancellationToken, T> work, CancellationToken cancellationToken)
    {
        var job = new Job<T>(work, cancellationToken);
        await using var registration = cancellationToken.UnsafeRegister(static job => ((Job)job!).CancelWaiting(), job);
        _jobs.Add(job, cancellationToken);
        return await job.Task;
    }

    /// <summary>Lets the threads end what they are at.</summary>
    public void Dispose()
    {
        _jobs.CompleteAdding();
        foreach (var thread in _threads) thread.Join();
        _jobs.Dispose();
    }

    private void Work()
    {
        foreach (var job in _jobs.GetConsumingEnumerable())
        {
            Interlocked.Increment(ref _busy);
            job.Run();
            Interlocked.Decrement(ref _busy);
        }
    }

    private abstract class Job
    {
        private int _isTaken;

        public abstract void CancelWaiting();

        public abstract void Run();

        protected bool Take() => Interlocked.Exchange(ref _isTaken, 1) == 0;
    }

    private sealed class Job<T>(Func<CancellationToken, T> work, CancellationToken cancellationToken) : Job
    {
        private readonly TaskCompletionSource<T> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task<T> Task => _result.Task;

        public override void CancelWaiting()
        {
            if (Take()) _result.TrySetCanceled(cancellationToken);
        }

        public override void Run()
        {
            if (!Take()) return;
            try
            {
                _result.TrySetResult(work(cancellationToken));
            }
            catch (OperationCanceledException e)
            {
                _result.TrySetCanceled(e.CancellationToken);
            }
#pragma warning disable CA1031 // Handed to the request that waits for it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                _result.TrySetException(e);
            }
        }
    }
}
