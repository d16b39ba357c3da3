using System.Runtime.InteropServices;

namespace VqVae.Codec.Cli.CommandLine;

/// <summary>The C library's heap, which libvips and ONNX Runtime take their memory from.</summary>
internal static partial class NativeHeap
{
    /// <summary>glibc's numbers for what <c>mallopt</c> sets.</summary>
    private const int TrimThreshold = -1, MmapThreshold = -3;

    /// <summary>Blocks up to this size are cut from the heap: the largest that glibc allows.</summary>
    private const int LargestHeapBlock = 32 << 20;

    /// <summary>Bytes at the heap's end that are kept although they are free.</summary>
    private const int MostKept = 512 << 20;

    /// <summary>
    /// Keeps freed memory in the process. Without that, glibc gives each picture's buffers back to the system, and the next picture's cost a page fault for every
    /// 4 KiB: a third of the time of a folder of small pictures. Does nothing where there is no glibc.
    /// </summary>
    public static void KeepFreed()
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
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
