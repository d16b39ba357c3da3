using System.Diagnostics;

namespace VqVae.Benchmarks;

/// <summary>A program that is run as a process of its own.</summary>
internal sealed class Tool
{
    private readonly string _file;
    private readonly string[] _first;

    private Tool(string file, params string[] first) => (_file, _first) = (file, first);

    /// <summary>Finds a program on <c>PATH</c>; <c>null</c> where it is not there.</summary>
    public static Tool? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .SelectMany(folder => new[] { Path.Combine(folder, name), Path.Combine(folder, name + ".exe") })
        .FirstOrDefault(File.Exists) is { } file ? new Tool(file) : null;

    /// <summary>A program, or an assembly that <c>dotnet</c> runs.</summary>
    public static Tool At(string path)
    {
        if (!File.Exists(path)) throw new FileNotFoundException($"there is no program '{path}'", path);
        return Path.GetExtension(path) == ".dll" ? new Tool(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", path) : new Tool(Path.GetFullPath(path));
    }

    /// <summary>Runs it to its end.</summary>
    /// <exception cref="InvalidOperationException">It failed.</exception>
    public void Run(params IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(_file, [.. _first, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{_file} was not started");
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{_file} {string.Join(' ', arguments)}: exit code {process.ExitCode}\n{output.Result}{error}");
    }
}
