using VqVae.Codec.Cli.Images;
using VqVae.CommandLine;

namespace VqVae.Codec.Cli.CommandLine;

/// <summary>A file, or standard input where the path is <c>-</c>.</summary>
internal static class InputFile
{
    /// <summary>The path that stands for a standard stream.</summary>
    public const string Standard = "-";

    /// <summary>What messages call the file.</summary>
    public static string NameOf(string path) => path == Standard ? "standard input" : path;

    /// <summary>Reads the whole file.</summary>
    /// <exception cref="UsageException">Bytes are expected from a keyboard.</exception>
    /// <exception cref="IOException">It is not there, is a folder, or cannot be read.</exception>
    public static byte[] ReadAll(string path, Terminal terminal, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        if (path != Standard)
        {
            if (Directory.Exists(path)) throw new IOException($"{path} is a folder, expected a file");
            return Complete(File.ReadAllBytesAsync(path, cancellationToken), cancellationToken);
        }

        if (terminal.InputIsTerminal) throw new UsageException("standard input is a terminal; pipe a file into it");
        return Complete(Task.Run(ReadStandardInput, cancellationToken), cancellationToken);

        byte[] ReadStandardInput()
        {
            using var stream = terminal.OpenInput();
            using var content = new MemoryStream();
            stream.CopyTo(content);
            return content.ToArray();
        }
    }

    /// <summary>A picture: a file on disk stays there and is read as it is needed, everything else is read whole.</summary>
    /// <exception cref="UsageException">Bytes are expected from a keyboard.</exception>
    /// <exception cref="IOException">It is not there, is a folder, or cannot be read.</exception>
    public static PictureContent OpenPicture(string path, Terminal terminal, CancellationToken cancellationToken)
    {
        // Pipes and devices state a length of 0.
        return path != Standard && new FileInfo(path) is { Exists: true, Length: > 0 }
            ? PictureContent.OfFile(path)
            : PictureContent.OfBytes(ReadAll(path, terminal, cancellationToken), NameOf(path));
    }

    // A blocked read ends with the process, so that Ctrl-C works while a pipe is silent.
    private static byte[] Complete(Task<byte[]> reading, CancellationToken cancellationToken) => reading.WaitAsync(cancellationToken).GetAwaiter().GetResult();
}
