using System.Runtime.InteropServices;

namespace VqVae.Samples.WebApi.Coding;

/// <summary>The C library's heap, which libvips and ONNX Runtime take their memory from.</summary>
internal static partial class NativeHeap
{
    /// <summary>glibc's numbers for what <c>mallopt</c> sets.</summary>
    private const int TrimThreshold = -1, MmapThreshold = -3, ArenaMax = -8;

    /// <summary>Heaps that threads share. By default there are eight a core, and each keeps what was freed in it.</summary>
    private const int Arenas = 2;

    /// <summary>Blocks from this size on are mapped one by one, and go back to the system when they are freed.</summary>
    private const int LargestHeapBlock = 4 << 20;

    /// <summary>Bytes at a heap's end that are kept although they are free.</summary>
    private const int MostKept = 64 << 20;

    /// <summary>
    /// Bounds what freed memory stays in the process. To be called first: threads that have a heap keep it. Does nothing where there is no glibc. The
    /// environment's own settings (<c>MALLOC_ARENA_MAX</c> and the like) are overridden.
    /// </summary>
    public static void Prepare()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = Mallopt(ArenaMax, Arenas);
            _ = Mallopt(MmapThreshold, LargestHeapBlock);
            _ = Mallopt(TrimThreshold, MostKept);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // musl, for one, has no such settings.
        }
    }

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Mallopt(int parameter, int value);
}
