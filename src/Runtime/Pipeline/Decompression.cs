namespace VqVae.Runtime;

/// <summary>
/// One image, or a part of one, on its way out: tiles are entropy-decoded ahead, the calling thread runs window after window through the
/// decoder, and finished rows are handed over meanwhile. Only the indices grow with the image.
/// </summary>
internal sealed class Decompression : IDisposable
{
    private const int RgbBytes = 3;

    private readonly CodecParts _parts;
    private readonly VqDocument _document;
    private readonly ReadOnlyMemory<byte> _file;
    private readonly VqRegion _region;
    private readonly WindowPlan _plan;
    private readonly RowTarget _target;
    private readonly PixelFormat _format;
    private readonly WorkScope _scope;
    private readonly IndexMaps _maps = null!;
    private readonly TileCoder _coder;
    private readonly TileRectangle _tiles;
    private readonly NativeBuffer?[] _bands;
    private PixelOutput? _output;
    private readonly int _chunkRows;

    /// <param name="parts">The codec.</param>
    /// <param name="document">The opened file.</param>
    /// <param name="file">Its bytes.</param>
    /// <param name="stages">Stages that are decoded, if the file has them whole.</param>
    /// <param name="region">The part of the image that is wanted.</param>
    /// <param name="target">Takes its rows.</param>
    /// <param name="format">Their format.</param>
    /// <param name="plan">The windows.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public Decompression(
        CodecParts parts, VqDocument document, ReadOnlyMemory<byte> file, int stages, VqRegion region, RowTarget target, PixelFormat format, WindowPlan plan, CancellationToken cancellationToken)
    {
        (_parts, _document, _file, _region, _target, _format, _plan) = (parts, document, file, region, target, format, plan);
        _coder = new TileCoder(document.Layout, parts.Coders.ForReading(document.Header), parts.Coders.Raw);
        _tiles = Tiles(document.Layout.Grid, plan);
        _chunkRows = RowChunk.Rows(region.Width);
        _scope = new WorkScope(parts.Threads, cancellationToken);

        // One row of windows is decoded while the rows of the one above it are handed over.
        _bands = new NativeBuffer[Math.Min(2, plan.Y.Count)];
        try
        {
            var kept = Math.Min(stages, document.CompleteStages);
            _maps = new IndexMaps(parts.Planes, kept, Padding.Of(parts.Planes, document.Header.Width, document.Header.Height), parts.Buffers);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Leading stages that are decoded; after <see cref="Run"/> those that the file really has.</summary>
    public int Stages => _maps.Stages;

    /// <summary>Whether a row of windows is one window, which is then decoded to where its rows are taken from.</summary>
    private bool HasOneColumn => _plan.X.Count == 1;

    private int BandRowBytes => (HasOneColumn ? _plan.X.Size : _plan.X.To - _plan.X.From) * RgbBytes;

    /// <summary>Decompresses.</summary>
    public void Run() => _scope.Run(DecodeWindows);

    public void Dispose()
    {
        _output?.Dispose();
        _maps?.Dispose();
        foreach (var band in _bands) band?.Dispose();
        _scope.Dispose();
    }

    private void DecodeWindows()
    {
        var (columns, bands, side) = (_plan.X, _plan.Y, _document.Layout.Grid.Side);
        var coding = _scope.AddParallel(_tiles.Count, DecodeTile);
        var writing = _scope.AddSerial(bands.Count, WriteBand);
        coding.Release(_tiles.Count);

        // A small file may state a large image and have nothing in it: nothing of the image's size is touched before the first windows' tiles are
        // there. A file without lengths says only in its blocks, too, how many stages it has whole; it is one tile.
        coding.Complete(TilesUpTo(0));
        _output = new PixelOutput(_document.Header, _document.Sections.Alpha.Of(_file), _region, _format);
        using var window = HasOneColumn ? null : new NativeBuffer(_parts.Buffers, (long)columns.Size * bands.Size * RgbBytes);
        using var indices = new IndexBuffers(_parts.Planes, _maps.Stages, new Padding(columns.Size, bands.Size));
        for (var band = 0; band < bands.Count; band++)
        {
            coding.Complete(TilesUpTo(band));
            writing.Complete(Math.Max(0, band + 1 - _bands.Length));
            var rows = _bands[band % _bands.Length] ??= new NativeBuffer(_parts.Buffers, (long)(HasOneColumn ? bands.Size : bands.LargestCore) * BandRowBytes);
            for (var column = 0; column < columns.Count; column++)
            {
                _maps.ReadWindow(columns[column].Start, bands[band].Start, columns.Size, bands.Size, indices);
                _parts.Graphs.Decode(indices.Planes, _maps.Stages, 1, bands.Size, columns.Size, _document.Header.RatePoint, (window ?? rows).Memory, _scope.Token);
                if (window is not null) StoreCore(columns[column], bands[band], window, rows);
            }

            writing.Release(band + 1);
        }

        writing.Complete(bands.Count);

        int TilesUpTo(int band) => (((bands[band].Start + bands.Size - 1) / side) + 1 - _tiles.Y) * _tiles.Width;
    }

    private void DecodeTile(int number)
    {
        var tile = ((_tiles.Y + (number / _tiles.Width)) * _document.Layout.Grid.Columns) + _tiles.X + (number % _tiles.Width);
        var stages = _coder.Decode(_document, _file.Span, tile, _maps, cancellationToken: _scope.Token);
        if (stages == 0) VqThrow.NoStage(_file.Length);
        if (stages < _maps.Stages) _maps.Keep(stages);
    }

    private void StoreCore(WindowSpan x, WindowSpan y, NativeBuffer image, NativeBuffer band)
    {
        var bytes = (x.CoreEnd - x.CoreStart) * RgbBytes;
        for (var row = y.CoreStart; row < y.CoreEnd; row++)
        {
            var from = (((long)(row - y.Start) * _plan.X.Size) + x.CoreStart - x.Start) * RgbBytes;
            var to = ((long)(row - y.CoreStart) * BandRowBytes) + ((x.CoreStart - _plan.X.From) * RgbBytes);
            image.Slice(from, bytes).CopyTo(band.Slice(to, bytes));
        }
    }

    /// <summary>Hands over a row of windows' part of the region.</summary>
    private void WriteBand(int number)
    {
        var (span, band, output) = (_plan.Y[number], _bands[number % _bands.Length]!, _output!);
        var end = Math.Min(span.CoreEnd, _region.Y + _region.Height);
        for (var y = Math.Max(span.CoreStart, _region.Y); y < end;)
        {
            _scope.Token.ThrowIfCancellationRequested();
            var count = Math.Min(_chunkRows, end - y);
            var from = HasOneColumn
                ? ((long)(y - span.Start) * BandRowBytes) + ((_region.X - _plan.X[0].Start) * RgbBytes)
                : ((long)(y - span.CoreStart) * BandRowBytes) + ((_region.X - _plan.X.From) * RgbBytes);
            var rgb = band.Slice(from, ((count - 1) * BandRowBytes) + (_region.Width * RgbBytes));
            var rows = _target.Next(y - _region.Y, count);
            output.Convert(rgb, BandRowBytes / RgbBytes, count, rows);
            _target.Filled(y - _region.Y, rows);
            y += count;
        }
    }

    /// <summary>The tiles that the windows see, in tiles.</summary>
    private static TileRectangle Tiles(TileGrid grid, WindowPlan plan)
    {
        var (left, right) = Tiles(plan.X, grid.Side);
        var (top, bottom) = Tiles(plan.Y, grid.Side);
        return new TileRectangle(left, top, right - left, bottom - top);

        static (int First, int End) Tiles(WindowAxis axis, int side) =>
            (axis[0].Start / side, ((axis[axis.Count - 1].Start + axis.Size - 1) / side) + 1);
    }
}
