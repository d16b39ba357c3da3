using System.Globalization;

namespace VqVae.Benchmarks;

/// <summary>The resident memory of this process, as Linux counts it.</summary>
internal static class ProcessMemory
{
    /// <summary>Bytes that are resident now.</summary>
    public static long Resident => Status("VmRSS:");

    /// <summary>Most bytes that were resident since <see cref="ResetPeak"/>.</summary>
    public static long Peak => Status("VmHWM:");

    /// <summary>Starts to measure the peak anew.</summary>
    public static void ResetPeak()
    {
        GC.Collect();
        File.WriteAllText("/proc/self/clear_refs", "5");
    }

    /// <summary>Prints a line in the invariant culture.</summary>
    public static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    /// <summary>A line of the process's status, in bytes.</summary>
    private static long Status(string key) =>
        1024 * long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith(key, StringComparison.Ordinal))[key.Length..^" kB".Length].Trim(), CultureInfo.InvariantCulture);
}
