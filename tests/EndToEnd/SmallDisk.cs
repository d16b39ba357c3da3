using System.ComponentModel;
using System.Diagnostics;

namespace VqVae.EndToEnd;

/// <summary>A file system of a few kilobytes in memory, where the tests may mount one: as root on Linux.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _folder;

    private SmallDisk(string folder) => _folder = folder;

    /// <summary>Mounts one on a new folder.</summary>
    /// <returns><c>null</c> where that is not allowed.</returns>
    public static SmallDisk? TryMount(string folder, int kilobytes)
    {
        if (!OperatingSystem.IsLinux()) return null;
        Directory.CreateDirectory(folder);
        return Execute("mount", "-t", "tmpfs", "-o", $"size={kilobytes}k", "tmpfs", folder) ? new SmallDisk(folder) : null;
    }

    /// <summary>Writes a file until the disk is full.</summary>
    public static void Fill(string path)
    {
        using var stream = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var block = new byte[4096];
        try
        {
            while (true) stream.Write(block);
        }
        catch (IOException)
        {
            // Full.
        }
    }

    public void Dispose() => Execute("umount", "--lazy", _folder);

    private static bool Execute(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true });
            process!.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
