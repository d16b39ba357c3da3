using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using VqVae.Exporter;
using VqVae.Models;
using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.Benchmarks;

/// <summary>
/// One image of 768×512 through the codec, and through what it runs bare: the same sessions and the same search on memory that is there already, nothing around them.
/// </summary>
internal sealed class RuntimeWorkload : IDisposable
{
    public const int Width = 768;
    public const int Height = 512;
    public const double Megapixels = Width * Height / 1e6;

    /// <summary>The least share of indices in which searches agree whose sums are rounded in another order.</summary>
    public const double LeastAgreement = .999;

    private static readonly VqCompressOptions RawMode = new() { EntropyMode = VqEntropyMode.Raw };
    private static readonly string[] EncoderNames = [GraphNames.Image, GraphNames.Rate, GraphNames.Lambda];
    private static readonly string[] ImageName = [GraphNames.Image];

    private readonly TemporaryFolder _folder = new();
    private readonly List<OrtValue> _values = [];
    private readonly RunOptions _options = new();
    private readonly BufferPool _buffers = new();
    private readonly LatentPlane[] _planes;
    private readonly string[] _planeNames;
    private readonly string[] _latentNames;
    private readonly string[] _decoderNames;
    private readonly byte[] _rgb = DrawnImage.Rgb(Width, Height, seed: 1);
    private readonly byte[] _rows = new byte[Width * Height * 3];
    private readonly byte[] _decoded = new byte[Width * Height * 3];
    private readonly int[][] _found;
    private readonly FloatBuffer[] _latents = [];
    private readonly MapSearch? _search;
    private readonly IndexMaps _maps;
    private readonly byte[] _vq;
    private readonly OrtValue[] _encoderInputs;
    private readonly OrtValue[] _foundValues;
    private readonly OrtValue[] _latentValues = [];
    private readonly OrtValue[] _decoderInputs;
    private readonly OrtValue[] _decodedValue;

    /// <param name="modelFolder">The model; <c>null</c> for the preset <c>small</c> with random weights, which costs the same.</param>
    /// <param name="options">Threads and precision.</param>
    public RuntimeWorkload(string? modelFolder, VqCodecOptions? options = null)
    {
        ModelFolder = modelFolder ?? ExportRandom(_folder);
        options = (options ?? new VqCodecOptions()) with { Device = VqDevice.Cpu };
        Threads = options.Threads == 0 ? Environment.ProcessorCount : options.Threads;
        var start = Stopwatch.GetTimestamp();
        Codec = VqCodec.Load(ModelFolder, options);
        LoadTime = Stopwatch.GetElapsedTime(start);

        var manifest = Codec.Manifest;
        Settings = EncoderSettings.Of(RawMode, manifest, Codec.Coders);
        _planes = [.. manifest.Planes];
        _planeNames = [.. _planes.Select(p => p.TensorName)];
        _latentNames = [.. _planes.Select(p => p.LatentsName)];
        _decoderNames = [.. _planeNames, GraphNames.Rate];
        var (encoder, decoder) = WindowPlans.Of(Codec, Width, Height);
        Require(encoder.IsWhole && decoder.IsWhole, "the codec cuts the image into windows, the bare graphs would not");

        _vq = Compress();
        Indices = FileIndices();
        var rate = Value([Settings.RatePoint], 1);
        _found = [.. _planes.Select(p => new int[ModelGraphs.IndexCount(p, p.Stages, 1, Height, Width)])];
        _encoderInputs = [Value(_rgb, 1, Height, Width, 3), rate, Value([(float)Settings.Lambda], 1)];
        _foundValues = [.. _planes.Select((p, i) => Value(_found[i], 1, p.Stages, Height / p.Stride, Width / p.Stride))];
        _decoderInputs = [.. _planes.Select((p, i) => Value(Indices[i], 1, Math.Min(Settings.Stages, p.Stages), Height / p.Stride, Width / p.Stride)), rate];
        _decodedValue = [Value(_decoded, 1, Height, Width, 3)];
        _maps = new IndexMaps(_planes, Settings.Stages, new Padding(Width, Height));
        if (Codec.Graphs.SearchesOutside)
        {
            var layouts = Codec.Graphs.Search!.Layouts;
            _search = new MapSearch(Codec.Graphs.Search, Settings, Threads);
            _latents = [.. layouts.Select(l => new FloatBuffer(_buffers, (long)Positions(l.Plane) * l.Dimension))];
            _latentValues = [.. layouts.Select((l, i) => Value(_latents[i].Memory, Positions(l.Plane), l.Dimension))];
        }

        Verify();
    }

    public string ModelFolder { get; }

    public VqCodec Codec { get; }

    /// <summary>Threads of codec, graphs and search.</summary>
    public int Threads { get; }

    /// <summary>Time that loading took; for the first workload of a process with everything that happens once in it.</summary>
    public TimeSpan LoadTime { get; }

    /// <summary>What the codec encodes with.</summary>
    public EncoderSettings Settings { get; }

    /// <summary>The image.</summary>
    public ReadOnlySpan<byte> Rgb => _rgb;

    /// <summary>The file's indices, for each plane <c>[stages,h,w]</c>.</summary>
    public int[][] Indices { get; }

    /// <summary>Whether the codec searches codes outside of the graph.</summary>
    public bool SearchesOutside => _search is not null;

    /// <summary>In raw mode: what is measured is what lies around the graphs, not the entropy coders.</summary>
    public byte[] Compress() => Codec.Compress(_rgb, Width, Height, options: RawMode);

    /// <summary>To memory that is there: a new array for each image costs page faults that have nothing to do with the codec.</summary>
    public byte[] Decompress()
    {
        Codec.Decompress(_vq, (y, rows) => rows.CopyTo(_rows.AsSpan(y * Width * 3)));
        return _rows;
    }

    /// <summary>What compressing runs, bare.</summary>
    public void BareCompress()
    {
        if (SearchesOutside)
        {
            LatentGraph();
            Search();
        }
        else
        {
            EncoderGraph();
        }
    }

    /// <summary>The whole encoder's graph, with its search inside.</summary>
    public int[][] EncoderGraph()
    {
        Codec.Graphs.Sessions.Encoder.Run(_options, EncoderNames, _encoderInputs, _planeNames, _foundValues);
        return _found;
    }

    /// <summary>The encoder without its search.</summary>
    /// <param name="session">Another session of it than the codec's.</param>
    public IReadOnlyList<FloatBuffer> LatentGraph(InferenceSession? session = null)
    {
        (session ?? Codec.Graphs.LatentEncoder).Run(_options, EncoderNames, _encoderInputs, _latentNames, _latentValues);
        return _latents;
    }

    /// <summary>The search in what <see cref="LatentGraph"/> gave.</summary>
    public IndexMaps Search()
    {
        for (var p = 0; p < _planes.Length; p++)
        {
            var whole = new TileRectangle(0, 0, Width / _planes[p].Stride, Height / _planes[p].Stride);
            _search!.Run(p, _latents[p], whole.Width, whole, 0, 0, _maps, CancellationToken.None);
        }

        return _maps;
    }

    /// <summary>The decoder's graph.</summary>
    /// <inheritdoc cref="LatentGraph" path="/param"/>
    public byte[] DecoderGraph(InferenceSession? session = null)
    {
        (session ?? Codec.Graphs.Sessions.Decoder).Run(_options, _decoderNames, _decoderInputs, ImageName, _decodedValue);
        return _decoded;
    }

    /// <summary>Checks that all ways of each direction give the same result.</summary>
    public void Verify()
    {
        Require(Compress().AsSpan().SequenceEqual(_vq), "the codec compresses the same image to other bytes");
        Require(Indices.Any(plane => plane.Distinct().Count() > 1), "all indices are the same");
        BareCompress();
        if (SearchesOutside) Require(Agreement((p, i) => _maps.Plane(p)[i]) == 1, "the file's indices are not those of the bare search");
        EncoderGraph();
        Require(Agreement((p, i) => _found[p][i]) >= (SearchesOutside ? LeastAgreement : 1), "the file's indices are not the encoder graph's");
        Require(Decompress().AsSpan().SequenceEqual(DecoderGraph()), "the codec's pixels are not the graph's");
    }

    public void Dispose()
    {
        foreach (var value in _values) value.Dispose();
        foreach (var plane in _latents) plane.Dispose();
        _maps.Dispose();
        _buffers.Dispose();
        _options.Dispose();
        Codec.Dispose();
        _folder.Dispose();
    }

    internal static string ExportRandom(TemporaryFolder folder, Preset? preset = null)
    {
        preset ??= Preset.Small;
        RandomCheckpoint.Save(preset.Model, seed: 1, folder["run"]);
        ModelExporter.Export(folder["run"], folder[preset.Name + "-random"], new ExportOptions { Unverified = true });
        return folder[preset.Name + "-random"];
    }

    private static int Positions(LatentPlane plane) => Height / plane.Stride * (Width / plane.Stride);

    /// <summary>The share of the file's indices that are what they should be.</summary>
    private double Agreement(Func<int, int, int> expected)
    {
        var (same, all) = (0, 0);
        for (var p = 0; p < Indices.Length; p++)
        {
            all += Indices[p].Length;
            for (var i = 0; i < Indices[p].Length; i++) same += Indices[p][i] == expected(p, i) ? 1 : 0;
        }

        return (double)same / all;
    }

    private int[][] FileIndices()
    {
        var document = VqDocument.Open(_vq, Codec.Manifest, new VqLimits());
        using var maps = new IndexMaps(_planes, document.Header.Stages, new Padding(Width, Height));
        AllTiles.Decode(document, _vq, Codec.Coders.Raw, Codec.Coders.Raw, maps);
        return [.. _planes.Select((_, p) => Array.ConvertAll(maps.Plane(p).ToArray(), i => (int)i))];
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition) throw new InvalidOperationException(otherwise);
    }

    private OrtValue Value<T>(T[] values, params long[] shape)
        where T : unmanaged => Value(values.AsMemory(), shape);

    private OrtValue Value<T>(Memory<T> values, params long[] shape)
        where T : unmanaged
    {
        var value = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, values, shape);
        _values.Add(value);
        return value;
    }
}
