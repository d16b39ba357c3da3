using System.Diagnostics;
using VqVae.Codec.Cli.Commands;
using VqVae.Codec.Cli.Images;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Benchmarking;

/// <summary>Measures a codec on one picture: parts and whole calls in turn, round after round, so that a slow moment meets them alike. Medians count.</summary>
internal sealed class Bench
{
    private readonly VqCodec _codec;
    private readonly VqImage _picture;
    private readonly BenchOptions _options;
    private readonly Dictionary<string, List<double>> _seconds = [];
    private readonly double _megapixels;

    /// <param name="codec">The codec.</param>
    /// <param name="picture">RGB.</param>
    /// <param name="options">Rounds and quality.</param>
    public Bench(VqCodec codec, VqImage picture, BenchOptions options) =>
        (_codec, _picture, _options, _megapixels) = (codec, picture, options, (double)picture.Width * picture.Height / 1e6);

    /// <summary>Multiply-accumulate operations a second that ONNX Runtime reaches with one product of matrices.</summary>
    public double PeakOperations { get; private set; }

    /// <summary>Bits a pixel of the file in each mode.</summary>
    public SortedDictionary<VqEntropyMode, double> BitsPerPixel { get; } = [];

    /// <summary>Measures.</summary>
    /// <param name="progress">Told of the share that is done.</param>
    /// <param name="cancellationToken">Stops.</param>
    public IReadOnlyList<BenchRow> Run(Action<double> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);
        var threads = _options.Threads switch { null => 1, 0 => Environment.ProcessorCount, { } given => given };
        var timings = _codec.Measure(_picture.Pixels, _picture.Width, _picture.Height, _options.Compress(VqEntropyMode.Raw), cancellationToken);
        var files = timings.Coding.Keys.ToDictionary(mode => mode, mode => _codec.Compress(_picture, _options.Compress(mode), cancellationToken));
        foreach (var (mode, file) in files) BitsPerPixel[mode] = 8e-6 * file.Length / _megapixels;
        var png = ImageWriter.Encode(_picture, ImageKind.Png);
        for (var round = 0; round < _options.Rounds; round++)
        {
            PeakOperations = Math.Max(PeakOperations, PeakGraph.OperationsPerSecond(_codec.Precision == VqPrecision.Int8, threads));
            timings = _codec.Measure(_picture.Pixels, _picture.Width, _picture.Height, _options.Compress(VqEntropyMode.Raw), cancellationToken);
            Add("encoder", timings.EncoderGraph);
            if (timings.CodeSearch > TimeSpan.Zero) Add("search", timings.CodeSearch);
            Add("decoder", timings.DecoderGraph);
            foreach (var (mode, times) in timings.Coding)
            {
                Add($"encode {mode}", times.Encoding);
                Add($"decode {mode}", times.Decoding);
                Add($"compress {mode}", () => _codec.Compress(_picture, _options.Compress(mode), cancellationToken));
                Add($"decompress {mode}", () => _codec.Decompress(files[mode], cancellationToken: cancellationToken));
            }

            Add("write png", () => ImageWriter.Encode(_picture, ImageKind.Png));
            Add("read png", () => ImageReader.Read(png, "the picture", background: null, cancellationToken: cancellationToken));
            progress((round + 1.0) / _options.Rounds);
        }

        return Rows(timings);
    }

    private List<BenchRow> Rows(VqTimings timings)
    {
        var rows = new List<BenchRow>
        {
            Graph("encoder", "encoder graph", timings.EncoderOperations + (_seconds.ContainsKey("search") ? 0 : timings.SearchOperations)),
        };
        if (_seconds.ContainsKey("search")) rows.Add(Graph("search", "search for codes", timings.SearchOperations));
        rows.Add(Graph("decoder", "decoder graph", timings.DecoderOperations * timings.DecoderOverhead));
        var modes = timings.Coding.Keys.Where(mode => mode != VqEntropyMode.Raw).ToList();
        foreach (var mode in modes)
        {
            rows.Add(new BenchRow($"encode_{Lower(mode)}", $"{Lower(mode)} coding of indices", Rate($"encode {mode}"), Rate($"encode {VqEntropyMode.Raw}"), "raw coding"));
            rows.Add(new BenchRow($"decode_{Lower(mode)}", $"{Lower(mode)} decoding", Rate($"decode {mode}"), Rate($"decode {VqEntropyMode.Raw}"), "raw decoding"));
        }

        var encoder = _megapixels / (Seconds("encoder") + (_seconds.ContainsKey("search") ? Seconds("search") : 0));
        foreach (var mode in modes)
            rows.Add(new BenchRow($"compress_{Lower(mode)}", $"compress, {Lower(mode)}", Rate($"compress {mode}"), encoder, _seconds.ContainsKey("search") ? "encoder and search alone" : "encoder alone"));
        foreach (var mode in modes)
            rows.Add(new BenchRow($"decompress_{Lower(mode)}", $"decompress, {Lower(mode)}", Rate($"decompress {mode}"), Rate("decoder"), "decoder graph alone"));
        return rows;

        BenchRow Graph(string key, string name, double operations) => new(key, name, Rate(key), PeakOperations / operations / 1e6, "arithmetic at the peak");
    }

    private static string Lower(VqEntropyMode mode) => CommandLine.Figures.Lower(mode);

    /// <summary>Megapixels a second that a part reaches.</summary>
    public double Rate(string part) => _megapixels / Seconds(part);

    private double Seconds(string part)
    {
        var sorted = _seconds[part].Order().ToList();
        return sorted[sorted.Count / 2];
    }

    private void Add(string part, TimeSpan time)
    {
        if (!_seconds.TryGetValue(part, out var times)) _seconds.Add(part, times = []);
        times.Add(Math.Max(time.TotalSeconds, 1e-9));
    }

    private void Add<T>(string part, Func<T> call)
    {
        var start = Stopwatch.GetTimestamp();
        _ = call();
        Add(part, Stopwatch.GetElapsedTime(start));
    }
}
