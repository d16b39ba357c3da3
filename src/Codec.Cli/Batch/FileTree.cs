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
    /// <param name="failed">Told of files and folders inside that cannot be read, with the reason.</param>
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
                var path = Path.Combine(root, prefix + entry.Name);
                try
                {
                    if (entry is FileInfo file) AddFile(file, prefix + file.Name, path);
                    else if (entry is DirectoryInfo inner && recursive && !inner.Attributes.HasFlag(FileAttributes.ReparsePoint)) AddFolder(inner, prefix + inner.Name + "/");
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    failed(path, e);
                }
            }
        }

        void AddFile(FileInfo file, string relative, string path)
        {
            if (!extensions.Contains(file.Extension, StringComparer.OrdinalIgnoreCase)) return;
            var target = file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo;
            if (target is not { Exists: true }) throw new FileNotFoundException("the link leads nowhere", path);
            files.Add(new FileEntry(relative, path, target.Length, target.LastWriteTimeUtc));
        }
    }

    /// <summary>Finds the files of several arguments: files as they are, folders by extension.</summary>
    /// <param name="arguments">What was named.</param>
    /// <param name="recursive">Whether folders inside the folders are looked into.</param>
    /// <param name="extensions">With their dots; case does not matter.</param>
    /// <param name="shard">Which part of each folder is taken.</param>
    /// <param name="failed">Told of what is missing or cannot be read, with the reason. A pipe that is named is read, one in a folder is not.</param>
    /// <exception cref="UsageException">A name is empty.</exception>
    public static IReadOnlyList<FileEntry> FindAll(
        IEnumerable<string> arguments, bool recursive, IReadOnlyCollection<string> extensions, Shard shard, Action<string, Exception> failed)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(failed);
        var files = new List<FileEntry>();
        foreach (var argument in arguments)
        {
            if (argument.Length == 0) throw new UsageException("a file's name is empty");
            try
            {
                if (Directory.Exists(argument)) AddFolder(argument);
                else AddFile(argument);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                failed(argument, e);
            }
        }

        return files;

        void AddFolder(string folder)
        {
            foreach (var file in Find(folder, recursive, extensions, failed).Where(f => shard.Contains(f.RelativePath)))
            {
                try
                {
                    file.CheckRegular();
                    files.Add(file);
                }
                catch (IOException e)
                {
                    failed(file.Path, e);
                }
            }
        }

        void AddFile(string path)
        {
            var info = new FileInfo(path);
            if (!info.Exists) throw new FileNotFoundException($"{path} does not exist", path);
            files.Add(new FileEntry(path, path, info.Length, info.LastWriteTimeUtc));
        }
    }
}
