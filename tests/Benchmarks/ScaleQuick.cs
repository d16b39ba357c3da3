using VqVae.Runtime;
using VqVae.TestSupport;
using static VqVae.Benchmarks.Print;

namespace VqVae.Benchmarks;

/// <summary>That time grows as pictures do, and memory hardly: pictures of 0.1 to 100 megapixels, which exist as rows only. Linux only: it is where the peak can be reset.</summary>
internal static class ScaleQuick
{
    /// <summary>Up to that size, pictures are done once for memory, and then for so many seconds, of which the median call counts.</summary>
    private const double LargestRepeated = 10;
    private const double Seconds = 1;

    /// <summary>The size that others are compared with.</summary>
    private const double Reference = 1;

    private static readonly double[] Sizes = [0.1, 0.3, 1, 3, 10, 30, 100];

    public static int Run(string[] args)
    {
        if (BenchmarkArguments.Parse(args, "scale [--model DIR]", names: 0, "--model") is not { } given) return 2;
        using var folder = new TemporaryFolder();
        var model = given["--model"] ?? RuntimeQuick.ShippedModel() ?? RuntimeWorkload.ExportRandom(folder);

        // Code is compiled before anything counts.
        _ = Measure(model, Sizes[0]).ToList();
        Machine();
        Line($"each size and direction in a fresh codec; memory above what was resident before the first call\n");
        Line($"| direction | megapixels | size | seconds | MP/s | a pixel, against {Reference} MP | memory, MB |");
        Line($"|---|---:|---:|---:|---:|---:|---:|");
        var results = Sizes.SelectMany(size => Measure(model, size)).ToList();
        foreach (var way in results.GroupBy(r => r.Way))
        {
            var reference = way.Single(r => r.Size == Reference);
            foreach (var result in way)
            {
                var pixel = result.Seconds / result.Megapixels / (reference.Seconds / reference.Megapixels);
                Line($"| {way.Key} | {result.Size:0.#} | {result.Width}×{result.Height} | {result.Seconds:F3} | {result.Megapixels / result.Seconds:F2} | {pixel:F2} | {result.Added / 1e6:F0} |");
            }
        }

        return 0;
    }

    private static IEnumerable<Result> Measure(string model, double size)
    {
        var width = (int)Math.Round(Math.Sqrt(size * 1e6 * 4 / 3));
        var height = (int)Math.Round(size * 1e6 / width);
        var source = new RowSource(width, height);
        var sink = new RowSink(width, height, new VqRegion(0, 0, 1, 1));
        byte[] vq = [];
        yield return Measure("compress, fast", codec => codec.Compress(source.Read, width, height, options: new VqCompressOptions { Effort = VqEffort.Fast }));
        yield return Measure("compress, dense", codec => vq = codec.Compress(source.Read, width, height));
        yield return Measure("decompress", codec =>
        {
            codec.Decompress(vq, sink.Write);
            sink.Finish();
        });

        Result Measure(string way, Action<VqCodec> call)
        {
            using var codec = VqCodec.Load(model, new VqCodecOptions { Device = VqDevice.Cpu });
            var first = CallCost.Of(() => call(codec));
            var times = new List<double>();
            while (size <= LargestRepeated && times.Sum() < Seconds) times.Add(Timing.Seconds(() => call(codec)));
            var time = times.Count == 0 ? first.Seconds : Timing.Median([.. times]);
            return new Result(way, size, width, height, time, first.Added);
        }
    }

    private readonly record struct Result(string Way, double Size, int Width, int Height, double Seconds, long Added)
    {
        public double Megapixels => Width * (double)Height / 1e6;
    }
}
