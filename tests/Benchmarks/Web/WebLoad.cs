using System.Diagnostics;

namespace VqVae.Benchmarks.Web;

/// <summary>Two ways to put load on the service.</summary>
internal static class WebLoad
{
    /// <summary>Clients that each wait for an answer before they ask again: never more requests at a time than clients.</summary>
    public static Task ClosedAsync(WebRequests requests, WebTally tally, int connections, TimeSpan time, int seed)
    {
        var start = Stopwatch.GetTimestamp();
        return Task.WhenAll(Enumerable.Range(0, connections).Select(async i =>
        {
            var random = new Random(seed + i);
            while (Stopwatch.GetElapsedTime(start) < time) tally.Add(await requests.SendAsync(random, Stopwatch.GetTimestamp()));
        }));
    }

    /// <summary>Requests that come when they come, whether or not there were answers, as those of the world do: the times between them are exponential.</summary>
    /// <param name="rate">Requests a second.</param>
    public static async Task OpenAsync(WebRequests requests, WebTally tally, double rate, TimeSpan time, int seed)
    {
        var random = new Random(seed);
        var running = new List<Task>();
        var start = Stopwatch.GetTimestamp();
        for (var at = 0.0; at < time.TotalSeconds; at += -Math.Log(1 - random.NextDouble()) / rate)
        {
            var due = start + (long)(at * Stopwatch.Frequency);
            if (TimeSpan.FromSeconds(at) - Stopwatch.GetElapsedTime(start) is { Ticks: > 0 } wait) await Task.Delay(wait);
            running.Add(SendAsync(new Random(random.Next()), due));
            running.RemoveAll(t => t.IsCompletedSuccessfully);
        }

        await Task.WhenAll(running);

        async Task SendAsync(Random own, long due) => tally.Add(await requests.SendAsync(own, due));
    }
}
