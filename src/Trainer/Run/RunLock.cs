namespace VqVae.Trainer.Run;

/// <summary>
/// The right to write to a run folder, for one process at a time: a file held open for itself alone. The operating system lets go of it
/// however the process ends, so that no lock is ever stale; the empty file stays.
/// </summary>
internal sealed class RunLock : IDisposable
{
    /// <summary>What opening gives where another process holds the file: EWOULDBLOCK on Linux and macOS, ERROR_SHARING_VIOLATION on Windows.</summary>
    private static readonly int[] HeldResults = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _file;

    private RunLock(FileStream file) => _file = file;

    /// <summary>Takes the lock of the run that a folder is part of.</summary>
    /// <exception cref="IOException">Another process has it, or the file cannot be made.</exception>
    public static RunLock Take(RunFolder folder)
    {
        var run = folder.Root;
        try
        {
            return new RunLock(new FileStream(run.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 1));
        }
        catch (IOException e) when (HeldResults.Contains(e.HResult))
        {
            throw new IOException($"another trainer is at work on '{run.Path}' (it holds {Path.GetFileName(run.Lock)}); wait for it, or stop it with Ctrl-C", e);
        }
    }

    public void Dispose() => _file.Dispose();
}
