using VqVae.Runtime;
using VqVae.TestSupport;
using static VqVae.Benchmarks.Print;

namespace VqVae.Benchmarks;

/// <summary>
/// Peak resident memory of one call as images grow, against the estimate that <see cref="VqLimits.MaxMemory"/> is checked with. Linux only: it
/// is where the peak can be reset.
/// </summary>
internal static class RuntimeMemory
{
    private static readonly int[] Sides = [512, 1024, 2048, 4096, 6144];

    public static int Run()
    {
        using var folder = new TemporaryFolder();
        var model = RuntimeQuick.ShippedModel() ?? RuntimeWorkload.ExportRandom(folder);
        Machine();
        var right = true;
        foreach (var side in Sides) right &= Measure(model, side);
        return right ? 0 : 1;
    }

    private static bool Measure(string model, int side)
    {
        var rgb = DrawnImage.Rgb(side, side, seed: 1);
        byte[] vq = [];

        // A codec each, so that no direction finds memory that the other one left.
        var right = Measure("Compress", model, side, codec => vq = codec.Compress(rgb, side, side), (budget, padding, coding) => budget.Encoder(padding, int.MaxValue, coding, 0, out _)!);
        rgb = [];
        return right & Measure(
            "Decompress", model, side, codec => codec.Decompress(vq), (budget, padding, coding) => budget.Decoder(padding, new VqRegion(0, 0, side, side), int.MaxValue, coding, 3L * side * side, toArray: true, out _)!);
    }

    private static bool Measure(string name, string model, int side, Action<VqCodec> call, Func<WindowBudget, Padding, long, WindowPlan> plan)
    {
        using var codec = VqCodec.Load(model, new VqCodecOptions { Device = VqDevice.Cpu });
        var spec = codec.Manifest.Spec;
        var header = new VqHeader
        {
            Width = side,
            Height = side,
            ModelId = default,
            Stages = spec.Stages,
            EntropyMode = codec.Coders.Default(0),
            TileBits = TilePolicy.BitsFor(side, side),
        };
        var coding = CodingMemory.Bytes(header, spec.Planes, spec.Stages, Environment.ProcessorCount);
        var windows = plan(new WindowBudget(spec, VqLimits.DefaultMaxMemory, windowPixels: null), Padding.Of(spec.Planes, side, side), coding);
        var peak = CallCost.Of(() => call(codec)).Added;
        Line($"{name,-11} {side}²: {windows.X.Count * windows.Y.Count,2} windows of {windows.X.Size}×{windows.Y.Size}, peak {peak / 1e6:F0} MB, estimated {windows.Memory / 1e6:F0} MB: {(double)windows.Memory / peak:F2} times");
        return peak <= windows.Memory;
    }
}
