namespace VqVae.Runtime;

/// <summary>What the bytes of a <c>.vq</c> file go to.</summary>
public sealed record VqParts
{
    /// <summary>Bytes of the header.</summary>
    public required int HeaderBytes { get; init; }

    /// <summary>Bytes of all sections with their numbers and lengths; 0 where there are none.</summary>
    public required int SectionBytes { get; init; }

    /// <summary>Bytes of the alpha channel, compressed, within <see cref="SectionBytes"/>; 0 where the file has none.</summary>
    public required int AlphaBytes { get; init; }

    /// <summary>Bytes of the EXIF metadata within <see cref="SectionBytes"/>; 0 where the file has none.</summary>
    public required int ExifBytes { get; init; }

    /// <summary>Bytes of the coded indices, with the lengths of their blocks where the file has several tiles.</summary>
    public required int IndexBytes { get; init; }

    /// <summary>
    /// Bytes of each stage's blocks within <see cref="IndexBytes"/>, of all planes together; the rest are lengths and flags of blocks. <c>null</c> without the
    /// model: only <see cref="VqCodec.Verify"/> knows them.
    /// </summary>
    public IReadOnlyList<long>? StageBytes { get; init; }

    /// <summary>Bytes of the checksum: 4.</summary>
    public required int ChecksumBytes { get; init; }
}
