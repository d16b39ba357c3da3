using VqVae.Models;

namespace VqVae.Exporter;

/// <summary>
/// A model folder being made: written beside its place and renamed, so that a reader sees a whole model or none, and a failure leaves
/// nothing behind.
/// </summary>
internal sealed class OutputFolder
{
    private readonly string _path;
    private readonly bool _replace;

    /// <summary>Checks that the folder can be made, before any work is done for it.</summary>
    /// <exception cref="IOException">There is something that may not be replaced.</exception>
    public OutputFolder(string path, bool force)
    {
        _path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        Name = Path.GetFileName(_path);
        if (Name.Length == 0) throw new IOException($"'{path}' cannot be a model folder");
        if (File.Exists(_path)) throw new IOException($"'{path}' is a file");
        if (!Directory.Exists(_path)) return;

        // Force replaces a model; it is no licence to delete a folder that holds anything else.
        _replace = true;
        if (!Directory.EnumerateFileSystemEntries(_path).Any()) return;
        if (!File.Exists(Path.Combine(_path, ModelManifest.FileName)))
            throw new IOException($"'{path}' exists and is not a model folder: it has no {ModelManifest.FileName}");
        if (!force) throw new IOException($"'{path}' exists already; use --force to replace the model");
    }

    /// <summary>The folder's own name.</summary>
    public string Name { get; }

    /// <summary>Writes the files and the manifest. Other files of a replaced folder, such as a model card, stay.</summary>
    public void Write(IReadOnlyList<(string Name, byte[] Content)> files, ModelManifest manifest)
    {
        var parent = Path.GetDirectoryName(_path)!;
        Directory.CreateDirectory(parent);
        var temporary = Path.Combine(parent, $".{Name}.{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(temporary);
            foreach (var (name, content) in files) AtomicFile.WriteAllBytes(Path.Combine(temporary, name), content);
            AtomicFile.WriteAllText(Path.Combine(temporary, ModelManifest.FileName), manifest.ToJson());
            if (_replace) Replace(temporary, files.Select(f => f.Name));
            else Directory.Move(temporary, _path);
        }
        catch
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
            throw;
        }
    }

    private void Replace(string temporary, IEnumerable<string> written)
    {
        var old = temporary + ".old";
        Directory.Move(_path, old);
        try
        {
            Directory.Move(temporary, _path);
        }
        catch
        {
            Directory.Move(old, _path);
            throw;
        }

        var known = OldModelFiles(old).Concat(written).Append(ModelManifest.FileName).ToHashSet(StringComparer.Ordinal);
        foreach (var entry in Directory.EnumerateFileSystemEntries(old).ToList())
            if (!known.Contains(Path.GetFileName(entry))) Directory.Move(entry, Path.Combine(_path, Path.GetFileName(entry)));
        Directory.Delete(old, recursive: true);
    }

    private static IEnumerable<string> OldModelFiles(string folder)
    {
        try
        {
            return ModelManifest.Load(folder).Files.Keys;
        }
        catch (ModelFormatException)
        {
            // A damaged model may be replaced too.
            return [];
        }
    }
}
