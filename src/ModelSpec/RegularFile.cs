namespace VqVae.Models;

/// <summary>
/// Opens files that somebody else provided: regular files alone, because a pipe would block whoever opens it and a device has no end.
/// </summary>
/// <remarks>
/// Pipes, sockets and devices state a length of 0 and a file of the formats read here never has it, so that is asked for before the file is
/// opened. Whoever can exchange files between the two steps can do more than block a reader, and is not guarded against.
/// </remarks>
internal static class RegularFile
{
    /// <summary>Links followed on the way to a file, as many as Linux follows.</summary>
    private const int MaxLinks = 40;

    /// <summary>Opens a file for reading. Links are followed wherever they lead.</summary>
    /// <exception cref="ModelFormatException">It is empty or no regular file; the message does not name it.</exception>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    public static FileStream Open(string path) => OpenResolved(Resolve(path));

    /// <summary>Opens a file of a folder for reading, or gives <c>null</c> where there is none. Links are followed while they stay inside the folder.</summary>
    /// <exception cref="ModelFormatException">It is empty, no regular file, or leads out of the folder.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static FileStream? OpenInside(string folder, string name)
    {
        var path = Path.Combine(folder, name);
        try
        {
            var resolved = Resolve(path);
            var relative = Path.GetRelativePath(Resolve(folder), resolved);
            if (Path.IsPathRooted(relative) || relative.Split(Path.DirectorySeparatorChar)[0] is "..")
                throw new ModelFormatException("expected a file inside the model folder, got a link that leaves it; copy the file itself");
            return File.Exists(resolved) ? OpenResolved(resolved) : null;
        }
        catch (ModelFormatException e)
        {
            throw new ModelFormatException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>The rest of the stream, of the length that it has now.</summary>
    public static byte[] ReadAll(FileStream stream)
    {
        var content = new byte[stream.Length - stream.Position];
        stream.ReadExactly(content);
        return content;
    }

    private static FileStream OpenResolved(string path)
    {
        if (new FileInfo(path) is { Exists: true, Length: 0 }) throw Refused();
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        if (stream.CanSeek) return stream;
        stream.Dispose();
        throw Refused();
    }

    private static ModelFormatException Refused() => new("expected a regular file with content, got an empty one, a pipe or a device");

    /// <summary>The path without links in any of its parts.</summary>
    private static string Resolve(string path)
    {
        var full = Path.GetFullPath(path);
        var resolved = Path.GetPathRoot(full)!;
        var parts = new Stack<string>();
        Push(full);
        for (var links = 0; parts.TryPop(out var part);)
        {
            if (part == ".") continue;
            if (part == "..")
            {
                resolved = Path.GetDirectoryName(resolved) ?? resolved;
                continue;
            }

            var next = Path.Combine(resolved, part);
            if (new FileInfo(next).LinkTarget is not { } target)
            {
                resolved = next;
                continue;
            }

            if (++links > MaxLinks) throw new ModelFormatException($"expected at most {MaxLinks} links on the way to a file, got more");
            if (Path.IsPathRooted(target)) resolved = Path.GetPathRoot(target)!;
            Push(target);
        }

        return resolved;

        void Push(string tail)
        {
            tail = tail[(Path.GetPathRoot(tail)?.Length ?? 0)..];
            char[] separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];
            foreach (var part in tail.Split(separators, StringSplitOptions.RemoveEmptyEntries).Reverse()) parts.Push(part);
        }
    }
}
