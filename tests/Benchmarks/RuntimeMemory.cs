using System.Globalization;
using System.Runtime.InteropServices;
using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.Benchmarks;

/// <summary>Peak resident memory that one call takes for each megapixel. Linux only: it is where the peak can be reset.</summary>
internal static class RuntimeMemory
{
    private const int SmallSide = 1024;
    private const int LargeSide = 2048;

    public static int Run()
    {
        using var folder = new TemporaryFolder();
        var model = RuntimeQuick.ShippedModel() ?? RuntimeWorkload.ExportRandom(folder);
        Line($"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}");

        // A codec each, so that no direction finds memory that the other one left.
        Measure("Compress", model, (codec, rgb, side) => () => codec.Compress(rgb, side, side));
        Measure("Decompress", model, (codec, rgb, side) =>
        {
            byte[] vq;
            using (var other = Load(model)) vq = other.Compress(rgb, side, side);
            return () => codec.Decompress(vq);
        });
        return 0;
    }

    private static void Measure(string name, string model, Func<VqCodec, byte[], int, Action> prepare)
    {
        var (small, large) = (Peak(model, SmallSide, prepare), Peak(model, LargeSide, prepare));
        var megapixels = ((double)LargeSide * LargeSide - (SmallSide * SmallSide)) / 1e6;
        Line($"{name,-11} peak {small / 1e6:F0} MB at {SmallSide}², {large / 1e6:F0} MB at {LargeSide}²: {(large - small) / 1e6 / megapixels:F0} MB a megapixel");
    }

    private static long Peak(string model, int side, Func<VqCodec, byte[], int, Action> prepare)
    {
        using var codec = Load(model);
        var call = prepare(codec, DrawnImage.Rgb(side, side, seed: 1), side);
        GC.Collect();
        File.WriteAllText("/proc/self/clear_refs", "5");
        var before = Status("VmRSS:");
        call();
        return Status("VmHWM:") - before;
    }

    private static VqCodec Load(string model) => VqCodec.Load(model, new VqCodecOptions { Device = VqDevice.Cpu });

    /// <summary>A line of the process's status, in bytes.</summary>
    private static long Status(string key) =>
        1024 * long.Parse(File.ReadLines("/proc/self/status").First(l => l.StartsWith(key, StringComparison.Ordinal))[key.Length..^" kB".Length].Trim(), CultureInfo.InvariantCulture);

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
