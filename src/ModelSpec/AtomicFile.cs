namespace VqVae.Models;

/// <summary>Writes files so that a reader sees the old content or the new, never a part: beside the target, flushed, then renamed.</summary>
public static class AtomicFile
{
    /// <summary>Writes <paramref name="path"/> through a temporary file in the same folder.</summary>
    /// <param name="path">The file to create or replace.</param>
    /// <param name="write">Writes the content. If it throws, nothing changes and the temporary file is removed.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <exception cref="IOException">The file exists and may not be replaced, or the disk fails.</exception>
    public static void Write(string path, Action<Stream> write, bool overwrite = true)
    {
        ArgumentNullException.ThrowIfNull(write);
        var full = Path.GetFullPath(path);
        var temporary = Path.Combine(Path.GetDirectoryName(full)!, $".{Guid.NewGuid():N}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
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
}
