namespace VqVae.Trainer.Training;

/// <summary>
/// Several observers as one. Watching must not end a run: an observer that cannot write (its disk is full, the terminal is gone) is warned
/// about once and told nothing more.
/// </summary>
/// <param name="observers">The observers in the order in which they are told; warnings about the others reach those that are left.</param>
internal sealed class CompositeFitObserver(IReadOnlyList<IFitObserver> observers) : IFitObserver, IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<IFitObserver> _observers = [.. observers];

    public void Say(string line) => Tell(o => o.Say(line));

    public void Warn(string line) => Tell(o => o.Warn(line));

    public void Begin(long step) => Tell(o => o.Begin(step));

    public void Tick(long step, double share, double seconds, double imagesPerSecond) => Tell(o => o.Tick(step, share, seconds, imagesPerSecond));

    public void Report(Progress progress, double share) => Tell(o => o.Report(progress, share));

    public void Samples(long step, SampleGrid samples) => Tell(o => o.Samples(step, samples));

    public void End(FitResult result) => Tell(o => o.End(result));

    /// <summary>Disposes the observers that can be; one that fails at that does not keep the others from it.</summary>
    public void Dispose() => Tell(o =>
    {
        if (o is IDisposable disposable) disposable.Dispose();
    });

    private void Tell(Action<IFitObserver> call)
    {
        lock (_gate)
        {
            var failures = new List<string>();
            foreach (var observer in _observers.ToArray())
            {
                if (Try(observer, call) is not { } e) continue;
                _observers.Remove(observer);
                _ = Try(observer, o => (o as IDisposable)?.Dispose());
                failures.Add($"{observer.GetType().Name} cannot write and stops, training goes on: {e.Message}");
            }

            foreach (var failure in failures) Warn(failure);
        }
    }

    private static Exception? Try(IFitObserver observer, Action<IFitObserver> call)
    {
        try
        {
            call(observer);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return e;
        }
    }
}
