using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.Benchmarks;

/// <summary>The runtime's ratios in one short run: medians of interleaved rounds, so that noise meets both sides alike.</summary>
internal static class RuntimeQuick
{
    private const int Rounds = 15;

    /// <summary>The largest ratio of the codec to its bare graph that the project allows.</summary>
    private const double Limit = 1.25;

    public static int Run(string[] args)
    {
        var model = args switch
        {
            [] => ShippedModel(),
            ["--model", var folder] => folder,
            _ => null,
        };
        if (args is not ([] or ["--model", _]))
        {
            Console.Error.WriteLine("usage: quick [--model DIR]");
            return 2;
        }

        var clock = Stopwatch.StartNew();
        using var workload = new RuntimeWorkload(model);
        for (var i = 0; i < 3; i++) workload.Verify();

        Line($"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}");
        Line($"model: {workload.Codec.Manifest.Name}{(model is null ? " (random weights)" : "")}, {RuntimeWorkload.Width}×{RuntimeWorkload.Height} pixels, median of {Rounds}");
        var load = Median(5, () => VqCodec.Load(workload.ModelFolder, new VqCodecOptions { Device = VqDevice.Cpu }).Dispose());
        Line($"load        {load,7:F1} ms; the first in the process {workload.LoadTime.TotalMilliseconds,7:F1} ms");
        var right = Compare("Compress", "encoder graph", () => workload.Compress(), () => workload.EncoderGraph())
            & Compare("Decompress", "decoder graph", () => workload.Decompress(), () => workload.DecoderGraph());
        workload.Verify();
        Line($"results equal the bare graphs' results; {clock.Elapsed.TotalSeconds:F0} s");
        return right ? 0 : 1;
    }

    /// <summary>The repository's default model, where it is there.</summary>
    public static string? ShippedModel()
    {
        var folder = Path.Combine(SharedData.RepositoryRoot, "models", DefaultModel.Name);
        return File.Exists(Path.Combine(folder, Models.ModelManifest.FileName)) ? folder : null;
    }

    private static bool Compare(string name, string bareName, Action codec, Action bare)
    {
        var times = (Codec: new double[Rounds], Bare: new double[Rounds]);
        for (var i = 0; i < Rounds; i++)
        {
            times.Bare[i] = Time(bare);
            times.Codec[i] = Time(codec);
        }

        var (codecTime, bareTime) = (Median(times.Codec), Median(times.Bare));
        const double Megapixels = RuntimeWorkload.Width * RuntimeWorkload.Height / 1e6;
        Line($"{name,-11} {codecTime,7:F1} ms, {1e3 * Megapixels / codecTime,5:F2} MP/s; {bareName} alone {bareTime,7:F1} ms; ratio {codecTime / bareTime:F3} (limit {Limit:F2})");
        return codecTime <= Limit * bareTime;
    }

    private static double Median(int rounds, Action action) => Median([.. Enumerable.Range(0, rounds).Select(_ => Time(action))]);

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }

    private static double Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
