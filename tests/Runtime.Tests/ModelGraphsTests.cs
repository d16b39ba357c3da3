using Microsoft.ML.OnnxRuntime;
using VqVae.Models;
using VqVae.TestSupport;
using static VqVae.Runtime.Tests.OnnxBytes;

namespace VqVae.Runtime.Tests;

public class ModelGraphsTests(TinyModel model) : IClassFixture<TinyModel>
{
    // Element types of ONNX's TensorProto.
    private const int Float = 1;
    private const int UInt8 = 2;
    private const int Int32 = 6;

    [Fact]
    public void Decode_FewerStages_EqualsTheLeadingOnes()
    {
        var image = DrawnImage.Rgb(16, 24, seed: 1);
        var indices = model.Codec.Graphs.Encode(image, 1, 24, 16, rate: 0, lambda: 0)[0];
        Assert.Equal(3 * 3 * 2, indices.Length);
        var images = Enumerable.Range(1, 3).Select(l => model.Codec.Graphs.Decode([indices[..(l * 6)]], l, 1, 24, 16, rate: 0)).ToArray();
        Assert.All(images, i => Assert.Equal(24 * 16 * 3, i.Length));
        Assert.NotEqual(images[0], images[1]);
        Assert.NotEqual(images[1], images[2]);
    }

    [Fact]
    public void Encode_Batch_EqualsImageByImage()
    {
        var (a, b) = (DrawnImage.Rgb(16, 16, seed: 1), DrawnImage.Rgb(16, 16, seed: 2));
        var both = model.Codec.Graphs.Encode([.. a, .. b], 2, 16, 16, rate: 0, lambda: 0)[0];
        var one = model.Codec.Graphs.Encode(a, 1, 16, 16, rate: 0, lambda: 0)[0];
        var two = model.Codec.Graphs.Encode(b, 1, 16, 16, rate: 0, lambda: 0)[0];
        Assert.Equal([.. one, .. two], both);
        byte[] separately = [.. model.Codec.Graphs.Decode([one], 3, 1, 16, 16, rate: 0), .. model.Codec.Graphs.Decode([two], 3, 1, 16, 16, rate: 0)];
        Assert.Equal(separately, model.Codec.Graphs.Decode([both], 3, 2, 16, 16, rate: 0));
    }

    [Fact]
    public void Encode_SizeThatDoesNotFit_Throws()
    {
        var graphs = model.Codec.Graphs;
        Assert.Throws<ArgumentException>(() => graphs.Encode(new byte[12 * 8 * 3], 1, 12, 8, 0, 0));
        Assert.Throws<ArgumentException>(() => graphs.Encode(new byte[(8 * 8 * 3) - 1], 1, 8, 8, 0, 0));
        Assert.Throws<ArgumentException>(() => graphs.Decode([new int[4]], 3, 1, 8, 8, 0));
        Assert.Throws<ArgumentException>(() => graphs.Decode([], 3, 1, 8, 8, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => graphs.Decode([[]], 0, 1, 8, 8, 0));
    }

    [Fact]
    public void Decode_IndexOutsideEveryCodebook_FailsWithoutCrash()
    {
        // The file's reader never lets such an index through; the graph is the second line.
        var error = Assert.Throws<InvalidOperationException>(() => model.Codec.Graphs.Decode([[100_000, 0, 0]], 3, 1, 8, 8, 0));
        Assert.StartsWith("the model 'tiny' failed to run on cpu: ", error.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, byte[]> ForeignGraphs() => new()
    {
        { "encoder.onnx: expected an input 'image', found 'x'", Identities(("x", "indices", Int32, 4)) },
        { "encoder.onnx: input 'image': expected a tensor of UInt8, got Float", Identities(("image", "indices", Float, 4)) },
        { "encoder.onnx: input 'image': expected 4 dimensions, got 3", Identities(("image", "indices", UInt8, 3)) },
        { "encoder.onnx: expected an input 'lambda', found 'image', 'rate'", Identities(("image", "y", UInt8, 4), ("rate", "r", Int32, 1)) },
        { "encoder.onnx: unexpected input 'more'", Identities(("image", "indices", UInt8, 4), ("rate", "r", Int32, 1), ("lambda", "l", Float, 1), ("more", "m", Float, 1)) },
        { "encoder.onnx: output 'indices': expected a tensor of Int32, got UInt8", Identities(("image", "indices", UInt8, 4), ("rate", "r", Int32, 1), ("lambda", "l", Float, 1)) },
    };

    [Theory]
    [MemberData(nameof(ForeignGraphs))]
    public void Create_GraphOfAnotherContract_SaysWhatIsExpected(string expected, byte[] encoder)
    {
        var error = Assert.Throws<ModelFormatException>(() => Create(encoder, Decoder, new VqCodecOptions { Device = VqDevice.Cpu }));
        Assert.Equal(expected, error.Message);
    }

    [Fact]
    public void Create_BytesThatOnnxRuntimeRefuses_NamesTheFile()
    {
        var options = new VqCodecOptions { Device = VqDevice.Cpu };
        var error = Assert.Throws<ModelFormatException>(() => Create(Encoder, UnknownOperator(Decoder), options));
        Assert.StartsWith("decoder.onnx: ONNX Runtime refuses it: ", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Fact]
    public void Create_CudaWithTheCpuBuild_SaysHowToGetIt()
    {
        var providers = new FakeProviders { Available = ["CPUExecutionProvider"] };
        var error = Assert.Throws<PlatformNotSupportedException>(
            () => Create(Encoder, Decoder, new VqCodecOptions { Device = VqDevice.Cuda(1) }, providers));
        Assert.Equal(
            "cuda:1 needs the GPU build of ONNX Runtime, and this program carries the CPU build: build with -p:Gpu=true, or reference the package Microsoft.ML.OnnxRuntime.Gpu instead of Microsoft.ML.OnnxRuntime",
            error.Message);
    }

    [Fact]
    public void Create_CudaWithoutDriver_SaysWhatIsMissing()
    {
        var providers = new FakeProviders { Fails = true };
        var error = Assert.Throws<PlatformNotSupportedException>(
            () => Create(Encoder, Decoder, new VqCodecOptions { Device = VqDevice.Cuda() }, providers));
        Assert.StartsWith("cuda:0 does not start: it needs an NVIDIA GPU of that number with its driver", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.IsType<OnnxRuntimeException>(error.InnerException);
    }

    [Fact]
    public void Create_CudaWithAGraphThatOnnxRuntimeRefuses_BlamesTheGraph()
    {
        var options = new VqCodecOptions { Device = VqDevice.Cuda() };
        var error = Assert.Throws<ModelFormatException>(() => Create(Encoder, UnknownOperator(Decoder), options, new FakeProviders()));
        Assert.StartsWith("decoder.onnx: ONNX Runtime refuses it: ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void CreateOptions_Threads_AreThoseAskedFor(int threads)
    {
        using var options = new SessionFactory(new VqCodecOptions { Threads = threads }, new FakeProviders()).CreateOptions();
        Assert.Equal(threads, options.IntraOpNumThreads);
    }

    [Fact]
    public void CreateOptions_NoThreads_AreTheCoresThatTheProcessMayUse()
    {
        using var options = new SessionFactory(new VqCodecOptions(), new FakeProviders()).CreateOptions();
        Assert.Equal(Environment.ProcessorCount, options.IntraOpNumThreads);
    }

    [Fact]
    public void Run_ImageOver16Megapixels_GivesItsMemoryBackAndTheSameResult()
    {
        Assert.False(ModelGraphs.ShrinksArena(ModelGraphs.LargestPixelsKept, VqDevice.Cpu));
        Assert.True(ModelGraphs.ShrinksArena(ModelGraphs.LargestPixelsKept + 1, VqDevice.Cpu));
        Assert.False(ModelGraphs.ShrinksArena(ModelGraphs.LargestPixelsKept + 1, VqDevice.Cuda()));

        // The same image of a model's smallest size, many times: the run is over the threshold, and each of its images is known.
        const int Side = 512;
        const int Count = (int)(ModelGraphs.LargestPixelsKept / (Side * Side)) + 1;
        var image = DrawnImage.Rgb(Side, Side, seed: 1);
        var one = model.Codec.Graphs.Encode(image, 1, Side, Side, rate: 0, lambda: 0)[0];
        var many = model.Codec.Graphs.Encode([.. Enumerable.Repeat(image, Count).SelectMany(i => i)], Count, Side, Side, rate: 0, lambda: 0)[0];
        Assert.Equal(one, many[..one.Length]);
        Assert.Equal(one, many[^one.Length..]);
    }

    [Fact]
    public void OrtValues_ShapeThatDoesNotFit_ThrowsAndReleasesTheOthers()
    {
        var values = new OrtValues(2);
        values.Add<int>(new int[4], 4);
        var error = Assert.Throws<InvalidOperationException>(() => values.Add<int>(new int[4], 2, 3));
        Assert.StartsWith("ONNX Runtime makes no tensor of shape [2, 3]: ", error.Message, StringComparison.Ordinal);
        values.Dispose();
    }

    [Fact]
    public void Create_AutoWithoutDriver_FallsBackToTheCpu()
    {
        var providers = new FakeProviders { Fails = true };
        using var graphs = Create(Encoder, Decoder, new VqCodecOptions(), providers);
        Assert.Equal(VqDevice.Cpu, graphs.Device);
        Assert.Equal([0], providers.Asked.Distinct());
    }

    [Fact]
    public void Create_AutoWithACudaThatWorks_TakesTheFirst()
    {
        var providers = new FakeProviders();
        using var graphs = Create(Encoder, Decoder, new VqCodecOptions(), providers);
        Assert.Equal(VqDevice.Cuda(0), graphs.Device);
        using var second = Create(Encoder, Decoder, new VqCodecOptions { Device = VqDevice.Cuda(2) }, providers);
        Assert.Equal(VqDevice.Cuda(2), second.Device);
        Assert.Equal([0, 2], providers.Asked.Distinct());
    }

    [Fact]
    public void Create_Cpu_NeverAsksForCuda()
    {
        var providers = new FakeProviders();
        using var graphs = Create(Encoder, Decoder, new VqCodecOptions { Device = VqDevice.Cpu }, providers);
        Assert.Equal(VqDevice.Cpu, graphs.Device);
        Assert.Empty(providers.Asked);
    }

    [Fact]
    public void Create_WithoutNativeLibrary_SaysWhichPackage()
    {
        var providers = new FakeProviders { NativeLibraryMissing = true };
        var error = Assert.Throws<PlatformNotSupportedException>(() => Create(Encoder, Decoder, new VqCodecOptions(), providers));
        Assert.StartsWith("ONNX Runtime's native library is missing: reference the package Microsoft.ML.OnnxRuntime (CPU)", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CudaOptions_FollowTheRecipe()
    {
        var options = OnnxRuntimeProviders.CudaOptions(3);
        Assert.Equal("3", options["device_id"]);
        Assert.Equal("HEURISTIC", options["cudnn_conv_algo_search"]);
        Assert.Equal("0", options["use_tf32"]);
    }

    [Theory]
    [InlineData(-1, 1)]
    [InlineData(0, 0)]
    [InlineData(0, VqLimits.LargestMaxPixels + 1)]
    public void Create_OptionsOutOfRange_Throws(int threads, long maxPixels) => Assert.Throws<ArgumentOutOfRangeException>(
        () => Create(Encoder, Decoder, new VqCodecOptions { Threads = threads, Limits = new VqLimits { MaxPixels = maxPixels } }));

    /// <summary>The graph with an operator that does not exist in place of each Transpose.</summary>
    private static byte[] UnknownOperator(byte[] graph)
    {
        var changed = graph.ToArray();
        for (int at; (at = changed.AsSpan().IndexOf("Transpose"u8)) >= 0;) "Transpoze"u8.CopyTo(changed.AsSpan(at));
        return changed;
    }

    private byte[] Encoder => File.ReadAllBytes(Path.Combine(model.Folder, ModelManifest.EncoderFileName));

    private byte[] Decoder => File.ReadAllBytes(Path.Combine(model.Folder, ModelManifest.DecoderFileName));

    private ModelGraphs Create(byte[] encoder, byte[] decoder, VqCodecOptions options, IExecutionProviders? providers = null) =>
        ModelGraphs.Create(model.Codec.Manifest, encoder, decoder, options, providers ?? OnnxRuntimeProviders.Instance);

    private sealed class FakeProviders : IExecutionProviders
    {
        private readonly IReadOnlyList<string> _available = ["CUDAExecutionProvider", "CPUExecutionProvider"];

        public bool Fails { get; init; }

        public bool NativeLibraryMissing { get; init; }

        public List<int> Asked { get; } = [];

        public IReadOnlyList<string> Available
        {
            get => NativeLibraryMissing ? throw new TypeInitializationException("NativeMethods", new DllNotFoundException("onnxruntime")) : _available;
            init => _available = value;
        }

        public void AppendCuda(SessionOptions options, int deviceIndex)
        {
            Asked.Add(deviceIndex);

            // What the CPU build does with an unknown provider is what the GPU build does without a driver: it throws its own exception.
            if (Fails) options.AppendExecutionProvider("NoSuchProvider");
        }
    }
}
