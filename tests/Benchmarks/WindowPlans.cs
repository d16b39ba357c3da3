using VqVae.Runtime;
using static VqVae.Benchmarks.Print;

namespace VqVae.Benchmarks;

/// <summary>How a codec cuts large pictures into windows, and what their halos cost.</summary>
internal static class WindowPlans
{
    /// <summary>The most pixels that may go through a graph for each pixel of the picture.</summary>
    private const double OverheadLimit = 1.15;

    /// <summary>The plans of both directions for a picture that is compressed and decompressed as rows.</summary>
    public static (WindowPlan Encoder, WindowPlan Decoder) Of(VqCodec codec, int width, int height)
    {
        var spec = codec.Manifest.Spec;
        var padding = Padding.Of(spec.Planes, width, height);
        var budget = new WindowBudget(spec, VqLimits.DefaultMaxMemory, windowPixels: null);
        var latentBytes = codec.Graphs.SearchesOutside ? codec.Graphs.Search!.LatentBytesPerPixel : 0;
        return (
            budget.Encoder(padding, spec.MostStages, otherBytes: 0, latentBytes, out _)!,
            budget.Decoder(padding, new VqRegion(0, 0, width, height), spec.MostStages, otherBytes: 0, 3L * width * height, toArray: false, out _)!);
    }

    /// <summary>Prints them.</summary>
    /// <returns>Whether the halos cost no more than they may.</returns>
    public static bool PrintOverhead(VqCodec codec, int width, int height)
    {
        var (encoder, decoder) = Of(codec, width, height);
        PrintPlan("encoder", encoder);
        PrintPlan("decoder", decoder);
        return Math.Max(encoder.Overhead, decoder.Overhead) <= OverheadLimit;
    }

    private static void PrintPlan(string name, WindowPlan plan) => Line(
        $"{name,-11} {plan.X.Count}×{plan.Y.Count} windows of {plan.X.Size}×{plan.Y.Size}: {plan.Overhead:F3} times the pixels (limit {OverheadLimit:F2}), {plan.Memory / 1e6:F0} MB as estimated");
}
