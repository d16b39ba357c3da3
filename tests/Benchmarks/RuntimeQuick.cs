using System.Diagnostics;
using VqVae.Runtime;
using VqVae.TestSupport;
using static VqVae.Benchmarks.Print;

namespace VqVae.Benchmarks;

/// <summary>The runtime's ratios in one short run: medians of interleaved rounds, so that noise meets both sides alike.</summary>
internal static class RuntimeQuick
{
    private const int Rounds = 61;

    /// <summary>The largest ratio of the codec to what it runs bare that the project allows.</summary>
    private const double Limit = 1.10;

    public static int Run(string[] args)
    {
        if (BenchmarkArguments.Parse(args, "quick [--model DIR]", names: 0, "--model") is not { } given) return 2;
        var model = given["--model"] ?? ShippedModel();
        var clock = Stopwatch.StartNew();
        using var workload = new RuntimeWorkload(model);
        for (var i = 0; i < 3; i++) workload.Verify();

        Machine();
        Line($"model: {workload.Codec.Manifest.Name}{(model is null ? " (random weights)" : "")}, {workload.Codec.Graphs.Precision.Name()}, {RuntimeWorkload.Width}×{RuntimeWorkload.Height} pixels, median of {Rounds}");
        var load = Timing.Medians(5, () => VqCodec.Load(workload.ModelFolder, new VqCodecOptions { Device = VqDevice.Cpu }).Dispose())[0];
        Line($"load        {1e3 * load,7:F1} ms; the first in the process {workload.LoadTime.TotalMilliseconds,7:F1} ms");
        var right = CompareCompress(workload) & CompareDecompress(workload) & WindowPlans.PrintOverhead(workload.Codec, RuntimeLarge.Width, RuntimeLarge.Height);
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

    private static bool CompareCompress(RuntimeWorkload workload)
    {
        if (!workload.SearchesOutside) return Compare("Compress", "encoder graph", () => workload.Compress(), () => workload.EncoderGraph());
        var times = Timing.Medians(Rounds, () => workload.LatentGraph(), () => workload.Search(), () => workload.EncoderGraph(), () => workload.Compress());
        var (latents, search, graph, codec) = (times[0], times[1], times[2], times[3]);
        var right = PrintRatio("Compress", codec, FormattableString.Invariant($"encoder graph without search {1e3 * latents:F1} ms and search {1e3 * search:F1} ms"), latents + search);
        Line($"{"",-11} encoder graph with its search inside {1e3 * graph:F1} ms; ratio {codec / graph:F3}");
        return right;
    }

    private static bool CompareDecompress(RuntimeWorkload workload) => Compare("Decompress", "decoder graph", () => workload.Decompress(), () => workload.DecoderGraph());

    private static bool Compare(string name, string bareName, Action codec, Action bare)
    {
        var times = Timing.Medians(Rounds, bare, codec);
        return PrintRatio(name, times[1], bareName, times[0]);
    }

    private static bool PrintRatio(string name, double codec, string bareName, double bare)
    {
        Line($"{name,-11} {1e3 * codec,7:F1} ms, {RuntimeWorkload.Megapixels / codec,5:F2} MP/s; {bareName} alone {1e3 * bare,7:F1} ms; ratio {codec / bare:F3} (limit {Limit:F2})");
        return codec <= Limit * bare;
    }
}
