using VqVae.Models;
using VqVae.Samples.WebApi.Settings;

namespace VqVae.Samples.WebApi.Storage;

/// <summary>Keeps <c>.vq</c> files in a folder, by id, in 256 folders below it. Files appear whole or not at all, and never change.</summary>
internal sealed class ImageStore(StorageSettings settings)
{
    private readonly string _folder = Path.GetFullPath(settings.Folder, AppContext.BaseDirectory);

    /// <summary>Where a file is.</summary>
    /// <returns><c>null</c> where there is none of this id.</returns>
    public string? Find(ImageId id)
    {
        var path = PathOf(id);
        return File.Exists(path) ? path : null;
    }

    /// <summary>Keeps a file.</summary>
    /// <returns>Its id, and whether it is new.</returns>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public (ImageId Id, bool IsNew) Add(ReadOnlyMemory<byte> vq)
    {
        var id = ImageId.Of(vq.Span);
        var path = PathOf(id);
        if (File.Exists(path)) return (id, false);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);

        // Should another request write the same file meanwhile, one takes the other's place with the same bytes.
        AtomicFile.WriteAllBytes(path, vq);
        return (id, true);
    }

    /// <summary>Whether files can be written.</summary>
    public bool IsWritable()
    {
        try
        {
            Directory.CreateDirectory(_folder);
            using var probe = new FileStream(
                Path.Combine(_folder, $".probe-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private string PathOf(ImageId id) => Path.Combine(_folder, id.Text[..2], id.Text + ".vq");
}
