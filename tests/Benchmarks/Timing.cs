using System.Diagnostics;

namespace VqVae.Benchmarks;

/// <summary>Times in seconds, of things that take turns: whatever else the machine does meets all of them alike.</summary>
internal static class Timing
{
    /// <summary>Seconds that something takes.</summary>
    public static double Seconds(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>The median of each one's rounds.</summary>
    public static double[] Medians(int rounds, params IReadOnlyList<Action> ways)
    {
        var times = ways.Select(_ => new double[rounds]).ToArray();
        for (var round = 0; round < rounds; round++)
            for (var way = 0; way < ways.Count; way++) times[way][round] = Seconds(ways[way]);
        return [.. times.Select(Median)];
    }

    /// <summary>The median of some values, which are sorted then.</summary>
    public static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
