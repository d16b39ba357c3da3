using VqVae.Runtime;
using VqVae.TestSupport;
using static VqVae.Benchmarks.Print;

namespace VqVae.Benchmarks;

/// <summary>
/// An image of 100 megapixels that exists as rows only: peak memory and speed both ways, what halos cost, and the time of a region of 1%.
/// Linux only: it is where the peak can be reset.
/// </summary>
internal static class RuntimeLarge
{
    public const int Width = 11_600;
    public const int Height = 8_624;

    private const double Megapixels = Width * Height / 1e6;

    /// <summary>Limits of the project: bytes at the peak, and a region's share of the whole image's time.</summary>
    private const double MemoryLimit = 1e9;
    private const double RegionLimit = .05;

    /// <summary>1% of the image, across tiles and windows.</summary>
    private static readonly VqRegion Part = new(5_300, 4_400, 1_160, 862);

    public static int Run(string[] args)
    {
        if (BenchmarkArguments.Parse(args, "large [--model DIR]", names: 0, "--model") is not { } given) return 2;
        using var folder = new TemporaryFolder();
        var model = given["--model"] ?? RuntimeQuick.ShippedModel() ?? RuntimeWorkload.ExportRandom(folder);
        Machine();
        var source = new RowSource(Width, Height);
        byte[] vq = [];
        bool right;
        using (var codec = Load(model))
        {
            right = WindowPlans.PrintOverhead(codec, Width, Height);
            right &= Measure("Compress", () => vq = codec.Compress(source.Read, Width, Height), out _);
        }

        Line($"{"",-11} {vq.Length:N0} bytes, {8.0 * vq.Length / Width / Height:F3} bits a pixel, {VqFile.ReadInfo(vq).EntropyMode}");
        using (var codec = Load(model))
        {
            var sink = new RowSink(Width, Height, Part);
            right &= Measure("Decompress", () => codec.Decompress(vq, sink.Write), out var whole);
            sink.Finish();
            VqImage part = null!;
            var seconds = double.NaN;
            for (var i = 0; i < 3; i++) seconds = Timing.Seconds(() => part = codec.Decompress(vq, new VqDecompressOptions { Region = Part }));
            var share = seconds / whole;
            Line($"{"region",-11} {Part.Width}×{Part.Height} ({100.0 * Part.Width * Part.Height / Width / Height:F1}%) in {seconds:F2} s, {100 * share:F1}% of the time (limit {100 * RegionLimit:F0}%)");
            right &= share <= RegionLimit;
            sink.Verify(part);
        }

        Line($"all {Height:N0} rows came, and the region's pixels are those of the whole image within 1");
        return right ? 0 : 1;
    }

    private static VqCodec Load(string model) => VqCodec.Load(model, new VqCodecOptions { Device = VqDevice.Cpu });

    private static bool Measure(string name, Action call, out double seconds)
    {
        var cost = CallCost.Of(call);
        seconds = cost.Seconds;
        Line($"{name,-11} {Megapixels:F1} MP in {seconds:F1} s, {Megapixels / seconds:F2} MP/s; peak {cost.Peak / 1e6:F0} MB resident (limit {MemoryLimit / 1e6:F0}), {cost.Before / 1e6:F0} before");
        return cost.Peak <= MemoryLimit;
    }
}
