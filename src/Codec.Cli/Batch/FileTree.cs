using VqVae.CommandLine;

namespace VqVae.Codec.Cli.Batch;

/// <summary>Finds the files of a folder.</summary>
internal static class FileTree
{
    private static readonly EnumerationOptions Everything = new() { IgnoreInaccessible = false, AttributesToSkip = 0 };

    /// <summary>Finds files by their extensions.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="recursive">Whether folders inside are looked into; links to folders, which may lead round in circles, are not.</param>
    /// <param name="extensions">With their dots; case does not matter.</param>
    /// <param name="failed">Told of folders inside that cannot be read, with the reason.</param>
    /// <returns>Sorted ordinally by relative path. Names that begin with a dot are left out: they are somebody's notes, such as a file manager's.</returns>
    /// <exception cref="IOException">The folder itself cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder itself may not be read.</exception>
    public static IReadOnlyList<FileEntry> Find(string root, bool recursive, IReadOnlyCollection<string> extensions, Action<string, Exception> failed)
    {
        ArgumentNullException.ThrowIfNull(failed);
        var files = new List<FileEntry>();
        AddFolder(new DirectoryInfo(root), "");
        files.Sort((a, b) => string.CompareOrdinal(a.RelativePath, b.RelativePath));
        return files;

        void AddFolder(DirectoryInfo folder, string prefix)
        {
            foreach (var entry in folder.EnumerateFileSystemInfos("*", Everything))
            {
                if (entry.Name.StartsWith('.')) continue;
                if (entry is DirectoryInfo inner)
                {
                    if (!recursive || inner.Attributes.HasFlag(FileAttributes.ReparsePoint)) continue;
                    try
                    {
                        AddFolder(inner, prefix + inner.Name + "/");
                    }
                    catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                    {
                        failed(inner.FullName, e);
                    }
                }
                else if (entry is FileInfo file && extensions.Contains(file.Extension, StringComparer.OrdinalIgnoreCase))
                {
                    var path = Path.Combine(root, prefix + file.Name);
                    var target = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
                    if (target is not { Exists: true }) failed(path, new FileNotFoundException("the link leads nowhere", path));
                    else files.Add(new FileEntry(prefix + file.Name, path, target.Length, target.LastWriteTimeUtc));
                }
            }
        }
    }

    /// <summary>Finds the files of several arguments: files as they are, folders by extension.</summary>
    /// <exception cref="FileNotFoundException">One is neither.</exception>
    public static IReadOnlyList<FileEntry> FindAll(
        IEnumerable<string> arguments, bool recursive, IReadOnlyCollection<string> extensions, Shard shard, Action<string, Exception> failed)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var files = new List<FileEntry>();
        foreach (var argument in arguments)
        {
            if (argument.Length == 0) throw new UsageException("a file's name is empty");
            if (Directory.Exists(argument))
            {
                files.AddRange(Find(argument, recursive, extensions, failed).Where(f => shard.Contains(f.RelativePath)));
                continue;
            }

            var info = new FileInfo(argument);
            if (!info.Exists) throw new FileNotFoundException($"{argument} does not exist", argument);
            files.Add(new FileEntry(argument, argument, info.Length, info.LastWriteTimeUtc));
        }

        return files;
    }
}
