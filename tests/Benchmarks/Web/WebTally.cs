using static VqVae.Benchmarks.Print;

namespace VqVae.Benchmarks.Web;

/// <summary>Counts answers by kind and status, with their times. Thread-safe.</summary>
internal sealed class WebTally
{
    private readonly Lock _lock = new();
    private readonly List<WebAnswer> _answers = [];

    /// <summary>Requests so far.</summary>
    public int Count
    {
        get
        {
            lock (_lock) return _answers.Count;
        }
    }

    /// <summary>What was wrong.</summary>
    public IReadOnlyList<string> Faults
    {
        get
        {
            lock (_lock) return [.. _answers.Select(a => a.Fault).OfType<string>()];
        }
    }

    /// <summary>Adds an answer.</summary>
    public void Add(WebAnswer answer)
    {
        lock (_lock) _answers.Add(answer);
    }

    /// <summary>Answers that carried what was asked for.</summary>
    public int Served
    {
        get
        {
            lock (_lock) return _answers.Count(a => IsServed(a));
        }
    }

    /// <summary>Prints a table: a row a kind, times of those that were served.</summary>
    /// <param name="name">What the requests were.</param>
    /// <param name="seconds">How long they went on.</param>
    public void Report(string name, double seconds)
    {
        Line($"\n| {name} | requests/s | served/s | p50, ms | p95, ms | p99, ms | most, ms | statuses |");
        Line($"|---|---:|---:|---:|---:|---:|---:|---|");
        foreach (var (kind, _) in WebRequests.Kinds) Row(kind, [.. _answers.Where(a => a.Kind == kind)], seconds);
        Row("all", _answers, seconds);
    }

    private static void Row(string kind, List<WebAnswer> answers, double seconds)
    {
        var times = answers.Where(IsServed).Select(a => 1000 * a.Seconds).Order().ToArray();
        var statuses = string.Join(", ", answers.GroupBy(a => a.Status).OrderBy(g => g.Key).Select(g => $"{(g.Key is { } status ? ((int)status).ToString(null, null) : "none")}: {g.Count()}"));
        Line($"| {kind} | {answers.Count / seconds:F1} | {times.Length / seconds:F1} | {At(.5):F0} | {At(.95):F0} | {At(.99):F0} | {At(1):F0} | {statuses} |");

        double At(double share) => times.Length == 0 ? double.NaN : times[Math.Min(times.Length - 1, (int)(share * times.Length))];
    }

    private static bool IsServed(WebAnswer answer) => answer.Fault is null && answer.Status is System.Net.HttpStatusCode.OK or System.Net.HttpStatusCode.Created;
}
