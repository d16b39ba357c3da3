using System.Runtime.ExceptionServices;

namespace VqVae.Runtime;

/// <summary>
/// One call's work on several threads: the first error, or the caller's cancellation, stops all of it, and the call returns when none of it
/// runs any more.
/// </summary>
internal sealed class WorkScope : IDisposable
{
    private readonly CancellationToken _callerToken;
    private readonly CancellationTokenSource _stop;
    private readonly int _threads;
    private readonly List<OrderedWork> _works = [];
    private ExceptionDispatchInfo? _error;

    /// <param name="threads">Threads that work on the call together, the calling one included.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public WorkScope(int threads, CancellationToken cancellationToken)
    {
        _threads = threads;
        _callerToken = cancellationToken;
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
    }

    /// <summary>Does numbered pieces of work on all threads of a call, and returns when they are done.</summary>
    /// <param name="threads">Threads that work on the call together, the calling one included.</param>
    /// <param name="count">Pieces.</param>
    /// <param name="action">Does a piece; its token is cancelled by the caller and by the first error.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public static void ForEach(int threads, int count, Action<int, CancellationToken> action, CancellationToken cancellationToken)
    {
        using var scope = new WorkScope(threads, cancellationToken);
        scope.Run(() =>
        {
            var work = scope.AddParallel(count, piece => action(piece, scope.Token));
            work.Release(count);
            work.Complete(count);
        });
    }

    /// <summary>Cancelled by the caller and by the first error.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Adds work whose pieces run one after the other, beside the calling thread where there is a second one.</summary>
    public OrderedWork AddSerial(int count, Action<int> action) => Add(count, 1, action);

    /// <summary>Adds work whose pieces run at the same time, on as many threads as the call has.</summary>
    public OrderedWork AddParallel(int count, Action<int> action) => Add(count, _threads, action);

    /// <summary>Runs the calling thread's part, then waits for all others.</summary>
    /// <exception cref="OperationCanceledException">The caller cancelled.</exception>
    /// <remarks>The first error comes out as it is, whichever thread it was on.</remarks>
    public void Run(Action action)
    {
        try
        {
            action();
        }
        catch (Exception e)
        {
            Fail(e);
        }
        finally
        {
            foreach (var work in _works) work.Stop();
        }

        if (_error is null) return;

        // What was stopped by the caller's token says so, not by one that the caller has never seen.
        if (_error.SourceException is OperationCanceledException stopped && stopped.CancellationToken == Token && _callerToken.IsCancellationRequested)
            throw new OperationCanceledException(stopped.Message, stopped.InnerException, _callerToken);
        _error.Throw();
    }

    /// <summary>Stops everything; the first error is the one that comes out.</summary>
    public void Fail(Exception error)
    {
        if (Interlocked.CompareExchange(ref _error, ExceptionDispatchInfo.Capture(error), null) is null) _stop.Cancel();
    }

    public void Dispose() => _stop.Dispose();

    private OrderedWork Add(int count, int concurrency, Action<int> action)
    {
        var work = new OrderedWork(this, count, concurrency, _threads - 1, action);
        _works.Add(work);
        return work;
    }
}
