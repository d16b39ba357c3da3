using VqVae.Runtime;
using VqVae.TestSupport;
using static VqVae.Benchmarks.Print;

namespace VqVae.Benchmarks;

/// <summary>What efforts and targets cost and gain, on one drawn picture or a folder's first: times as ratios of one run's medians.</summary>
internal static class SearchQuick
{
    private const int Rounds = 9;
    private const int Width = 768;
    private const int Height = 512;

    public static int Run(string[] args)
    {
        if (args is not ([] or ["--model", _]))
        {
            Console.Error.WriteLine("usage: search [--model DIR]");
            return 2;
        }

        using var codec = args is [_, var folder] ? VqCodec.Load(folder) : VqCodec.Load(RuntimeQuick.ShippedModel() ?? throw new InvalidOperationException("there is no model beside the sources; name one with --model DIR"));
        if (codec.Manifest.Quality is not { } map)
        {
            Console.Error.WriteLine($"the model {codec.Manifest.Name} has no qualities");
            return 1;
        }

        var rgb = DrawnImage.Rgb(Width, Height, seed: 1);
        var usual = new VqCompressOptions { Quality = map.Default };
        var middle = codec.Compress(rgb, Width, Height, options: new VqCompressOptions { Quality = map.Default - 25 }).Length;
        (string Name, VqCompressOptions Options)[] ways =
        [
            ("normal", usual),
            ("fast", usual with { Effort = VqEffort.Fast }),
            ("best", usual with { Effort = VqEffort.Best }),
            ("target size", new VqCompressOptions { Target = VqTarget.Bytes(middle) }),
            ("target PSNR", new VqCompressOptions { Target = VqTarget.Psnr(Psnr(codec, rgb, codec.Compress(rgb, Width, Height, options: usual)) - 0.7) }),
        ];
        var files = new byte[ways.Length][];
        Action[] calls = [.. ways.Select((way, i) => (Action)(() => files[i] = codec.Compress(rgb, Width, Height, options: way.Options)))];

        // The first round plans memory and does not count.
        foreach (var call in calls) call();
        var times = Timing.Medians(Rounds, calls);
        Line($"model {codec.Manifest.Name}, drawn picture of {Width}×{Height}, quality {map.Default}, {Environment.ProcessorCount} cores, median of {Rounds}");
        for (var way = 0; way < ways.Length; way++)
        {
            Line($"{ways[way].Name,-12} {1e3 * times[way],7:F1} ms, {times[way] / times[0],5:F2} of normal; {files[way].Length,6} bytes, {Psnr(codec, rgb, files[way]):F2} dB");
        }

        return 0;
    }

    private static double Psnr(VqCodec codec, byte[] rgb, byte[] vq)
    {
        var decoded = codec.Decompress(vq, new VqDecompressOptions { Format = PixelFormat.Rgb24 }).Pixels;
        return 10 * Math.Log10(255.0 * 255 * rgb.Length / PixelErrors.Squared(rgb, decoded));
    }
}
