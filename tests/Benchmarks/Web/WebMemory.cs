using static VqVae.Benchmarks.Print;

namespace VqVae.Benchmarks.Web;

/// <summary>The service's resident memory over time, and whether it grows.</summary>
internal sealed class WebMemory
{
    /// <summary>Seconds at the beginning that do not count: pools fill, code is compiled again, every size has been there once.</summary>
    private const double Settling = 60;

    /// <summary>Growth over the whole rest of a run, as a share of the mean, that still counts as flat.</summary>
    private const double FlatShare = .1;

    private readonly List<(double Seconds, long Bytes)> _samples = [];

    /// <summary>Adds a sample.</summary>
    public void Add(double seconds, long bytes) => _samples.Add((seconds, bytes));

    /// <summary>Says how it went.</summary>
    /// <returns>Whether it is flat; where a run is too short to tell, it is.</returns>
    public bool Report()
    {
        var settled = _samples.Where(s => s.Seconds >= Settling).ToArray();
        if (settled.Length < 3)
        {
            Line($"\nmemory: a run of less than two minutes tells nothing of its growth");
            return true;
        }

        var (meanTime, mean) = (settled.Average(s => s.Seconds), settled.Average(s => s.Bytes));
        var slope = settled.Sum(s => (s.Seconds - meanTime) * (s.Bytes - mean)) / settled.Sum(s => (s.Seconds - meanTime) * (s.Seconds - meanTime));
        var growth = slope * (settled[^1].Seconds - settled[0].Seconds);
        var isFlat = growth <= FlatShare * mean;
        Line($"\nmemory after the first minute: mean {mean / 1e6:F0} MB, {settled.Min(s => s.Bytes) / 1e6:F0} to {settled.Max(s => s.Bytes) / 1e6:F0}; slope {60 * slope / 1e6:+0.0;-0.0} MB a minute, {100 * growth / mean:+0.0;-0.0}% over the run (limit +{100 * FlatShare:F0}%): {(isFlat ? "flat" : "it grows")}");
        return isFlat;
    }
}
