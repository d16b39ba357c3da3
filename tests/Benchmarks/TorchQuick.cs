using TorchSharp;
using VqVae.Codec.Cli.CommandLine;
using VqVae.Models;
using VqVae.Runtime;
using VqVae.TestSupport;
using VqVae.Trainer.Native;
using static VqVae.Benchmarks.Print;

namespace VqVae.Benchmarks;

/// <summary>The exported graphs in ONNX Runtime against the same model in libtorch, layer by layer as it was trained: the same picture, two threads, medians of interleaved rounds.</summary>
internal static class TorchQuick
{
    private const int Rounds = 9;
    private const int Threads = 2;

    public static int Run(string[] args)
    {
        if (BenchmarkArguments.Parse(args, "torch [--run DIR] [--model DIR]   (a run folder and the model folder that was exported from it)", names: 0, "--run", "--model") is not { } given) return 2;

        // libtorch gives each layer's memory back to the system unless told otherwise, and fresh pages would cost it half of its time.
        NativeHeap.KeepFreed();
        LibTorch.Prepare(["eval"]);
        using var folder = new TemporaryFolder();
        if (given["--run"] is { } run) return Compare(run, isRandom: false, given["--model"] ?? RuntimeQuick.ShippedModel() ?? throw new InvalidOperationException("there is no model beside the sources; name one with --model DIR"));
        if (given["--model"] is null) return Compare(folder["run"], isRandom: true, RuntimeWorkload.ExportRandom(folder, Preset.Photo));
        Console.Error.WriteLine("--model: its weights for libtorch are those of the run folder that it was exported from; name that, too, with --run DIR");
        return 2;
    }

    private static int Compare(string run, bool isRandom, string model)
    {
        using var fp32 = new RuntimeWorkload(model, new VqCodecOptions { Threads = Threads, Precision = VqPrecision.Fp32 });
        using var int8 = fp32.Codec.Manifest.Variants?.ContainsKey(GraphPrecision.Int8) == true
            ? new RuntimeWorkload(model, new VqCodecOptions { Threads = Threads, Precision = VqPrecision.Int8 })
            : null;
        using var trained = new TorchWorkload(Checkpoint.Load(Path.Combine(run, Checkpoint.FileName)), fp32);
        Machine();
        Line($"model {fp32.Codec.Manifest.Name}{(isRandom ? " (random weights)" : "")}, {RuntimeWorkload.Width}×{RuntimeWorkload.Height} pixels, {Threads} threads, libtorch {torch.__version__}, medians of {Rounds} interleaved rounds");
        if (trained.HasIdleEncoder) Line($"the encoder's network was never trained and adds zero: libtorch computes it, the graph has only the linear part");
        Line($"");
        Verify(trained, fp32);
        Compare("decoder", () => trained.Decode(), () => fp32.DecoderGraph(), int8 is null ? null : () => int8.DecoderGraph());

        // Encoders may stay float32 where decoders do not.
        var encoder8 = int8?.Codec.Manifest.Files.ContainsKey(ModelManifest.EncoderFile(GraphPrecision.Int8)) == true ? int8 : null;
        if (fp32.SearchesOutside) Compare("encoder without search", () => trained.Latents(), () => fp32.LatentGraph(), encoder8 is null ? null : () => encoder8.LatentGraph());
        Compare("encoder with search, in the graph", () => trained.Encode(), () => fp32.EncoderGraph(), encoder8 is null ? null : () => encoder8.EncoderGraph());
        if (fp32.SearchesOutside) Compare("encoder with search, as the codec runs it", () => trained.Encode(), fp32.BareCompress, encoder8 is null ? null : encoder8.BareCompress);
        if (int8 is not null) Line($"\nint8 decodes {10 * Math.Log10(255.0 * 255 * fp32.DecoderGraph().Length / PixelErrors.Squared(fp32.DecoderGraph(), int8.DecoderGraph())):F1} dB from fp32");
        return 0;
    }

    private static void Compare(string name, Action libtorch, Action fp32, Action? int8)
    {
        Action[] ways = int8 is null ? [libtorch, fp32] : [libtorch, fp32, int8];
        Timing.Medians(2, ways);
        var times = Timing.Medians(Rounds, ways);
        Line($"{name}: libtorch {Speed(times[0])}");
        for (var i = 1; i < times.Length; i++) Line($"    ONNX Runtime {(i == 1 ? GraphPrecision.Fp32 : GraphPrecision.Int8)} {Speed(times[i])}: {times[0] / times[i]:F2} times as fast");
    }

    private static string Speed(double seconds) => FormattableString.Invariant($"{1e3 * seconds:F1} ms, {RuntimeWorkload.Megapixels / seconds:F2} MP/s");

    /// <summary>Checks that both are the same model.</summary>
    private static void Verify(TorchWorkload trained, RuntimeWorkload exported)
    {
        var (pixels, expected) = (exported.DecoderGraph(), trained.Decode());
        for (var i = 0; i < pixels.Length; i++)
            if (Math.Abs(pixels[i] - expected[i]) > 1) throw new InvalidOperationException($"byte {i}: libtorch decodes {expected[i]}, the graph {pixels[i]}: the model folder is not the run folder's");
        var pairs = trained.Encode().Zip(exported.EncoderGraph(), (a, b) => a.Zip(b)).SelectMany(plane => plane).ToList();
        var same = pairs.Count(p => p.First == p.Second);
        if (same < RuntimeWorkload.LeastAgreement * pairs.Count) throw new InvalidOperationException($"{pairs.Count - same} of {pairs.Count} indices differ: the model folder is not the run folder's");
        Line($"decoded pixels are equal within 1, indices but for {pairs.Count - same} of {pairs.Count}");
    }
}
