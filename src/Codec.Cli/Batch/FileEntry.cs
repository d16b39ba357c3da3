namespace VqVae.Codec.Cli.Batch;

/// <summary>A file of a folder.</summary>
/// <param name="RelativePath">Its path below the folder, with <c>/</c> between the names.</param>
/// <param name="Path">Where it is.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Modified">When it was changed last, in UTC.</param>
internal sealed record FileEntry(string RelativePath, string Path, long Length, DateTime Modified)
{
    /// <summary>Refuses what states no length: an empty file, or a pipe or device, where opening may wait for ever and reading may not end.</summary>
    /// <exception cref="IOException">It does.</exception>
    public void CheckRegular()
    {
        if (Length == 0) throw new IOException($"{Path}: the file is empty, or no regular file");
    }
}
