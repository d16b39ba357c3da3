using VqVae.Models;

namespace VqVae.Exporter;

/// <summary>
/// A model folder being made. A new one is written beside its place and renamed. One that exists stays the same folder, which may be a
/// link, a mount point or somebody's current folder: everything is written inside it first, and then only renamed, the manifest last. So a
/// reader sees a whole model or none, and what fails before the renaming leaves all as it was.
/// </summary>
internal sealed class OutputFolder
{
    private static readonly string[] ModelFiles =
    [
        ModelManifest.FileName, ModelManifest.TablesFileName,
        .. GraphPrecision.All.Select(ModelManifest.EncoderFile), .. GraphPrecision.All.Select(ModelManifest.DecoderFile),
    ];

    private readonly string _path;
    private readonly bool _exists;

    /// <summary>Checks that the folder can be made, before any work is done for it.</summary>
    /// <exception cref="IOException">There is something that may not be replaced.</exception>
    public OutputFolder(string path, bool force)
    {
        _path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        Name = Path.GetFileName(_path);
        if (Name.Length == 0) throw new IOException($"'{path}' cannot be a model folder");
        if (File.Exists(_path)) throw new IOException($"'{path}' is a file");
        if (!Directory.Exists(_path)) return;

        _exists = true;
        if (!Directory.EnumerateFileSystemEntries(_path).Any()) return;

        // A replacement that was killed between two renamings leaves a graph without a manifest.
        if (!ModelFiles.Any(name => File.Exists(Path.Combine(_path, name))))
            throw new IOException($"'{path}' exists and is not a model folder: it has no {ModelManifest.FileName}");
        if (!force) throw new IOException($"'{path}' exists already; use --force to replace the model");
    }

    /// <summary>The folder's own name.</summary>
    public string Name { get; }

    /// <summary>Writes the files and the manifest. Other files of a replaced folder, such as a model card, stay.</summary>
    /// <exception cref="ModelFormatException">The manifest is not valid. Nothing has changed.</exception>
    /// <exception cref="IOException">The disk fails.</exception>
    public void Write(IReadOnlyList<(string Name, byte[] Content)> files, ModelManifest manifest)
    {
        var json = manifest.ToJson();
        var parent = _exists ? _path : Path.GetDirectoryName(_path)!;
        Directory.CreateDirectory(parent);
        var temporary = Path.Combine(parent, $".{Name}.{Guid.NewGuid():N}.tmp");
        try
        {
            Directory.CreateDirectory(temporary);
            foreach (var (name, content) in files) AtomicFile.WriteAllBytes(Path.Combine(temporary, name), content);
            AtomicFile.WriteAllText(Path.Combine(temporary, ModelManifest.FileName), json);
            if (_exists) Replace(temporary, [.. files.Select(f => f.Name)]);
            else Directory.Move(temporary, _path);
        }
        finally
        {
            if (Directory.Exists(temporary)) Directory.Delete(temporary, recursive: true);
        }
    }

    /// <summary>Moves the files of <paramref name="temporary"/>, a folder inside this one, to their places.</summary>
    private void Replace(string temporary, IReadOnlyList<string> files)
    {
        var old = OldModelFiles().Except(files, StringComparer.Ordinal).ToList();

        // Without its manifest a folder is no model: nobody reads one model's encoder with another's decoder.
        File.Delete(Path.Combine(_path, ModelManifest.FileName));
        foreach (var name in files) File.Move(Path.Combine(temporary, name), Path.Combine(_path, name), overwrite: true);
        foreach (var name in old) File.Delete(Path.Combine(_path, name));
        File.Move(Path.Combine(temporary, ModelManifest.FileName), Path.Combine(_path, ModelManifest.FileName));
    }

    private IEnumerable<string> OldModelFiles()
    {
        try
        {
            return ModelManifest.Load(_path).Files.Keys;
        }
        catch (ModelFormatException)
        {
            // A damaged model may be replaced too.
            return [];
        }
    }
}
