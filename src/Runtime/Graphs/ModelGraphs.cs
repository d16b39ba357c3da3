using Microsoft.ML.OnnxRuntime;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>A model's two graphs: uint8 images to int32 indices and back. Thread-safe.</summary>
internal sealed class ModelGraphs : IDisposable
{
    /// <summary>Pixels of a run up to which its memory is kept for the next one.</summary>
    internal const long LargestPixelsKept = 16L << 20;

    private readonly Lock _opening = new();
    private readonly Func<string, byte[]> _readFile;
    private readonly VqCodecOptions _options;
    private readonly SessionFactory _factory;
    private readonly UsageGate _gate;
    private readonly LatentPlane[] _planes;
    private readonly string[] _encoderInputs;
    private readonly string[] _decoderInputs;
    private readonly string[] _planeNames;
    private readonly string[] _latentNames;
    private readonly string[] _imageName = [GraphNames.Image];

    private EncoderFile? _encoderFile;
    private InferenceSession? _encoder, _latentEncoder, _decoder;

    private ModelGraphs(ModelManifest manifest, Func<string, byte[]> readFile, VqCodecOptions options, IExecutionProviders providers)
    {
        (Manifest, _readFile, _options, _factory) = (manifest, readFile, options, new SessionFactory(options, providers));
        _gate = new UsageGate(() =>
        {
            CloseSessions();
            Tables?.Dispose();
        });
        _planes = [.. manifest.Planes];
        _planeNames = [.. _planes.Select(p => p.TensorName)];
        _latentNames = [.. _planes.Select(p => p.LatentsName)];
        _encoderInputs = [GraphNames.Image, GraphNames.Rate, GraphNames.Lambda];
        _decoderInputs = [.. _planeNames, GraphNames.Rate];
    }

    public ModelManifest Manifest { get; }

    /// <summary>What the graphs run on.</summary>
    public VqDevice Device => _factory.Device;

    /// <summary>The number format that the graphs run in.</summary>
    public VqPrecision Precision { get; private set; }

    /// <summary>The entropy coder's tables; <c>null</c> where the model has none.</summary>
    public ModelTables? Tables { get; private set; }

    /// <summary>The codebooks as the encoder's graph has them; <c>null</c> where its latents cannot be searched outside of it.</summary>
    public SearchTables? Search => File.Search;

    /// <summary>
    /// Whether codes are searched outside of the graph: on the CPU, where the graph's search (a matrix of all costs, then the smallest of each row) takes several
    /// times longer than one that keeps costs in registers.
    /// </summary>
    public bool SearchesOutside => Device.IsCpu && Search is not null;

    /// <summary>Whether the encoder computes more than a linear transform of patches.</summary>
    public bool HasEncoderNetwork => File.HasNetwork;

    /// <summary>The sessions with all of both graphs.</summary>
    internal (InferenceSession Encoder, InferenceSession Decoder) Sessions => (Encoder, Decoder);

    private EncoderFile File => Opened(ref _encoderFile, () =>
    {
        var name = ModelManifest.EncoderFile(Precision.Name());
        if (!Manifest.Files.ContainsKey(name)) name = ModelManifest.EncoderFileName;
        return EncoderFile.Read(name, Checked(name), Manifest);
    });

    private InferenceSession Encoder => Opened(ref _encoder, () => _factory.Open(File.Name, File.Graph));

    /// <summary>The encoder without its search.</summary>
    internal InferenceSession LatentEncoder => Opened(ref _latentEncoder, () => _factory.Open(File.Name, OnnxPruner.Keep(File.Graph, _latentNames)));

    private InferenceSession Decoder => Opened(ref _decoder, () =>
    {
        var name = ModelManifest.DecoderFile(Precision.Name());
        var graph = Checked(name);
        GraphContract.CheckDecoder(name, OnnxSignature.Read(graph), Manifest);
        return _factory.Open(name, graph);
    });

    /// <summary>Reads a model folder, checks its files against their hashes, and opens the graphs.</summary>
    /// <exception cref="ModelFormatException">The folder or one of its files is not what it should be.</exception>
    /// <exception cref="PlatformNotSupportedException">The device that was asked for is not there.</exception>
    public static ModelGraphs Load(string modelFolder, VqCodecOptions options)
    {
        var manifest = ModelManifest.Load(modelFolder);

        // Tables are read beside the graphs where there is a thread for it.
        var tables = options.Threads == 1 ? null : Task.Run(() => ModelTables.Load(modelFolder, manifest));
        ModelGraphs? graphs = null;
        try
        {
            graphs = Create(manifest, name => manifest.ReadFile(modelFolder, name), options);
            graphs.Tables = tables is null ? ModelTables.Load(modelFolder, manifest) : tables.GetAwaiter().GetResult();
            return graphs;
        }
        catch
        {
            // The tables' file is closed by whoever opens it last.
            if (graphs is null) tables?.ContinueWith(static done => done.Result?.Dispose(), CancellationToken.None, TaskContinuationOptions.OnlyOnRanToCompletion, TaskScheduler.Default);
            graphs?.Dispose();
            throw;
        }
    }

    /// <summary>Checks and opens two graphs that are in memory.</summary>
    /// <inheritdoc cref="Create(ModelManifest, Func{string, byte[]}, VqCodecOptions, IExecutionProviders?)" path="/exception"/>
    public static ModelGraphs Create(ModelManifest manifest, byte[] encoder, byte[] decoder, VqCodecOptions options, IExecutionProviders? providers = null) => Create(
        manifest,
        name => name == ModelManifest.EncoderFileName ? encoder : name == ModelManifest.DecoderFileName ? decoder : throw new ModelFormatException($"{name} is missing"),
        options,
        providers);

    /// <summary>Checks and opens a model's graphs.</summary>
    /// <param name="manifest">What the model is.</param>
    /// <param name="readFile">Gives a file of the model.</param>
    /// <param name="options">Device, precision, threads.</param>
    /// <param name="providers">What the machine has.</param>
    /// <exception cref="ModelFormatException">A graph holds what graphs may not hold, or lacks the contract's inputs and outputs.</exception>
    /// <exception cref="PlatformNotSupportedException">The device that was asked for is not there.</exception>
    public static ModelGraphs Create(ModelManifest manifest, Func<string, byte[]> readFile, VqCodecOptions options, IExecutionProviders? providers = null)
    {
        options.Validate();
        var graphs = new ModelGraphs(manifest, readFile, options, providers ?? OnnxRuntimeProviders.Instance);
        try
        {
            graphs._factory.Start(graphs.OpenFirst);
            return graphs;
        }
        catch
        {
            graphs.Dispose();
            throw;
        }
    }

    /// <summary>Numbers in a plane's index tensor <c>[n,stages,h,w]</c> for images of the size; a plane has at most its own stages.</summary>
    public static int IndexCount(LatentPlane plane, int stages, int n, int height, int width) =>
        checked(n * Math.Min(stages, plane.Stages) * (height / plane.Stride) * (width / plane.Stride));

    /// <summary>Encodes images into new arrays.</summary>
    /// <param name="image">uint8 <c>[n,h,w,3]</c>; h and w multiples of the largest stride.</param>
    /// <param name="n">Images.</param>
    /// <param name="h">Their height.</param>
    /// <param name="w">Their width.</param>
    /// <param name="rate">The rate point.</param>
    /// <param name="lambda">Weight of the rate in the search, in squared 8-bit units a bit.</param>
    /// <returns>For each plane <c>[n,L,h/stride,w/stride]</c>.</returns>
    public int[][] Encode(ReadOnlySpan<byte> image, int n, int h, int w, int rate, float lambda)
    {
        var indices = Array.ConvertAll(_planes, p => new int[IndexCount(p, p.Stages, n, h, w)]);
        Encode(image.ToArray(), n, h, w, rate, lambda, Array.ConvertAll(indices, i => i.AsMemory()), CancellationToken.None);
        return indices;
    }

    /// <summary>Decodes the leading <paramref name="stages"/> of the index tensors into a new array, <c>[n,h,w,3]</c>.</summary>
    /// <param name="indices">For each plane <c>[n,stages,h/stride,w/stride]</c>.</param>
    /// <param name="stages">Stages in <paramref name="indices"/>, 1 to L.</param>
    /// <param name="n">Images.</param>
    /// <param name="h">The images' height, a multiple of the largest stride.</param>
    /// <param name="w">The images' width, a multiple of the largest stride.</param>
    /// <param name="rate">The rate point.</param>
    public byte[] Decode(int[][] indices, int stages, int n, int h, int w, int rate)
    {
        var image = new byte[checked(n * h * w * 3)];
        Decode(Array.ConvertAll(indices, i => i.AsMemory()), stages, n, h, w, rate, image, CancellationToken.None);
        return image;
    }

    /// <summary>Encodes images from and into the caller's memory, which is pinned meanwhile and not copied.</summary>
    public void Encode(Memory<byte> image, int n, int h, int w, int rate, float lambda, ReadOnlySpan<Memory<int>> indices, CancellationToken cancellationToken)
    {
        CheckImage(image.Length, n, h, w);
        using var values = new OrtValues(3 + _planes.Length);
        values.Add(image, n, h, w, 3);
        values.Add<int>(new[] { rate }, 1);
        values.Add<float>(new[] { lambda }, 1);
        AddPlanes(values, indices, int.MaxValue, n, h, w);
        Run(Encoder, (long)n * h * w, _encoderInputs, values.Range(0, 3), _planeNames, values.Range(3, _planes.Length), cancellationToken);
    }

    /// <summary>What the encoder quantizes, into the caller's memory.</summary>
    /// <param name="image">uint8 <c>[n,h,w,3]</c>.</param>
    /// <param name="n">Images.</param>
    /// <param name="h">Their height.</param>
    /// <param name="w">Their width.</param>
    /// <param name="rate">The rate point, which the network may be told.</param>
    /// <param name="latents">For each plane <c>[n·h/stride·w/stride,D]</c>.</param>
    /// <param name="cancellationToken">Stops the graph.</param>
    public void EncodeLatents(Memory<byte> image, int n, int h, int w, int rate, ReadOnlySpan<Memory<float>> latents, CancellationToken cancellationToken)
    {
        CheckImage(image.Length, n, h, w);
        using var values = new OrtValues(3 + _planes.Length);
        values.Add(image, n, h, w, 3);
        values.Add<int>(new[] { rate }, 1);
        values.Add<float>(new float[1], 1);
        for (var p = 0; p < _planes.Length; p++)
        {
            var positions = (long)n * (h / _planes[p].Stride) * (w / _planes[p].Stride);
            values.Add(latents[p], positions, Manifest.Spec.Latents[p].Dimension);
        }

        Run(LatentEncoder, (long)n * h * w, _encoderInputs, values.Range(0, 3), _latentNames, values.Range(3, _planes.Length), cancellationToken);
    }

    /// <summary>Decodes from and into the caller's memory, which is pinned meanwhile and not copied.</summary>
    public void Decode(ReadOnlySpan<Memory<int>> indices, int stages, int n, int h, int w, int rate, Memory<byte> image, CancellationToken cancellationToken)
    {
        CheckImage(image.Length, n, h, w);
        using var values = new OrtValues(2 + _planes.Length);
        AddPlanes(values, indices, stages, n, h, w);
        values.Add<int>(new[] { rate }, 1);
        values.Add(image, n, h, w, 3);
        Run(Decoder, (long)n * h * w, _decoderInputs, values.Range(0, _planes.Length + 1), _imageName, values.Range(_planes.Length + 1, 1), cancellationToken);
    }

    /// <summary>
    /// Whether ONNX Runtime gives its memory back after a run. It keeps what one run needed for the next, which is right for images of everyday
    /// sizes and would hold gigabytes for ever after a single large one.
    /// </summary>
    internal static bool ShrinksArena(long pixels, VqDevice device) => pixels > LargestPixelsKept && !device.IsCuda;

    /// <summary>Refuses new calls; the sessions go when the last running call has left.</summary>
    public void Dispose() => _gate.Close();

    /// <summary>Opens what the codec is going to be used for.</summary>
    private void OpenFirst()
    {
        CloseSessions();
        Precision = PrecisionChoice.Choose(_options.Precision, Manifest, Device, PrecisionChoice.CpuHasInt8Products);
        if (_options.Use != VqCodecUse.Decompress) _ = SearchesOutside ? LatentEncoder : Encoder;
        if (_options.Use != VqCodecUse.Compress) _ = Decoder;
    }

    private void CloseSessions()
    {
        _encoder?.Dispose();
        _latentEncoder?.Dispose();
        _decoder?.Dispose();
        (_encoder, _latentEncoder, _decoder, _encoderFile) = (null, null, null, null);
    }

    private byte[] Checked(string name)
    {
        var graph = _readFile(name);
        OnnxGuard.Check(name, graph);
        return graph;
    }

    private T Opened<T>(ref T? opened, Func<T> open)
        where T : class
    {
        if (Volatile.Read(ref opened) is { } there) return there;
        lock (_opening)
        {
            if (opened is null) Volatile.Write(ref opened, open());
            return opened;
        }
    }

    private void AddPlanes(OrtValues values, ReadOnlySpan<Memory<int>> indices, int stages, int n, int h, int w)
    {
        if (indices.Length != _planes.Length) throw new ArgumentException($"expected {_planes.Length} index planes, got {indices.Length}");
        ArgumentOutOfRangeException.ThrowIfLessThan(stages, 1);
        for (var p = 0; p < _planes.Length; p++)
        {
            var plane = _planes[p];
            var count = IndexCount(plane, stages, n, h, w);
            if (indices[p].Length != count) throw new ArgumentException($"{plane.TensorName}: expected {count} indices, got {indices[p].Length}");
            values.Add(indices[p], n, Math.Min(stages, plane.Stages), h / plane.Stride, w / plane.Stride);
        }
    }

    private void CheckImage(int length, int n, int h, int w)
    {
        var multiple = _planes.Max(p => p.Stride);
        if (n < 1 || h < 1 || w < 1 || h % multiple != 0 || w % multiple != 0)
            throw new ArgumentException($"expected at least one image with sides that are multiples of {multiple}, got {n} of {w}×{h}");
        if (length != checked(n * h * w * 3)) throw new ArgumentException($"expected {n * h * w * 3} bytes of pixels, got {length}");
    }

    private void Run(
        InferenceSession session, long pixels, string[] inputNames, ArraySegment<OrtValue> inputs, string[] outputNames, ArraySegment<OrtValue> outputs, CancellationToken cancellationToken)
    {
        _gate.Enter(this);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var options = new RunOptions();
            if (ShrinksArena(pixels, Device)) options.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");
            using var registration = cancellationToken.UnsafeRegister(static o => ((RunOptions)o!).Terminate = true, options);
            session.Run(options, inputNames, inputs, outputNames, outputs);
        }
        catch (OnnxRuntimeException e) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException($"the model '{Manifest.Name}' was stopped", e, cancellationToken);
        }
        catch (OnnxRuntimeException e)
        {
            throw new InvalidOperationException($"the model '{Manifest.Name}' failed to run on {Device}: {e.Message}", e);
        }
        finally
        {
            _gate.Exit();
        }
    }
}
