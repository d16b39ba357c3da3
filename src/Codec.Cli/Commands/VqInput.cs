using VqVae.Runtime;

namespace VqVae.Codec.Cli.Commands;

/// <summary>Reads <c>.vq</c> bytes with the file's name in the errors.</summary>
internal static class VqInput
{
    /// <summary>Reads the header.</summary>
    /// <exception cref="VqFormatException">The file is none, or of another version.</exception>
    public static VqInfo ReadInfo(byte[] vq, string name) => Named(name, () => VqFile.ReadInfo(vq));

    /// <summary>Decompresses.</summary>
    /// <exception cref="VqFormatException">The file is damaged or of another model.</exception>
    public static VqImage Decompress(VqCodec codec, byte[] vq, string name, VqDecompressOptions options, CancellationToken cancellationToken) =>
        Named(name, () => codec.Decompress(vq, options, cancellationToken));

    private static T Named<T>(string name, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (VqFormatException e)
        {
            throw new VqFormatException($"{name}: {e.Message}", e);
        }
    }
}
