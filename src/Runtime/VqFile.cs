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

    /// <summary>Checks structure and checksum. Whether the payload has the size that the image needs is seen only with the model.</summary>
    /// <exception cref="VqFormatException">The file is damaged, cut short, or not one that this version reads.</exception>
    public static void Verify(ReadOnlySpan<byte> vq) => VqStructure.Verify(vq);
}
