namespace VqVae.Runtime;

/// <summary>
/// One image on its way in: rows are read ahead into a ring, the calling thread runs window after window through the encoder, and tiles are
/// entropy-coded as soon as their indices are there. Only the indices and the blocks grow with the image.
/// </summary>
internal sealed class Compression : IDisposable
{
    private readonly CodecParts _parts;
    private readonly VqHeader _header;
    private readonly EncoderSettings _settings;
    private readonly WindowPlan _plan;
    private readonly Padding _padding;
    private readonly WorkScope _scope;
    private readonly BlockLayout _layout;
    private readonly TileCoder _coder;
    private readonly EncodedTile?[] _tiles;
    private readonly EncoderRows _rows = null!;
    private readonly IndexMaps _maps = null!;

    /// <param name="parts">The codec.</param>
    /// <param name="header">Size, stages, rate point and mode.</param>
    /// <param name="settings">How codes are searched.</param>
    /// <param name="rows">Gives the rows.</param>
    /// <param name="format">Their format.</param>
    /// <param name="plan">The windows.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public Compression(CodecParts parts, VqHeader header, in EncoderSettings settings, RowSource rows, PixelFormat format, WindowPlan plan, CancellationToken cancellationToken)
    {
        (_parts, _header, _settings, _plan) = (parts, header, settings, plan);
        _padding = Padding.Of(parts.Planes, header.Width, header.Height);
        _layout = new BlockLayout(parts.Planes, header.Stages, TileGrid.Of(header, parts.Planes));
        _coder = new TileCoder(_layout, parts.Coders.ForWriting(header.EntropyMode, header.RatePoint), parts.Coders.Raw);
        _tiles = new EncodedTile?[checked((int)_layout.Grid.Count)];
        _scope = new WorkScope(parts.Threads, cancellationToken);
        try
        {
            _rows = new EncoderRows(parts, header, rows, format, plan, keepsAll: false);
            _maps = new IndexMaps(parts.Planes, header.Stages, _padding, parts.Buffers);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Compresses.</summary>
    /// <param name="exif">The EXIF section's content; empty for none.</param>
    public byte[] Run(ReadOnlySpan<byte> exif)
    {
        _scope.Run(EncodeWindows);
        return VqAssembler.Write(_header, _layout, _tiles!, _rows.FinishAlpha().Span, exif);
    }

    public void Dispose()
    {
        foreach (var tile in _tiles) tile?.Dispose();
        _maps?.Dispose();
        _rows?.Dispose();
        _scope.Dispose();
    }

    private void EncodeWindows()
    {
        var (columns, bands, grid) = (_plan.X, _plan.Y, _layout.Grid);
        var reading = _scope.AddSerial(bands.Count, band => _rows.ReadUpTo(bands[band].Start + bands.Size, _scope.Token));
        var coding = _scope.AddParallel(_tiles.Length, tile => _tiles[tile] = _coder.Encode(_maps, tile, _scope.Token));
        using var encoder = new WindowEncoder(_parts, _plan, _settings);
        reading.Release(1);
        for (var band = 0; band < bands.Count; band++)
        {
            reading.Complete(band + 1);
            reading.Release(band + 2);
            for (var column = 0; column < columns.Count; column++) encoder.Encode(_rows, columns[column], bands[band], _maps, _scope.Token);
            coding.Release((bands[band].CoreEnd == _padding.Height ? grid.Rows : bands[band].CoreEnd / grid.Side) * grid.Columns);
        }

        coding.Complete(_tiles.Length);
    }
}
