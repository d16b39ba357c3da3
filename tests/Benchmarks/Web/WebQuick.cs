using System.Diagnostics;
using System.Globalization;
using VqVae.TestSupport;
using static VqVae.Benchmarks.Print;

namespace VqVae.Benchmarks.Web;

/// <summary>
/// The sample service under load, as a process on this machine, whose cores the clients take, too: clients that wait for their answers, and requests at twice the rate that
/// they were served at, in turns. Each answer is checked. Linux only: it is where memory can be read.
/// </summary>
internal static class WebQuick
{
    private const double DefaultMinutes = 5;
    private const int DefaultConnections = 8, Turns = 2;

    /// <summary>The open loop's rate beside what the closed one was served at.</summary>
    private const double Overload = 2;

    private const double SampleSeconds = 10;

    /// <summary>Faults that are printed.</summary>
    private const int MostPrinted = 10;

    public static int Run(string[] args)
    {
        if (BenchmarkArguments.Parse(args, "web [--minutes M] [--connections N] [--server ASSEMBLY]", names: 0, "--minutes", "--connections", "--server") is not { } given) return 2;
        var minutes = double.Parse(given["--minutes"] ?? DefaultMinutes.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var connections = int.Parse(given["--connections"] ?? DefaultConnections.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var program = given["--server"] ?? Path.Combine(SharedData.RepositoryRoot, "samples", "WebApi", "bin", own.Parent!.Name, own.Name, "VqVae.Samples.WebApi.dll");
        if (!File.Exists(program))
        {
            Console.Error.WriteLine($"there is no {program}: dotnet build -c Release samples/WebApi");
            return 2;
        }

        return RunAsync(program, TimeSpan.FromMinutes(minutes), connections).GetAwaiter().GetResult();
    }

    private static async Task<int> RunAsync(string program, TimeSpan time, int connections)
    {
        Machine();
        using var server = new WebServer(program);
        using var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = server.Address, Timeout = TimeSpan.FromSeconds(90) };
        await server.WaitAsync(client);
        Line($"uploads: {WebRequests.Pictures}; {string.Join(", ", WebRequests.Kinds.Select(k => $"{k.Share}% {k.Kind}"))}");
        Line($"{time.TotalMinutes:0.#} minutes, {connections} clients in the closed loop; resident when ready: {server.Resident / 1e6:F0} MB\n");
        var requests = new WebRequests(client);
        await requests.PrepareAsync();

        var (closed, open, memory) = (new WebTally(), new WebTally(), new WebMemory());
        using var done = new CancellationTokenSource();
        var watch = Stopwatch.StartNew();
        var cpu = server.CpuSeconds;
        var phase = "";
        var sampling = SampleAsync();
        var part = time / (2 * Turns);
        var (closedSeconds, openSeconds, rate) = (0.0, 0.0, 0.0);
        for (var turn = 0; turn < Turns; turn++)
        {
            phase = "closed";
            var start = watch.Elapsed;
            await WebLoad.ClosedAsync(requests, closed, connections, part, seed: 1000 * (turn + 1));
            closedSeconds += (watch.Elapsed - start).TotalSeconds;
            rate = Overload * closed.Served / closedSeconds;
            phase = $"open, {rate.ToString("F0", CultureInfo.InvariantCulture)}/s";
            start = watch.Elapsed;
            await WebLoad.OpenAsync(requests, open, rate, part, seed: turn);
            openSeconds += (watch.Elapsed - start).TotalSeconds;
        }

        var cores = (server.CpuSeconds - cpu) / watch.Elapsed.TotalSeconds;
        await done.CancelAsync();
        await sampling;
        closed.Report($"closed loop, {connections} clients", closedSeconds);
        open.Report($"open loop, {Overload:0.#} times the closed loop's rate", openSeconds);
        Line($"\nthe service took {cores:F2} of {Environment.ProcessorCount} cores, {server.Peak / 1e6:F0} MB at its peak, {server.Threads} threads; {server.Files} files kept, {server.UploadsLeft} uploads left");
        var right = memory.Report();
        right &= Check("uploads that were left behind", [.. Enumerable.Repeat("one", server.UploadsLeft)]);
        var exit = server.Stop();
        right &= Check("wrong answers", [.. closed.Faults, .. open.Faults]);
        right &= Check("warnings and errors in the service's log", server.Complaints);
        right &= Check("exit code", exit == 0 ? [] : [exit.ToString(CultureInfo.InvariantCulture)]);
        Line($"verdict: {(right ? "it holds" : "it does not hold")}");
        return right ? 0 : 1;

        async Task SampleAsync()
        {
            for (var next = SampleSeconds; ; next += SampleSeconds)
            {
                try
                {
                    await Task.Delay(TimeSpan.FromSeconds(Math.Max(0, next - watch.Elapsed.TotalSeconds)), done.Token);
                }
                catch (OperationCanceledException)
                {
                    return;
                }

                var resident = server.Resident;
                memory.Add(watch.Elapsed.TotalSeconds, resident);
                Line($"{watch.Elapsed.TotalSeconds,5:F0} s  {resident / 1e6,5:F0} MB  {closed.Count + open.Count,6} requests  {phase}");
            }
        }
    }

    private static bool Check(string what, IReadOnlyList<string> faults)
    {
        Line($"{what}: {(faults.Count == 0 ? "none" : faults.Count)}");
        foreach (var fault in faults.Take(MostPrinted)) Line($"  {fault}");
        return faults.Count == 0;
    }
}
