using VqVae.Models;
using VqVae.Runtime;
using VqVae.TestSupport;
using static VqVae.Benchmarks.Print;

namespace VqVae.Benchmarks;

/// <summary>
/// How fast each kind of kernel in a model's graphs, and the search for codes, is against the fastest of its kind on the same machine; and what is spent on moving numbers. One thread;
/// channels that ONNX Runtime adds to fill vectors do not count as work.
/// </summary>
internal static class KernelsQuick
{
    private const int Rounds = 15;
    private const int WarmUp = 2;

    /// <summary>The least part of the peak rates that the project demands of all arithmetic together.</summary>
    private const double Target = 0.80;

    private static readonly (int Kernel, bool IsInt8)[] PeakKinds = [(1, false), (3, false), (1, true), (3, true)];

    public static int Run(string[] args)
    {
        if (BenchmarkArguments.Parse(args, "kernels [--model DIR] [--precision fp32|int8]", names: 0, "--model", "--precision") is not { } given) return 2;
        var isInt8 = given["--precision"] == GraphPrecision.Int8;
        var precision = isInt8 ? GraphPrecision.Int8 : GraphPrecision.Fp32;
        using var workload = new RuntimeWorkload(given["--model"] ?? RuntimeQuick.ShippedModel(), new VqCodecOptions { Threads = 1, Precision = isInt8 ? VqPrecision.Int8 : VqPrecision.Fp32 });
        if (!workload.SearchesOutside) throw new InvalidOperationException("the model's codes cannot be searched outside of its graph");
        Machine();
        Line($"model {workload.Codec.Manifest.Name}, {precision}, {RuntimeWorkload.Width}×{RuntimeWorkload.Height} pixels, 1 thread, medians of {Rounds} interleaved rounds\n");

        using var folder = new TemporaryFolder();
        var (encoderFile, decoderFile) = Graphs(workload, precision);
        using var encoder = new GraphProfile("encoder", encoderFile, folder.Path);
        using var decoder = new GraphProfile("decoder", decoderFile, folder.Path);
        ConvolutionPeak[] peaks = [.. PeakKinds.Where(kind => isInt8 || !kind.IsInt8).Select(kind => new ConvolutionPeak(kind.Kernel, kind.IsInt8, folder.Path))];
        var fastSearch = new SearchPeak(workload.Codec.Graphs.Search!, workload.Settings, RuntimeWorkload.Width, RuntimeWorkload.Height);
        Action[] ways =
        [
            () => workload.Search(), fastSearch.Run, () => workload.LatentGraph(encoder.Session), () => workload.DecoderGraph(decoder.Session), .. peaks.Select(p => (Action)p.Run),
        ];
        Timing.Medians(WarmUp, ways);
        var times = Timing.Medians(Rounds, ways);
        var rates = peaks.ToDictionary(p => p.Name, p => p.Finish(WarmUp));
        foreach (var peak in peaks) peak.Dispose();

        var search = new KernelRow("search, 10⁹ comparisons", 1, fastSearch.Comparisons, times[0], fastSearch.Comparisons / times[1]);
        var encoding = KernelTable.Of("encoder", encoder.Finish(WarmUp), new Kernels(encoderFile), rates, search);
        var decoding = KernelTable.Of("decoder", decoder.Finish(WarmUp), new Kernels(decoderFile), rates);
        Line($"| | kernel | nodes | 10⁹ | ms | share | 10⁹/s | peak | ratio |");
        Line($"|---|---|---:|---:|---:|---:|---:|---:|---:|");
        encoding.PrintRows();
        decoding.PrintRows();
        Line($"\nthe search's comparisons are {fastSearch.Products / 1e9:F2}·10⁹ products with sums, {fastSearch.Products / times[0] / 1e9:F1} a second\n");
        encoding.PrintMovements();
        decoding.PrintMovements();
        var ratio = (encoding.IdealSeconds + decoding.IdealSeconds) / (encoding.ArithmeticSeconds + decoding.ArithmeticSeconds);
        Line($"kernels with arithmetic: encoder {encoding.IdealSeconds / encoding.ArithmeticSeconds:F2}, decoder {decoding.IdealSeconds / decoding.ArithmeticSeconds:F2}, both {ratio:F2} of the peaks' rates, weighted by time (target at least {Target:F2})");
        return ratio >= Target ? 0 : 1;
    }

    /// <summary>The files of the graphs that the codec runs, the encoder's without its search.</summary>
    private static (byte[] Encoder, byte[] Decoder) Graphs(RuntimeWorkload workload, string precision)
    {
        var manifest = workload.Codec.Manifest;
        var encoder = ModelManifest.EncoderFile(precision);
        if (!manifest.Files.ContainsKey(encoder)) encoder = ModelManifest.EncoderFileName;
        return (
            OnnxPruner.Keep(manifest.ReadFile(workload.ModelFolder, encoder), [.. manifest.Planes.Select(p => p.LatentsName)]),
            manifest.ReadFile(workload.ModelFolder, ModelManifest.DecoderFile(precision)));
    }
}
