namespace VqVae.Trainer.Data;

/// <summary>
/// A text file with the path of one image a line, absolute or relative to the list's folder. Space around a path does not count, and neither do
/// empty lines and those that begin with <c>#</c>. A file that was named before, by whatever path, is left out and counted.
/// </summary>
internal static class ImageList
{
    /// <summary>What a list's name ends in, for a person to read.</summary>
    public const string Extensions = ".txt or .lst";

    /// <summary>Whether a file is a list, by its name.</summary>
    public static bool IsList(string path) => Path.GetExtension(path).ToLowerInvariant() is ".txt" or ".lst";

    /// <summary>The folder that a list's paths are relative to.</summary>
    public static string Root(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    /// <summary>Reads a list.</summary>
    /// <returns>The paths as they are written, sorted ordinally, and how many lines named a file again.</returns>
    /// <exception cref="IOException">The list is empty, or a line, whose number the message gives, names no file.</exception>
    public static (IReadOnlyList<string> Files, int Repeated) Read(string path)
    {
        var root = Root(path);
        var files = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var (number, repeated) = (0, 0);
        foreach (var line in File.ReadLines(path))
        {
            number++;
            var file = line.Trim();
            if (file.Length == 0 || file[0] == '#') continue;

            // A picture or another binary file that was renamed has lines of any length.
            if (file.Length > 4096 || file.Contains('\0', StringComparison.Ordinal)) throw new IOException($"'{path}', line {number}: expected the path of an image");
            var full = Path.GetFullPath(file, root);
            if (!File.Exists(full)) throw new IOException($"'{path}', line {number}: {(Directory.Exists(full) ? "expected a file, got the folder" : "there is no file")} '{file}'");
            if (seen.Add(full)) files.Add(file);
            else repeated++;
        }

        if (files.Count == 0) throw new IOException($"'{path}' names no image");
        files.Sort(StringComparer.Ordinal);
        return (files, repeated);
    }
}
