using System.Diagnostics;
using Microsoft.ML.OnnxRuntime;
using VqVae.Exporter;
using VqVae.Models;
using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.Benchmarks;

/// <summary>
/// One image of 768×512 through the codec, and through the same sessions bare: preallocated values, nothing around the graph's run.
/// </summary>
internal sealed class RuntimeWorkload : IDisposable
{
    public const int Width = 768;
    public const int Height = 512;

    private readonly TemporaryFolder _folder = new();
    private readonly List<OrtValue> _values = [];
    private readonly RunOptions _options = new();
    private readonly byte[] _rgb = DrawnImage.Rgb(Width, Height, seed: 1);
    private readonly byte[] _decoded = new byte[Width * Height * 3];
    private readonly int[] _indices;
    private readonly byte[] _vq;
    private readonly string[] _indicesName;
    private readonly OrtValue[] _encoderInputs;
    private readonly OrtValue[] _decoderInputs;
    private readonly OrtValue[] _indicesValue;
    private readonly OrtValue[] _decodedValue;

    /// <param name="modelFolder">The model; <c>null</c> for the preset <c>small</c> with random weights, which costs the same.</param>
    public RuntimeWorkload(string? modelFolder)
    {
        ModelFolder = modelFolder ?? ExportRandom(_folder);
        var start = Stopwatch.GetTimestamp();
        Codec = VqCodec.Load(ModelFolder, new VqCodecOptions { Device = VqDevice.Cpu });
        LoadTime = Stopwatch.GetElapsedTime(start);
        var plane = Codec.Manifest.Spec.Planes.Single();
        _indicesName = [plane.TensorName];
        _indices = new int[ModelGraphs.IndexCount(plane, plane.Stages, 1, Height, Width)];
        var (h, w) = (Height / plane.Stride, Width / plane.Stride);
        var rate = Value<int>([0], 1);
        var indices = Value(_indices, 1, plane.Stages, h, w);
        _encoderInputs = [Value(_rgb, 1, Height, Width, 3), rate, Value<float>([0], 1)];
        _decoderInputs = [indices, rate];
        _indicesValue = [indices];
        _decodedValue = [Value(_decoded, 1, Height, Width, 3)];
        _vq = Compress();
        Verify();
    }

    public string ModelFolder { get; }

    public VqCodec Codec { get; }

    /// <summary>Time that loading took; for the first workload of a process with everything that happens once in it.</summary>
    public TimeSpan LoadTime { get; }

    /// <summary>In raw mode: what is measured is what lies around the graphs, not the entropy coders.</summary>
    public byte[] Compress() => Codec.Compress(_rgb, Width, Height, options: new VqCompressOptions { EntropyMode = VqEntropyMode.Raw });

    public byte[] Decompress() => Codec.Decompress(_vq).Pixels;

    public int[] EncoderGraph()
    {
        Codec.Graphs.Sessions.Encoder.Run(_options, [GraphNames.Image, GraphNames.Rate, GraphNames.Lambda], _encoderInputs, _indicesName, _indicesValue);
        return _indices;
    }

    public byte[] DecoderGraph()
    {
        Codec.Graphs.Sessions.Decoder.Run(_options, [_indicesName[0], GraphNames.Rate], _decoderInputs, [GraphNames.Image], _decodedValue);
        return _decoded;
    }

    /// <summary>Checks that both ways of each direction give the same result.</summary>
    public void Verify()
    {
        var inFile = FileIndices(Compress());
        Require(Compress().AsSpan().SequenceEqual(_vq), "the codec compresses the same image to other bytes");
        Require(EncoderGraph().AsSpan().SequenceEqual(inFile), "the file's indices are not the graph's");
        Require(inFile.Distinct().Count() > 1, "all indices are the same");
        Require(Decompress().AsSpan().SequenceEqual(DecoderGraph()), "the codec's pixels are not the graph's");
    }

    /// <summary>The indices of a file's only plane.</summary>
    private int[] FileIndices(byte[] vq)
    {
        var document = VqDocument.Open(vq, Codec.Manifest, new VqLimits());
        var header = document.Header;
        var planes = Codec.Manifest.Planes;
        var raw = new RawCoder(planes);
        using var maps = new IndexMaps(planes, header.Stages, Padding.Of(planes, header.Width, header.Height));
        AllTiles.Decode(document, vq, Codec.Coders.ForReading(header), raw, maps);
        return [.. maps.Plane(0).ToArray().Select(i => (int)i)];
    }

    public void Dispose()
    {
        foreach (var value in _values) value.Dispose();
        _options.Dispose();
        Codec.Dispose();
        _folder.Dispose();
    }

    internal static string ExportRandom(TemporaryFolder folder)
    {
        RandomCheckpoint.Save(Preset.Small.Model, seed: 1, folder["run"]);
        ModelExporter.Export(folder["run"], folder["small-random"], new ExportOptions { Unverified = true });
        return folder["small-random"];
    }

    private static void Require(bool condition, string otherwise)
    {
        if (!condition) throw new InvalidOperationException(otherwise);
    }

    private OrtValue Value<T>(T[] values, params long[] shape)
        where T : unmanaged
    {
        var value = OrtValue.CreateTensorValueFromMemory(values, shape);
        _values.Add(value);
        return value;
    }
}
