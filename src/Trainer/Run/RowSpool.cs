namespace VqVae.Trainer.Run;

/// <summary>
/// Keeps rows of a file to come on the disk until all are there: how many there will be is known only then, and a header says it. The spool
/// is gone with the process, however that ends.
/// </summary>
internal sealed class RowSpool : IDisposable
{
    private const int PartBytes = 1 << 20;

    private readonly FileStream _file;

    /// <param name="folder">Where the result will be, and so where there is room.</param>
    public RowSpool(string folder)
    {
        var path = Path.Combine(folder, $".{Guid.NewGuid():n}.tmp");
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, PartBytes, FileOptions.DeleteOnClose);

        // Where an open file may lose its name, not even a killed process leaves one.
        if (!OperatingSystem.IsWindows()) File.Delete(path);
    }

    /// <summary>Adds rows.</summary>
    public void Write(ReadOnlySpan<byte> rows)
    {
        _file.Seek(0, SeekOrigin.End);
        _file.Write(rows);
    }

    /// <summary>All rows, in parts whose buffer is used again for the next one.</summary>
    public IEnumerable<ReadOnlyMemory<byte>> Parts()
    {
        var buffer = new byte[PartBytes];
        _file.Seek(0, SeekOrigin.Begin);
        for (int read; (read = _file.Read(buffer)) > 0;) yield return buffer.AsMemory(0, read);
    }

    public void Dispose() => _file.Dispose();
}
