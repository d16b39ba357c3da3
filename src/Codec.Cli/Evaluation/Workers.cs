namespace VqVae.Codec.Cli.Evaluation;

/// <summary>Does numbered work on threads of its own: inference would keep those of the pool.</summary>
internal static class Workers
{
    /// <summary>Does all of it, in the order of the numbers as far as there are several threads.</summary>
    /// <param name="threads">Threads.</param>
    /// <param name="count">How much there is to do.</param>
    /// <param name="work">Does one.</param>
    /// <param name="cancellationToken">Stops; what is being done is completed or stops by itself.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static void Run(int threads, int count, Action<int> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var next = -1;
        var workers = Enumerable.Range(0, Math.Clamp(threads, 1, Math.Max(1, count)))
            .Select(_ => Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        var all = Task.WhenAll(workers);
        _ = Task.WhenAny(all).GetAwaiter().GetResult();
        cancellationToken.ThrowIfCancellationRequested();
        all.GetAwaiter().GetResult();

        void Work()
        {
            try
            {
                for (int i; !stop.IsCancellationRequested && (i = Interlocked.Increment(ref next)) < count;) work(i);
            }
            catch
            {
                // What failed once would fail again: the others need not go on.
                stop.Cancel();
                throw;
            }
        }
    }
}
