using VqVae.Runtime;

namespace VqVae.Codec.Cli.Coding;

/// <summary>Reads <c>.vq</c> bytes with the file's name in the errors.</summary>
internal static class VqInput
{
    /// <summary>Extensions of <c>.vq</c> files.</summary>
    public static IReadOnlyCollection<string> Extensions { get; } = [".vq"];

    private static ReadOnlySpan<byte> Magic => [0x56, 0x51, 0x1a];

    /// <summary>Whether a file begins as <c>.vq</c> files do.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static bool IsVq(string path)
    {
        // Pipes state a length of 0, and opening one would wait for its writer.
        if (new FileInfo(path).Length < Magic.Length) return false;
        using var stream = File.OpenRead(path);
        Span<byte> start = stackalloc byte[Magic.Length];
        return stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length && start.SequenceEqual(Magic);
    }

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
