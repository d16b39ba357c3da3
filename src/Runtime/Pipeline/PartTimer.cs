using System.Diagnostics;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>Runs the parts of a call one after the other over a whole image, and takes the time of each.</summary>
internal sealed class PartTimer : IDisposable
{
    private readonly CodecParts _parts;
    private readonly VqHeader _header;
    private readonly EncoderSettings _settings;
    private readonly Padding _padding;
    private readonly WindowPlan _plan;
    private readonly EncoderRows _rows;
    private readonly IndexMaps _maps;
    private readonly CancellationToken _token;

    public PartTimer(CodecParts parts, VqHeader header, in EncoderSettings settings, RowSource rows, WindowPlan plan, CancellationToken cancellationToken)
    {
        (_parts, _header, _settings, _plan, _token) = (parts, header, settings, plan, cancellationToken);
        _padding = Padding.Of(parts.Planes, header.Width, header.Height);
        _rows = new EncoderRows(parts, header, rows, PixelFormat.Rgb24, plan, keepsAll: true);
        _maps = new IndexMaps(parts.Planes, header.Stages, _padding, parts.Buffers);
    }

    public VqTimings Run()
    {
        _rows.ReadUpTo(_padding.Height, _token);
        var (graph, search) = _parts.Graphs.SearchesOutside ? EncodeAndSearch() : (Encode(), TimeSpan.Zero);
        var coding = new Dictionary<VqEntropyMode, VqCodingTimes>();
        foreach (var mode in Enum.GetValues<VqEntropyMode>())
            if (_parts.Coders.Find(mode, _settings.RatePoint) is not null) coding.Add(mode, Code(_header with { EntropyMode = mode }));
        var decoder = Decode(out var overhead);
        var cost = ComputeCost.Of(_parts.Graphs.Manifest.Spec);
        return new VqTimings
        {
            EncoderGraph = graph,
            CodeSearch = search,
            DecoderGraph = decoder,
            DecoderOverhead = overhead,
            Coding = coding,
            EncoderOperations = _parts.Graphs.HasEncoderNetwork ? cost.Encoder - cost.Search : cost.LinearEncoder,
            SearchOperations = cost.Search,
            DecoderOperations = cost.Decoder,
        };
    }

    public void Dispose()
    {
        _maps.Dispose();
        _rows.Dispose();
    }

    private (TimeSpan Graph, TimeSpan Search) EncodeAndSearch()
    {
        using var latents = new LatentMaps(_parts, _padding);
        var start = Stopwatch.GetTimestamp();
        latents.Encode(_rows, _plan, _settings.RatePoint, _token);
        var between = Stopwatch.GetTimestamp();
        latents.Search(_settings, _maps, _token);
        return (Stopwatch.GetElapsedTime(start, between), Stopwatch.GetElapsedTime(between));
    }

    private TimeSpan Encode()
    {
        using var encoder = new WindowEncoder(_parts, _plan, _settings);
        var start = Stopwatch.GetTimestamp();
        for (var band = 0; band < _plan.Y.Count; band++)
            for (var column = 0; column < _plan.X.Count; column++) encoder.Encode(_rows, _plan.X[column], _plan.Y[band], _maps, _token);
        return Stopwatch.GetElapsedTime(start);
    }

    private VqCodingTimes Code(VqHeader header)
    {
        var layout = new BlockLayout(_parts.Planes, header.Stages, TileGrid.Of(header, _parts.Planes));
        var coder = new TileCoder(layout, _parts.Coders.ForWriting(header.EntropyMode, header.RatePoint), _parts.Coders.Raw);
        var tiles = new EncodedTile?[checked((int)layout.Grid.Count)];
        try
        {
            var start = Stopwatch.GetTimestamp();
            WorkScope.ForEach(_parts.Threads, tiles.Length, (tile, token) => tiles[tile] = coder.Encode(_maps, tile, token), _token);
            var encoding = Stopwatch.GetElapsedTime(start);
            var file = VqAssembler.Write(header, layout, tiles!, [], []);
            var document = VqDocument.Open(file, _parts.Graphs.Manifest, _parts.Limits);
            using var maps = new IndexMaps(_parts.Planes, header.Stages, _padding, _parts.Buffers);
            start = Stopwatch.GetTimestamp();
            WorkScope.ForEach(_parts.Threads, tiles.Length, (tile, token) => coder.Decode(document, file, tile, maps, cancellationToken: token), _token);
            return new VqCodingTimes(encoding, Stopwatch.GetElapsedTime(start), file.Length);
        }
        finally
        {
            foreach (var tile in tiles) tile?.Dispose();
        }
    }

    private TimeSpan Decode(out double overhead)
    {
        var whole = new VqRegion(0, 0, _header.Width, _header.Height);
        var plan = _parts.Budget.Decoder(_padding, whole, _header.Stages, 0, resultBytes: 0, toArray: false, out var refusal) ?? throw new ArgumentException(refusal);
        overhead = plan.Overhead;
        using var image = new NativeBuffer(_parts.Buffers, (long)plan.X.Size * plan.Y.Size * 3);
        using var indices = new IndexBuffers(_parts.Planes, _maps.Stages, new Padding(plan.X.Size, plan.Y.Size));
        var time = TimeSpan.Zero;
        for (var band = 0; band < plan.Y.Count; band++)
        {
            for (var column = 0; column < plan.X.Count; column++)
            {
                _maps.ReadWindow(plan.X[column].Start, plan.Y[band].Start, plan.X.Size, plan.Y.Size, indices);
                var start = Stopwatch.GetTimestamp();
                _parts.Graphs.Decode(indices.Planes, _maps.Stages, 1, plan.Y.Size, plan.X.Size, _header.RatePoint, image.Memory, _token);
                time += Stopwatch.GetElapsedTime(start);
            }
        }

        return time;
    }
}
