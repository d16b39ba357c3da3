using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using VqVae.Runtime;
using VqVae.TestSupport;
using static VqVae.Benchmarks.Print;

namespace VqVae.Benchmarks;

/// <summary>What the entropy modes save and how fast they are, one thread, on the indices of real images; Markdown for a model's card.</summary>
internal static class EntropyQuick
{
    /// <summary>Passes over all images, and seconds, that a mode is measured for at least. The best pass counts: what else the machine does only ever adds.</summary>
    private const int Passes = 5;
    private const double Seconds = 2;

    /// <summary>The modes, with the least symbols and pixels a second and thread that the project demands, in millions; 0: none.</summary>
    private static readonly (VqEntropyMode Mode, double Symbols, double Pixels)[] Modes =
        [(VqEntropyMode.Raw, 0, 0), (VqEntropyMode.Static, 50, 0), (VqEntropyMode.Fast, 15, 0), (VqEntropyMode.Dense, 0, 2.5)];

    public static int Run(string[] args)
    {
        var (model, images) = args switch
        {
            [] => (RuntimeQuick.ShippedModel(), null),
            ["--model", var m] => (m, null),
            [var folder] when !folder.StartsWith('-') => (RuntimeQuick.ShippedModel(), folder),
            ["--model", var m, var folder] => (m, folder),
            _ => (null, null),
        };
        if (model is null)
        {
            Console.Error.WriteLine("usage: entropy [--model DIR] [FOLDER OF IMAGES]   (a model with tables; Kodak beside the checkout by default)");
            return 2;
        }

        images ??= SharedData.Folder("kodak");
        using var codec = VqCodec.Load(model, new VqCodecOptions { Device = VqDevice.Cpu });
        Line($"{RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}; one thread, the best of at least {Passes} passes, every pass checked to round-trip");
        Line($"model {codec.Manifest.Name}, id {codec.Manifest.Id}; every rate point with its own λ");

        var coders = new CoderSet(codec.Manifest, codec.Graphs.Tables is { } tables ? tables.Coder : null);
        var right = true;
        for (var rate = 0; rate < codec.Manifest.RatePoints; rate++)
        {
            var workload = new EntropyWorkload(codec, rate, images);
            Line($"\nrate point {rate}: {workload.Images} images{(images is null ? " (drawn)" : "")}, {workload.Pixels / 1e6:F1} megapixels\n");
            var results = new List<EntropyResult>();
            foreach (var (mode, _, _) in Modes)
            {
                if (coders.Find(mode, rate) is { } coder) results.Add(Measure(mode, coder, coders.Raw, workload));
                else Line($"The model has no tables for {mode}.\n");
            }

            Sizes(results, workload);
            right &= Speeds(results, workload);
        }

        return right ? 0 : 1;
    }

    private static EntropyResult Measure(VqEntropyMode mode, IIndexCoder coder, RawCoder raw, EntropyWorkload workload)
    {
        var (encode, decode) = (double.PositiveInfinity, double.PositiveInfinity);
        var clock = Stopwatch.StartNew();
        for (var pass = 0; pass < Passes || clock.Elapsed.TotalSeconds < Seconds; pass++)
        {
            var start = Stopwatch.GetTimestamp();
            foreach (var tile in workload.Tiles) tile.Encode(coder, raw);
            var encoded = Stopwatch.GetElapsedTime(start).TotalSeconds;
            start = Stopwatch.GetTimestamp();
            foreach (var tile in workload.Tiles) tile.Decode(coder, raw);
            var decoded = Stopwatch.GetElapsedTime(start).TotalSeconds;
            foreach (var tile in workload.Tiles) tile.Verify();
            (encode, decode) = (Math.Min(encode, encoded), Math.Min(decode, decoded));
        }

        var bits = new SortedDictionary<(int Plane, int Stage), (long Bits, long Indices)>();
        var rawBlocks = 0;
        foreach (var tile in workload.Tiles)
        {
            for (var slot = 0; slot < tile.Slots; slot++)
            {
                var (sum, indices) = bits.GetValueOrDefault(tile.Key(slot));
                bits[tile.Key(slot)] = (sum + (8L * (tile.Lengths[slot] < 0 ? tile.RawSize(slot) : tile.Lengths[slot])), indices + tile.Count(slot));
                if (tile.Lengths[slot] < 0) rawBlocks++;
            }
        }

        return new EntropyResult(mode, bits, encode, decode, rawBlocks);
    }

    private static void Sizes(List<EntropyResult> results, EntropyWorkload workload)
    {
        Line($"| mode | plane | stage | bits an index | bits a pixel | saved against raw | saved against static |");
        Line($"|---|---:|---:|---:|---:|---:|---:|");
        var raw = results[0];
        var fixedTables = results.Find(r => r.Mode == VqEntropyMode.Static);
        foreach (var result in results)
        {
            foreach (var ((plane, stage), (bits, indices)) in result.Bits)
                Row(result, $"{plane} | {stage}", bits, indices, raw.Bits[(plane, stage)].Bits, fixedTables?.Bits[(plane, stage)].Bits);
            Row(result, "all | all", result.AllBits, result.AllIndices, raw.AllBits, fixedTables?.AllBits);
        }

        Line($"");
        foreach (var result in results.Where(r => r.RawBlocks > 0)) Line($"{result.Mode}: {result.RawBlocks} blocks are raw, because that is smaller.\n");

        void Row(EntropyResult result, string place, long bits, long indices, long rawBits, long? fixedBits)
        {
            var against = fixedBits is { } f ? string.Create(CultureInfo.InvariantCulture, $"{100 - (100.0 * bits / f):F1}%") : "";
            Line($"| {Name(result.Mode)} | {place} | {(double)bits / indices:F3} | {(double)bits / workload.Pixels:F5} | {100 - (100.0 * bits / rawBits):F1}% | {against} |");
        }
    }

    private static bool Speeds(List<EntropyResult> results, EntropyWorkload workload)
    {
        var right = true;
        Line($"| mode | encoding, M symbols/s | decoding, M symbols/s | limit | encoding, MP/s | decoding, MP/s | limit |");
        Line($"|---|---:|---:|---:|---:|---:|---:|");
        foreach (var result in results)
        {
            var (_, symbols, pixels) = Array.Find(Modes, m => m.Mode == result.Mode);
            var (encodeSymbols, decodeSymbols) = (result.AllIndices / result.Encode / 1e6, result.AllIndices / result.Decode / 1e6);
            var (encodePixels, decodePixels) = (workload.Pixels / result.Encode / 1e6, workload.Pixels / result.Decode / 1e6);
            Line($"| {Name(result.Mode)} | {encodeSymbols:F1} | {decodeSymbols:F1} | {Limit(symbols)} | {encodePixels:F1} | {decodePixels:F1} | {Limit(pixels)} |");
            right &= Math.Min(encodeSymbols, decodeSymbols) >= symbols && Math.Min(encodePixels, decodePixels) >= pixels;
        }

        return right;
    }

    private static string Limit(double least) => least == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{least:0.#}");

    private static string Name(VqEntropyMode mode) => mode.ToString().ToLowerInvariant();
}
