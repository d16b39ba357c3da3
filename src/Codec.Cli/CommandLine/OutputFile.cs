using VqVae.CommandLine;
using VqVae.Models;

namespace VqVae.Codec.Cli.CommandLine;

/// <summary>Where a command's result goes: a file that appears whole or not at all, or standard output where the path is <c>-</c>.</summary>
internal sealed class OutputFile
{
    /// <summary>Links followed on the way to a name of standard output, as many as Linux follows.</summary>
    private const int MaxLinks = 40;

    private readonly string _path;
    private readonly bool _overwrite;
    private readonly DateTime? _modified;
    private readonly Terminal _terminal;

    private OutputFile(string path, bool overwrite, DateTime? modified, Terminal terminal)
    {
        _modified = modified;
        _path = path;
        _overwrite = overwrite;
        _terminal = terminal;
    }

    /// <summary>Whether the bytes go to standard output, so that all messages must go to standard error.</summary>
    public bool IsStandard => _path == InputFile.Standard;

    /// <summary>What messages call the file.</summary>
    public string Name => IsStandard ? "standard output" : _path;

    /// <summary>Where a command writes what it has to tell: never into a stream that gets the result, whatever that is called.</summary>
    public TextWriter Messages => IsStandard || IsDevice(_path) ? _terminal.Error : _terminal.Output;

    /// <summary>Checks, before any work is done, that the output can be written.</summary>
    /// <param name="path">A path, or <c>-</c>.</param>
    /// <param name="input">The path that is read, which must be another file.</param>
    /// <param name="overwrite">Whether an existing file may be replaced.</param>
    /// <param name="terminal">The standard streams.</param>
    /// <param name="modified">In UTC: what the file gets for its modification time; <c>null</c> for that of its writing.</param>
    /// <exception cref="UsageException">The output is the input, or binary data would go to a screen.</exception>
    /// <exception cref="IOException">The folder is missing, the path is a folder, or the file exists and may not be replaced.</exception>
    public static OutputFile Check(string path, string input, bool overwrite, Terminal terminal, DateTime? modified = null)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        path = StandardOr(path);
        if (path.Length == 0) throw new UsageException("the output's name is empty");
        var output = new OutputFile(path, overwrite, modified, terminal);
        if (output.IsStandard)
        {
            if (terminal.OutputIsTerminal) throw new UsageException("binary data does not go to a terminal; redirect standard output or name a file");
            return output;
        }

        if (IsSameFile(path, input)) throw new UsageException($"{path} is both input and output");
        if (Directory.Exists(path)) throw new IOException($"{path} is a folder, expected the name of a file");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder)) throw new DirectoryNotFoundException($"the folder '{folder}' does not exist");
        if (!overwrite && File.Exists(path) && !IsDevice(path)) throw new IOException($"{path} exists; --force overwrites it");
        return output;
    }

    /// <summary>
    /// <c>-</c> for the names that standard output has in the file system, otherwise the path itself. Opened by such a name, a redirected file would be
    /// written from its beginning, over what <c>&gt;&gt;</c> is to keep.
    /// </summary>
    public static string StandardOr(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (path.Length == 0 || path == InputFile.Standard || OperatingSystem.IsWindows()) return path;
        var own = $"/proc/{Environment.ProcessId}/fd/1";
        var name = Path.GetFullPath(path);
        for (var links = 0; links < MaxLinks; links++)
        {
            if (name is "/dev/stdout" or "/dev/fd/1" or "/proc/self/fd/1" or "/proc/thread-self/fd/1" || name == own) return InputFile.Standard;
            if (new FileInfo(name).LinkTarget is not { } target) break;
            name = Path.GetFullPath(target, Path.GetDirectoryName(name)!);
        }

        return path;
    }

    /// <summary>Whether two paths, links followed, name one file.</summary>
    public static bool IsSameFile(string a, string b)
    {
        if (a == InputFile.Standard || b == InputFile.Standard) return false;
        var comparison = OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase;
        return string.Equals(Resolve(a), Resolve(b), comparison);
    }

    /// <summary>Removes what runs that were killed left of this file.</summary>
    public void RemoveLeftovers()
    {
        if (IsStandard || IsDevice(_path)) return;
        var full = Path.GetFullPath(_path);
        AtomicFile.RemoveLeftovers(Path.GetDirectoryName(full)!, [Path.GetFileName(full)]);
    }

    /// <summary>Writes the file beside its place and renames it, or writes to standard output.</summary>
    /// <inheritdoc cref="Write(Action{Stream})"/>
    public void Write(ReadOnlyMemory<byte> content) => Write(stream => stream.Write(content.Span));

    /// <summary>Writes the file beside its place and renames it, or writes to standard output.</summary>
    /// <param name="write">Writes the content. If it throws, there is no file.</param>
    /// <exception cref="IOException">The disk is full, the file has come to exist meanwhile, or the pipe is closed.</exception>
    public void Write(Action<Stream> write)
    {
        ArgumentNullException.ThrowIfNull(write);
        if (IsStandard)
        {
            using var stream = _terminal.OpenOutput();
            write(stream);
            stream.Flush();
        }
        else if (IsDevice(_path))
        {
            using var stream = new FileStream(_path, FileMode.Open, FileAccess.Write);
            write(stream);
        }
        else
        {
            try
            {
                AtomicFile.Write(_path, write, _overwrite, _modified);
            }
            catch (IOException e) when (!_overwrite && File.Exists(_path))
            {
                throw new IOException($"{_path} exists; --force overwrites it", e);
            }
        }
    }

    /// <summary>
    /// Whether the path leads to a device or an open stream: renaming over /dev/null would replace it by a file. Files in memory, which
    /// Linux keeps below /dev, are files like any other.
    /// </summary>
    private static bool IsDevice(string path) =>
        !OperatingSystem.IsWindows() && File.Exists(path) && (IsSpecial(Path.GetFullPath(path)) || IsSpecial(Resolve(path)));

    private static bool IsSpecial(string path) =>
        path.StartsWith("/proc/", StringComparison.Ordinal)
        || (path.StartsWith("/dev/", StringComparison.Ordinal) && !path.StartsWith("/dev/shm/", StringComparison.Ordinal));

    private static string Resolve(string path)
    {
        var full = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(full);
        if (folder is not null && Directory.Exists(folder))
            full = Path.Combine(new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? folder, Path.GetFileName(full));
        return File.Exists(full) ? File.ResolveLinkTarget(full, returnFinalTarget: true)?.FullName ?? full : full;
    }
}
