using System.Text.RegularExpressions;
using VqVae.CommandLine;

namespace VqVae.Trainer.Native;

/// <summary>A folder that holds libtorch: a PyTorch package's <c>lib</c>, or that of a libtorch archive.</summary>
/// <param name="Path">Its absolute path.</param>
/// <param name="Version">What the package around it says, such as <c>2.10.0+cu128</c>, or <c>null</c> where nothing does.</param>
internal sealed partial record LibTorchFolder(string Path, string? Version)
{
    /// <summary>Prints the folder of a PyTorch installation.</summary>
    public const string Command = "python3 -c \"import torch; print(torch.__path__[0] + '/lib')\"";

    private const int MaxVersionFileBytes = 1 << 16;

    /// <summary>What every libtorch has, in the order of their dependencies.</summary>
    public static IReadOnlyList<string> Core { get; } = [FileName("c10"), FileName("torch_cpu"), FileName("torch")];

    /// <summary>The library behind CUDA devices.</summary>
    public static string CudaName { get; } = FileName("torch_cuda");

    /// <summary>Whether this libtorch is a CUDA build.</summary>
    public bool HasCuda => File.Exists(this[CudaName]);

    /// <summary>What it is called in messages.</summary>
    public string Name => $"PyTorch {Version ?? "(unknown version)"} in '{Path}'";

    /// <summary>A file's absolute path.</summary>
    public string this[string file] => System.IO.Path.Combine(Path, file);

    /// <summary>The name of a shared library on this system: <c>torch</c> is <c>libtorch.so</c> on Linux.</summary>
    public static string FileName(string library) =>
        OperatingSystem.IsWindows() ? $"{library}.dll" : OperatingSystem.IsMacOS() ? $"lib{library}.dylib" : $"lib{library}.so";

    /// <summary>Finds libtorch in a folder, or in its <c>lib</c> where it is the one above.</summary>
    /// <param name="given">What the user gave.</param>
    /// <param name="source">Where it was given, for messages: an option or an environment variable.</param>
    /// <exception cref="UsageException">There is no libtorch; the message says what was found instead.</exception>
    public static LibTorchFolder Find(string given, string source)
    {
        if (given.Length == 0) throw new UsageException($"{source}: expected the folder of libtorch; {Command} prints PyTorch's");
        var path = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(given));
        if (!Directory.Exists(path)) throw new UsageException($"{source}: the folder '{path}' does not exist; {Command} prints PyTorch's");

        string[] places = [path, System.IO.Path.Combine(path, "lib"), System.IO.Path.Combine(path, "torch", "lib")];
        if (places.FirstOrDefault(place => Missing(place).Count == 0) is { } found) return new(found, FindVersion(found));

        // The place that holds most of it is the one that was meant.
        var best = places.MinBy(place => Missing(place).Count)!;
        var missing = Missing(best);
        throw new UsageException(missing.Count < Core.Count
            ? $"{source}: the libtorch in '{best}' is not whole: {string.Join(", ", missing)} missing"
            : $"{source}: '{path}' holds no libtorch ({string.Join(", ", Core)}), nor does its lib folder; {Command} prints PyTorch's");
    }

    private static List<string> Missing(string folder) => [.. Core.Where(name => !File.Exists(System.IO.Path.Combine(folder, name)))];

    /// <summary>PyTorch says its version in <c>version.py</c>, libtorch's archive in <c>build-version</c>, both one folder up.</summary>
    private static string? FindVersion(string folder)
    {
        var above = System.IO.Path.GetDirectoryName(folder);
        if (above is null) return null;
        return Match(System.IO.Path.Combine(above, "version.py"), PythonVersion()) ?? Match(System.IO.Path.Combine(above, "build-version"), ArchiveVersion());
    }

    private static string? Match(string file, Regex pattern)
    {
        // A version is good to know and nothing depends on it: what cannot be read is not there.
        try
        {
            return new FileInfo(file) is { Exists: true, Length: <= MaxVersionFileBytes } && pattern.Match(File.ReadAllText(file)) is { Success: true } match
                ? match.Groups[1].Value
                : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    [GeneratedRegex("""^__version__\s*=\s*['"]([0-9][0-9A-Za-z.+-]{0,63})['"]""", RegexOptions.Multiline)]
    private static partial Regex PythonVersion();

    [GeneratedRegex("""^\s*([0-9][0-9A-Za-z.+-]{0,63})\s*$""")]
    private static partial Regex ArchiveVersion();
}
