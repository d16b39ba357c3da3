using System.Globalization;
using System.Runtime.InteropServices;

namespace VqVae.Benchmarks;

/// <summary>The resident memory of this process, as Linux counts it.</summary>
internal static class ProcessMemory
{
    /// <summary>Bytes that are resident now.</summary>
    public static long Resident => Status("VmRSS:");

    /// <summary>Most bytes that were resident since <see cref="ResetPeak"/>.</summary>
    public static long Peak => Status("VmHWM:");

    /// <summary>Starts to measure the peak anew, without what is free already.</summary>
    public static void ResetPeak()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        try
        {
            _ = TrimHeap(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Only glibc keeps so much that there is a call for it.
        }

        File.WriteAllText("/proc/self/clear_refs", "5");
    }

    /// <summary>A line of the process's status, in bytes.</summary>
    private static long Status(string key) =>
        1024 * long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith(key, StringComparison.Ordinal))[key.Length..^" kB".Length].Trim(), CultureInfo.InvariantCulture);

    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int TrimHeap(nint kept);
}
