using System.Buffers;
using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;

namespace VqVae.Trainer.Data;

/// <summary>
/// Keeps the files of a cache folder below a limit, whatever number of processes write there. Safe for several threads.
/// </summary>
/// <remarks>
/// The file <c>.ledger</c> holds the bytes of all entries and is open to one process at a time. Room is booked there before a file is made, and
/// given back after one is gone, so that a process that is killed in between leaves too high a figure, never too low a one; opening the folder
/// counts anew. An entry in the making has its full length from the start, under a name that ends in <c>.tmp</c>; what killed processes left of them
/// is removed on opening, which their writers' locks tell apart from those that are being written.
/// </remarks>
/// <param name="folder">The folder.</param>
/// <param name="limit">Bytes that its entries may take.</param>
internal sealed class CacheLedger(string folder, long limit)
{
    private const string Extension = ".rgb";
    private const string Temporary = ".tmp";
    private const int NameDigits = 32;
    private const int TemporaryDigits = 16;

    /// <summary>How often the ledger is asked for, 10 ms apart.</summary>
    private const int Patience = 200;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    private readonly Lock _lock = new();
    private readonly PriorityQueue<string, DateTime> _oldest = new();
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    /// <summary>The file name of the entry with a key.</summary>
    /// <param name="key">16 bytes.</param>
    public static string NameOf(ReadOnlySpan<byte> key) => Convert.ToHexStringLower(key) + Extension;

    /// <summary>Makes the folder if need be, removes what killed processes left, and counts what is there.</summary>
    /// <exception cref="IOException">The folder cannot be used; or <see cref="UnauthorizedAccessException"/>.</exception>
    public void Open()
    {
        Directory.CreateDirectory(folder);
        lock (_lock)
        {
            using var ledger = OpenFile();
            var total = 0L;
            foreach (var file in new DirectoryInfo(folder).EnumerateFiles())
            {
                // Whatever else is in the folder is not the cache's to count, let alone to remove.
                if (IsEntry(file.Name)) _oldest.Enqueue(file.Name, file.LastWriteTimeUtc);
                else if (!IsTemporary(file.Name) || RemoveUnused(file.FullName)) continue;
                total += Length(file);
            }

            // Another limit may have held before.
            Write(ledger, total);
            MakeRoom(ledger, 0);
        }
    }

    /// <summary>Notes that an entry is of use to this process, which then never evicts it.</summary>
    public void Use(string name)
    {
        lock (_lock)
        {
            if (!_used.Add(name)) return;
        }

        try
        {
            // Once a process is often enough to tell which entries are old.
            File.SetLastWriteTimeUtc(Path.Combine(folder, name), DateTime.UtcNow);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Just evicted, or somebody else's file: it has been read all the same.
        }
    }

    /// <summary>Removes an entry.</summary>
    public void Remove(string name)
    {
        lock (_lock)
        {
            using var ledger = OpenFile();
            Write(ledger, Read(ledger) - Delete(name));
        }
    }

    /// <summary>Books room for an entry, evicting the oldest ones if need be, and makes its file under a temporary name.</summary>
    /// <returns>The file, or <c>null</c> where there is no room.</returns>
    /// <exception cref="IOException">The folder cannot be written; or <see cref="UnauthorizedAccessException"/>.</exception>
    public Entry? Create(string name, long length)
    {
        var path = Path.Combine(folder, $"{name}.{Random.Shared.NextInt64():x16}{Temporary}");
        lock (_lock)
        {
            using var ledger = OpenFile();
            if (!MakeRoom(ledger, length)) return null;
            Write(ledger, Read(ledger) + length);
            try
            {
                var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, Share, FileOptions.None, preallocationSize: length);
                RandomAccess.SetLength(file, length);
                return new Entry(this, file, path, name, length);
            }
            catch
            {
                File.Delete(path);
                Write(ledger, Read(ledger) - length);
                throw;
            }
        }
    }

    /// <summary>Keeps everybody else out, but Windows has to be told that the file may be renamed while it is open.</summary>
    private static FileShare Share => OperatingSystem.IsWindows() ? FileShare.Delete : FileShare.None;

    private bool MakeRoom(FileStream ledger, long length)
    {
        if (length > limit) return false;
        var total = Read(ledger);
        while (total + length > limit)
        {
            if (!_oldest.TryDequeue(out var name, out var time)) return false;
            if (_used.Contains(name)) continue;
            var file = new FileInfo(Path.Combine(folder, name));
            if (!file.Exists) continue;
            if (file.LastWriteTimeUtc > time)
            {
                // Another process has used it since.
                _oldest.Enqueue(name, file.LastWriteTimeUtc);
                continue;
            }

            total -= Delete(name);
            Write(ledger, total);
        }

        return true;
    }

    /// <summary>Deletes an entry if it is there and may be.</summary>
    /// <returns>Its length, or 0 where it stays.</returns>
    private long Delete(string name)
    {
        try
        {
            var file = new FileInfo(Path.Combine(folder, name));
            var length = file.Length;
            file.Delete();
            return length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    /// <summary>The ledger, for this process alone; waits a while for others.</summary>
    private FileStream OpenFile()
    {
        for (var i = 0; ; i++)
        {
            try
            {
                return new FileStream(Path.Combine(folder, ".ledger"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
            }
            catch (IOException) when (i < Patience && Directory.Exists(folder))
            {
                Thread.Sleep(10);
            }
        }
    }

    private static long Read(FileStream ledger)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        ledger.Position = 0;
        return ledger.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) == bytes.Length ? BinaryPrimitives.ReadInt64LittleEndian(bytes) : 0;
    }

    private static void Write(FileStream ledger, long total)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Math.Max(0, total));
        ledger.Position = 0;
        ledger.Write(bytes);
    }

    private string Folder => folder;

    private static bool IsEntry(string name) =>
        name.Length == NameDigits + Extension.Length
        && name.EndsWith(Extension, StringComparison.Ordinal)
        && !name.AsSpan(0, NameDigits).ContainsAnyExcept(LowerHex);

    private static bool IsTemporary(string name) =>
        name.Length == NameDigits + Extension.Length + 1 + TemporaryDigits + Temporary.Length
        && IsEntry(name[..(NameDigits + Extension.Length)])
        && name[NameDigits + Extension.Length] == '.'
        && !name.AsSpan(NameDigits + Extension.Length + 1, TemporaryDigits).ContainsAnyExcept(LowerHex)
        && name.EndsWith(Temporary, StringComparison.Ordinal);

    private static long Length(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (IOException)
        {
            return 0;
        }
    }

    /// <summary>Removes a temporary file unless its writer holds it.</summary>
    private static bool RemoveUnused(string path)
    {
        try
        {
            using (File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None))
            {
            }

            File.Delete(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return !File.Exists(path);
        }
    }

    /// <summary>An entry in the making; unless it is finished, it is as if it had never been.</summary>
    public sealed class Entry(CacheLedger ledger, SafeFileHandle handle, string path, string name, long length) : IDisposable
    {
        private bool _finished;

        /// <summary>The file, of full length.</summary>
        public SafeFileHandle Handle => handle;

        /// <summary>Gives the file its name, unless another process was faster.</summary>
        public void Finish()
        {
            // Its lock goes with the handle, so it is renamed while open: nobody may take it for a leftover.
            var target = Path.Combine(ledger.Folder, name);
            try
            {
                File.Move(path, target, overwrite: false);
                _finished = true;
            }
            catch (IOException) when (File.Exists(target))
            {
                // Of the same content.
            }

            lock (ledger._lock) ledger._used.Add(name);
        }

        public void Dispose()
        {
            handle.Dispose();
            if (_finished || !File.Exists(path)) return;
            File.Delete(path);
            lock (ledger._lock)
            {
                using var file = ledger.OpenFile();
                Write(file, Read(file) - length);
            }
        }
    }
}
