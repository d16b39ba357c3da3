namespace VqVae.Runtime;

/// <summary>What can be asked of a <c>.vq</c> file without its model.</summary>
public static class VqFile
{
    /// <summary>Reads the header. The rest of the file is not looked at: <see cref="Verify"/> does that.</summary>
    /// <exception cref="VqFormatException">The bytes do not start a <c>.vq</c> file that this version reads.</exception>
    public static VqInfo ReadInfo(ReadOnlySpan<byte> vq) => VqStructure.ReadHeader(vq).ToInfo();

    /// <summary>Reads the header from the stream's position on; at most 24 bytes are read.</summary>
    /// <exception cref="VqFormatException">The bytes do not start a <c>.vq</c> file that this version reads.</exception>
    /// <exception cref="IOException">The stream fails.</exception>
    public static VqInfo ReadInfo(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Span<byte> start = stackalloc byte[VqHeader.MaxSize];
        var read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        return ReadInfo(start[..read]);
    }

    /// <summary>Says how large the parts of a file are. Nothing but header and sections is looked at: <see cref="Verify"/> does that.</summary>
    /// <param name="vq">The whole file.</param>
    /// <exception cref="VqFormatException">The bytes are no <c>.vq</c> file that this version reads, or end inside a section.</exception>
    public static VqParts ReadParts(ReadOnlySpan<byte> vq) => VqStructure.ReadParts(vq);

    /// <summary>Copies the EXIF metadata that a file carries.</summary>
    /// <param name="vq">The whole file.</param>
    /// <returns>A TIFF structure, of which only the first 4 bytes were looked at; empty where the file has none.</returns>
    /// <exception cref="VqFormatException">The bytes are no <c>.vq</c> file that this version reads, end inside a section, or the metadata are no TIFF structure.</exception>
    public static byte[] ReadExif(ReadOnlySpan<byte> vq) => VqStructure.ReadExif(vq).ToArray();

    /// <summary>
    /// Checks header, sections and checksum, and that alpha and EXIF are what they should be. Whether the indices are those of an image is seen
    /// only with the model: <see cref="VqCodec.Verify"/>.
    /// </summary>
    /// <param name="vq">The whole file.</param>
    /// <param name="limits">
    /// <see cref="VqLimits.MaxPixels"/> holds for the image where it has alpha, the one thing here that takes time in proportion to the image rather
    /// than to the file; the default limits where none are given.
    /// </param>
    /// <exception cref="VqFormatException">The file is damaged, cut short, not one that this version reads, or over the limit.</exception>
    public static void Verify(ReadOnlySpan<byte> vq, VqLimits? limits = null) => VqStructure.Verify(vq, limits ?? new VqLimits());
}
