using System.Diagnostics;

namespace VqVae.TestSupport;

/// <summary>Runs a command-line tool of this repository as its own process, as a user does.</summary>
public sealed class ToolProcess : IDisposable
{
    /// <summary>How long a process may take; it is killed then, and the test fails.</summary>
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(120);

    private readonly Process _process;
    private readonly Task<byte[]> _output;
    private readonly Task<string> _error;

    private ToolProcess(Process process)
    {
        _process = process;
        _output = ReadBytes(process);
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>The process's number.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _process.HasExited;

    /// <summary>Its standard input, open until disposed.</summary>
    public Stream Input => _process.StandardInput.BaseStream;

    /// <summary>Runs a tool to its end.</summary>
    /// <param name="tool">The assembly's name, such as <c>vqcodec</c>: a referenced executable lies beside the tests.</param>
    /// <param name="arguments">The arguments, not quoted.</param>
    /// <param name="input">Bytes for standard input, which is closed after them.</param>
    /// <param name="environment">Variables to set, or to remove where the value is <c>null</c>.</param>
    /// <param name="workingFolder">Where it runs.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <exception cref="TimeoutException">It took longer and was killed.</exception>
    public static ToolResult Run(
        string tool,
        IEnumerable<string> arguments,
        byte[]? input = null,
        IReadOnlyDictionary<string, string?>? environment = null,
        string? workingFolder = null,
        TimeSpan? timeout = null)
    {
        using var process = Start(tool, arguments, environment, workingFolder);
        try
        {
            if (input is not null) process.Input.Write(input);
            process.Input.Dispose();
        }
        catch (IOException)
        {
            // A tool may end without reading all its input; what it says is the result.
        }

        return process.WaitForExit(timeout);
    }

    /// <summary>Starts a tool without waiting for it.</summary>
    /// <inheritdoc cref="Run"/>
    public static ToolProcess Start(
        string tool, IEnumerable<string> arguments, IReadOnlyDictionary<string, string?>? environment = null, string? workingFolder = null)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var assembly = Path.Combine(AppContext.BaseDirectory, tool + ".dll");
        if (!File.Exists(assembly)) throw new FileNotFoundException("the tool is not referenced by the test project", assembly);
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = workingFolder ?? "",
        };
        start.ArgumentList.Add(assembly);
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>()) start.Environment[name] = value;
        return new ToolProcess(Process.Start(start) ?? throw new InvalidOperationException("no process was started"));
    }

    /// <summary>Waits for the end and everything that was said.</summary>
    /// <exception cref="TimeoutException">It took longer and was killed.</exception>
    public ToolResult WaitForExit(TimeSpan? timeout = null)
    {
        var limit = timeout ?? DefaultTimeout;
        if (!_process.WaitForExit(limit) || !Task.WaitAll([_output, _error], limit))
        {
            _process.Kill(entireProcessTree: true);
            throw new TimeoutException($"process {Id} did not end within {limit}");
        }

        return new ToolResult(_process.ExitCode, _output.Result, _error.Result);
    }

    /// <summary>Sends the signal of Ctrl-C. Only on Unix.</summary>
    public void Interrupt() => Signal("INT");

    /// <summary>Sends a signal. Only on Unix.</summary>
    /// <param name="name">Such as <c>TERM</c>.</param>
    public void Signal(string name)
    {
        using var kill = Process.Start("kill", ["-" + name, Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Ends the process at once, as SIGKILL does, and waits until it is gone.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Ends the process where it still runs.</summary>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private static async Task<byte[]> ReadBytes(Process process)
    {
        using var content = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(content).ConfigureAwait(false);
        return content.ToArray();
    }
}
