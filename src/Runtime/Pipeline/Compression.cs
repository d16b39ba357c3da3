namespace VqVae.Runtime;

/// <summary>
/// One image on its way in: rows are read ahead into a ring, the calling thread runs window after window through the encoder, and tiles are
/// entropy-coded as soon as their indices are there. Only the indices and the blocks grow with the image.
/// </summary>
internal sealed class Compression : IDisposable
{
    private const int RgbBytes = 3;

    private readonly CodecParts _parts;
    private readonly VqHeader _header;
    private readonly PixelFormat _format;
    private readonly float _lambda;
    private readonly WindowPlan _plan;
    private readonly Padding _padding;
    private readonly VqRowReader _rows;
    private readonly WorkScope _scope;
    private readonly BlockLayout _layout;
    private readonly TileCoder _coder;
    private readonly EncodedTile?[] _tiles;
    private readonly NativeBuffer _chunk = null!;
    private readonly RowRing _ring = null!;
    private readonly IndexMaps _maps = null!;
    private readonly PixelInput _input = null!;
    private int _rowsRead;

    /// <param name="parts">The codec.</param>
    /// <param name="header">Size, stages, rate point and mode.</param>
    /// <param name="rows">Gives the rows.</param>
    /// <param name="format">Their format.</param>
    /// <param name="lambda">Weight of the rate in the search.</param>
    /// <param name="plan">The windows.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public Compression(CodecParts parts, VqHeader header, VqRowReader rows, PixelFormat format, float lambda, WindowPlan plan, CancellationToken cancellationToken)
    {
        (_parts, _header, _rows, _format, _lambda, _plan) = (parts, header, rows, format, lambda, plan);
        _padding = Padding.Of(parts.Planes, header.Width, header.Height);
        _layout = new BlockLayout(parts.Planes, header.Stages, TileGrid.Of(header, parts.Planes));
        _coder = new TileCoder(_layout, parts.Coders.ForWriting(header.EntropyMode, header.RatePoint), parts.Coders.Raw);
        _tiles = new EncodedTile?[checked((int)_layout.Grid.Count)];
        _scope = new WorkScope(parts.Threads, cancellationToken);
        try
        {
            _input = new PixelInput(header.Width, header.Height, format, MostAlphaBytes(parts, header, plan));
            _chunk = new NativeBuffer(parts.Buffers, (long)Math.Min(_input.BandRows, header.Height) * header.Width * PixelRows.BytesPerPixel(format));
            _ring = new RowRing(parts.Buffers, RingRows(plan, _padding, _input.BandRows), _padding.Width * RgbBytes);
            _maps = new IndexMaps(parts.Planes, header.Stages, _padding, parts.Buffers);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>What the limit of memory leaves the alpha section, which must fit an array with room for a row, too.</summary>
    private static long MostAlphaBytes(CodecParts parts, in VqHeader header, WindowPlan plan) => Math.Min(
        Array.MaxLength - (2L * VqLimits.MaxSide),
        (parts.Limits.MaxMemory - plan.Memory + AlphaWriter.ReservedBytes(header.Width, header.Height)) / AlphaWriter.MemoryOfAByte);

    /// <summary>
    /// Rows that are held: those of a row of windows while what the next one needs beside them is read, whole chunks at a time. Chunks never wrap.
    /// </summary>
    private static int RingRows(WindowPlan plan, Padding padding, int chunkRows)
    {
        var rows = plan.Y.Count == 1 ? padding.Height : Math.Min(padding.Height, plan.Y.Size + plan.Y.LargestStep + chunkRows - 1);
        return (rows + chunkRows - 1) / chunkRows * chunkRows;
    }

    /// <summary>Compresses.</summary>
    /// <param name="exif">The EXIF section's content; empty for none.</param>
    public byte[] Run(ReadOnlySpan<byte> exif)
    {
        _scope.Run(EncodeWindows);
        return VqAssembler.Write(_header, _layout, _tiles!, _input.FinishAlpha().Span, exif);
    }

    public void Dispose()
    {
        foreach (var tile in _tiles) tile?.Dispose();
        _input?.Dispose();
        _maps?.Dispose();
        _ring?.Dispose();
        _chunk?.Dispose();
        _scope.Dispose();
    }

    private void EncodeWindows()
    {
        var (columns, bands, grid) = (_plan.X, _plan.Y, _layout.Grid);
        var reading = _scope.AddSerial(bands.Count, ReadBand);
        var coding = _scope.AddParallel(_tiles.Length, tile => _tiles[tile] = _coder.Encode(_maps, tile, _scope.Token));
        using var image = new NativeBuffer(_parts.Buffers, (long)columns.Size * bands.Size * RgbBytes);
        using var indices = new IndexBuffers(_parts.Planes, int.MaxValue, new Padding(columns.Size, bands.Size));
        reading.Release(1);
        for (var band = 0; band < bands.Count; band++)
        {
            reading.Complete(band + 1);
            reading.Release(band + 2);
            for (var column = 0; column < columns.Count; column++)
            {
                CopyWindow(columns[column].Start, bands[band].Start, image);
                _parts.Graphs.Encode(image.Memory, 1, bands.Size, columns.Size, _header.RatePoint, _lambda, indices.Planes, _scope.Token);
                StoreCore(columns[column], bands[band], indices);
            }

            coding.Release((bands[band].CoreEnd == _padding.Height ? grid.Rows : bands[band].CoreEnd / grid.Side) * grid.Columns);
        }

        coding.Complete(_tiles.Length);
    }

    /// <summary>Reads the rows that a row of windows sees beyond those that are there, and what is left of the last chunk.</summary>
    private void ReadBand(int band)
    {
        var end = _plan.Y[band].Start + _plan.Y.Size;
        var rowBytes = _header.Width * PixelRows.BytesPerPixel(_format);
        while (_rowsRead < Math.Min(end, _header.Height))
        {
            _scope.Token.ThrowIfCancellationRequested();
            var count = _input.NextRows;
            var chunk = _chunk.Slice(0, count * rowBytes);
            _rows(_rowsRead, chunk);
            _input.Convert(chunk, rowBytes, _ring.Rows(_rowsRead, count), _padding.Width);
            _rowsRead += count;
        }

        // The padding repeats the last row.
        for (var y = _header.Height; y < end; y++) _ring.Rows(_header.Height - 1, 1).CopyTo(_ring.Rows(y, 1));
    }

    private void CopyWindow(int x, int y, NativeBuffer image)
    {
        var rowBytes = _plan.X.Size * RgbBytes;
        for (var row = 0; row < _plan.Y.Size; row++)
            _ring.Rows(y + row, 1).Slice(x * RgbBytes, rowBytes).CopyTo(image.Slice((long)row * rowBytes, rowBytes));
    }

    private void StoreCore(WindowSpan x, WindowSpan y, IndexBuffers indices)
    {
        for (var p = 0; p < _parts.Planes.Count; p++)
        {
            var stride = _parts.Planes[p].Stride;
            var (width, height) = (_plan.X.Size / stride, _plan.Y.Size / stride);
            var core = new TileRectangle(x.CoreStart / stride, y.CoreStart / stride, (x.CoreEnd - x.CoreStart) / stride, (y.CoreEnd - y.CoreStart) / stride);
            var first = (((y.CoreStart - y.Start) / stride) * width) + ((x.CoreStart - x.Start) / stride);
            for (var stage = 0; stage < _maps.StagesOf(p); stage++)
                _maps.Write(p, stage, core, indices.Planes[p].Span[((stage * width * height) + first)..], width);
        }
    }
}
