using System.Buffers;
using System.Text;
using VqVae.Hashing;

namespace VqVae.Models;

/// <summary>Writes files so that a reader sees the old content or the new, never a part: beside the target, flushed, then renamed.</summary>
/// <remarks>
/// A process that is killed leaves its temporary file, <c>.</c>, 16 hexadecimal digits that stand for the target's name, <c>-</c>, 16 random
/// ones and <c>.tmp</c>; <see cref="RemoveLeftovers"/> removes it.
/// </remarks>
public static class AtomicFile
{
    private const string Extension = ".tmp";
    private const int HexDigits = 16;

    /// <summary>Characters of a temporary file's name that stand for the target, with the dot before and the hyphen behind.</summary>
    private const int PrefixLength = HexDigits + 2;

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");

    /// <summary>Writes <paramref name="path"/> through a temporary file in the same folder.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="write">Writes the content. If it throws, nothing changes and the temporary file is removed.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <param name="modified">In UTC: what the file gets for its modification time, where its file system lets that be set.</param>
    /// <exception cref="IOException">The file exists and may not be replaced, or the disk fails.</exception>
    public static void Write(string path, Action<Stream> write, bool overwrite = true, DateTime? modified = null)
    {
        ArgumentNullException.ThrowIfNull(write);
        var full = Path.GetFullPath(path);
        var temporary = Path.Combine(Path.GetDirectoryName(full)!, $"{Prefix(Path.GetFileName(full))}{Random.Shared.NextInt64():x16}{Extension}");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
                if (modified is { } time) SetModified(stream, time);
            }

            File.Move(temporary, full, overwrite);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes bytes as <see cref="Write"/> does.</summary>
    public static void WriteAllBytes(string path, ReadOnlyMemory<byte> content, bool overwrite = true) =>
        Write(path, stream => stream.Write(content.Span), overwrite);

    /// <summary>Writes UTF-8 text as <see cref="Write"/> does.</summary>
    public static void WriteAllText(string path, string content, bool overwrite = true) =>
        WriteAllBytes(path, System.Text.Encoding.UTF8.GetBytes(content), overwrite);

    /// <summary>
    /// Removes the temporary files that killed processes left in a folder, as far as it may: what is left of them harms nobody. What a living
    /// process is writing stays.
    /// </summary>
    /// <param name="folder">The folder; nothing happens where there is none.</param>
    /// <param name="names">The names of the files that were being written; what was left of others stays.</param>
    public static void RemoveLeftovers(string folder, IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (!Directory.Exists(folder)) return;
        HashSet<string>? prefixes = null;
        try
        {
            foreach (var path in Directory.EnumerateFiles(folder, $".*-*{Extension}", new EnumerationOptions { AttributesToSkip = 0 }))
            {
                var name = Path.GetFileName(path);
                if (!IsTemporary(name)) continue;
                prefixes ??= [.. names.Select(Prefix)];
                if (prefixes.Contains(name[..PrefixLength])) RemoveUnused(path);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The folder cannot be listed, which does not keep files from being written.
        }
    }

    private static void RemoveUnused(string path)
    {
        try
        {
            // Its writer holds it open for itself alone.
            using (new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None, bufferSize: 0))
            {
            }

            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is being written, or somebody else's.
        }
    }

    private static bool IsTemporary(string name) =>
        name.Length == PrefixLength + HexDigits + Extension.Length
        && name[0] == '.'
        && name[PrefixLength - 1] == '-'
        && name.EndsWith(Extension, StringComparison.Ordinal)
        && !name.AsSpan(1, HexDigits).ContainsAnyExcept(LowerHex)
        && !name.AsSpan(PrefixLength, HexDigits).ContainsAnyExcept(LowerHex);

    /// <summary>After the last byte, because writing sets the time, and by the open file, which nobody else may touch.</summary>
    private static void SetModified(FileStream stream, DateTime time)
    {
        try
        {
            File.SetLastWriteTimeUtc(stream.SafeFileHandle, time);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentOutOfRangeException)
        {
            // Some network file systems allow it to a file's owner alone. The content is right: the file keeps the time of its writing.
        }
    }

    /// <summary>How a temporary file's name begins: as long for every name, because a file system limits the length.</summary>
    private static string Prefix(string name) => $".{Convert.ToHexStringLower(Sha256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 8))}-";
}
