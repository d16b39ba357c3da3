using VqVae.Runtime;

namespace VqVae.Codec.Cli.Coding;

/// <summary>Reads <c>.vq</c> bytes with the file's name in the errors.</summary>
internal static class VqInput
{
    /// <summary>Extensions of <c>.vq</c> files.</summary>
    public static IReadOnlyCollection<string> Extensions { get; } = [".vq"];

    /// <summary>Reads the header.</summary>
    /// <exception cref="VqFormatException">The file is none, or of another version.</exception>
    public static VqInfo ReadInfo(byte[] vq, string name)
    {
        VqInfo? info = null;
        Named(name, () => info = VqFile.ReadInfo(vq));
        return info!;
    }

    /// <summary>Does something with a file.</summary>
    /// <exception cref="VqFormatException">It did, and the name comes before its message.</exception>
    public static void Named(string name, Action read)
    {
        ArgumentNullException.ThrowIfNull(read);
        try
        {
            read();
        }
        catch (VqFormatException e)
        {
            throw new VqFormatException($"{name}: {e.Message}", e);
        }
    }
}
