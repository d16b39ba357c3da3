using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using VqVae.TestSupport;

namespace VqVae.Benchmarks.Web;

/// <summary>The sample service as a process of its own, with a folder of its own, on a free port.</summary>
internal sealed class WebServer : IDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60), StopLimit = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _complaints = [];

    /// <summary>Starts it.</summary>
    /// <param name="program">Its assembly.</param>
    public WebServer(string program)
    {
        var port = FreePort();
        Address = new Uri($"http://127.0.0.1:{port}");
        var start = new ProcessStartInfo(
            Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
            [program, $"--Urls={Address}", $"--Storage:Folder={_folder["images"]}", $"--Storage:UploadFolder={_folder["uploads"]}", "--Logging:LogLevel:Default=Warning"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        _process = Process.Start(start) ?? throw new InvalidOperationException("no process was started");
        _process.OutputDataReceived += Complain;
        _process.ErrorDataReceived += Complain;
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where it listens.</summary>
    public Uri Address { get; }

    /// <summary>Bytes that are resident now.</summary>
    public long Resident => Status("VmRSS:");

    /// <summary>Most bytes that were resident.</summary>
    public long Peak => Status("VmHWM:");

    /// <summary>Threads.</summary>
    public long Threads => Status("Threads:");

    /// <summary>Seconds of all cores that it took.</summary>
    public double CpuSeconds => _process.TotalProcessorTime.TotalSeconds;

    /// <summary>What it said: warnings and errors.</summary>
    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (_complaints) return [.. _complaints];
        }
    }

    /// <summary>Uploads that are on disk.</summary>
    public int UploadsLeft => Directory.GetFiles(_folder["uploads"]).Length;

    /// <summary>Files that are kept.</summary>
    public int Files => Directory.EnumerateFiles(_folder["images"], "*.vq", SearchOption.AllDirectories).Count();

    /// <summary>Waits until it is ready.</summary>
    public async Task WaitAsync(HttpClient client)
    {
        var started = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(started) < StartLimit && !_process.HasExited)
        {
            try
            {
                using var response = await client.GetAsync("/health/ready");
                if (response.IsSuccessStatusCode) return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }

            await Task.Delay(50);
        }

        throw new InvalidOperationException("the service did not start: " + string.Join('\n', Complaints));
    }

    /// <summary>Tells it to stop.</summary>
    /// <returns>Its exit code.</returns>
    public int Stop()
    {
        using (var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)])) kill.WaitForExit();
        if (!_process.WaitForExit(StopLimit)) throw new TimeoutException("the service did not stop");
        _process.WaitForExit();
        return _process.ExitCode;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        _process.Dispose();
        _folder.Dispose();
    }

    private void Complain(object sender, DataReceivedEventArgs line)
    {
        if (line.Data is null) return;
        lock (_complaints) _complaints.Add(line.Data);
    }

    /// <summary>A line of the process's status; sizes in bytes.</summary>
    private long Status(string key)
    {
        var value = File.ReadLines($"/proc/{_process.Id}/status").First(l => l.StartsWith(key, StringComparison.Ordinal))[key.Length..].Trim();
        return value.EndsWith(" kB", StringComparison.Ordinal) ? 1024 * long.Parse(value[..^3], CultureInfo.InvariantCulture) : long.Parse(value, CultureInfo.InvariantCulture);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
