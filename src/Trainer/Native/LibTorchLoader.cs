using System.Runtime.InteropServices;

namespace VqVae.Trainer.Native;

/// <summary>Loads a folder's libtorch into the process, before TorchSharp does.</summary>
/// <remarks>
/// TorchSharp's library names its dependencies without a folder (<c>libtorch.so</c>, <c>libtorch_cpu.so</c>, <c>libc10.so</c>), and the system's
/// loader takes a library of that name that is already in the process. What libtorch itself depends on, CUDA's libraries in
/// <c>nvidia/*/lib</c> of the same Python installation among them, it finds by the run paths inside its files, as in Python.
/// </remarks>
internal static class LibTorchLoader
{
    private const int LazyGlobal = 0x101;

    /// <summary>Loads the libraries.</summary>
    /// <returns>Why the CUDA part does not load although the rest does, or <c>null</c>.</returns>
    /// <exception cref="PlatformNotSupportedException">libtorch does not load; the message is the system's.</exception>
    public static string? Load(LibTorchFolder folder)
    {
        // As `import torch` does: what it depends on (an MKL of its own, CUDA) is for the whole process to see.
        if (OperatingSystem.IsLinux()) LoadGlobally(folder[LibTorchFolder.FileName("torch_global_deps")]);

        var torch = LibTorchFolder.Core[^1];
        string? cudaProblem = null;
        foreach (var name in LibTorchFolder.Core.SkipLast(1)) Load(folder, name, null);
        if (folder.HasCuda)
        {
            try
            {
                Load(folder, LibTorchFolder.CudaName, null);
            }
            catch (PlatformNotSupportedException e)
            {
                cudaProblem = e.Message;
            }
        }

        Load(folder, torch, cudaProblem);
        if (OperatingSystem.IsWindows()) LoadOthers(folder);
        return cudaProblem;
    }

    private static void Load(LibTorchFolder folder, string name, string? cause)
    {
        try
        {
            NativeLibrary.Load(folder[name]);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new PlatformNotSupportedException(cause ?? $"{folder.Name} does not load: {Reason(e)}", e);
        }
    }

    /// <summary>What the system's loader said: on Unix the line after .NET's own, which only says that something failed.</summary>
    private static string Reason(Exception e)
    {
        var lines = e.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var reason = lines.Length > 1 ? lines[1] : lines[0];
        return reason.Contains("cannot open shared object file", StringComparison.Ordinal) ? $"{reason} (LD_LIBRARY_PATH can name the folder that holds it)" : reason;
    }

    /// <summary>Windows looks for what cuDNN and others load later in the app's folder and not in libtorch's, unless it is loaded already.</summary>
    private static void LoadOthers(LibTorchFolder folder)
    {
        foreach (var file in Directory.EnumerateFiles(folder.Path, "*.dll").Where(file => !Path.GetFileName(file).StartsWith("torch_python", StringComparison.OrdinalIgnoreCase)))
            NativeLibrary.TryLoad(file, out _);
    }

    /// <summary><see cref="NativeLibrary"/> keeps a library's symbols to the library that asked for it; this shows them to all.</summary>
    private static void LoadGlobally(string path)
    {
        // Where it fails, so does what depends on it, with a message that says why.
        if (File.Exists(path)) _ = OpenLibrary([.. System.Text.Encoding.UTF8.GetBytes(path), 0], LazyGlobal);
    }

    [DllImport("libdl.so.2", EntryPoint = "dlopen")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint OpenLibrary(byte[] path, int flags);
}
