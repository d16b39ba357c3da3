namespace VqVae.Runtime;

/// <summary>An image on its way into the encoder: its rows as RGB, extended to the padded size, the latest of them or all.</summary>
internal sealed class EncoderRows : IDisposable
{
    private const int RgbBytes = 3;

    private readonly VqHeader _header;
    private readonly PixelFormat _format;
    private readonly RowSource _source;
    private readonly Padding _padding;
    private readonly NativeBuffer? _chunk;
    private readonly RowRing _ring = null!;
    private readonly BufferPool _buffers;
    private readonly PixelInput _input;
    private readonly bool _isWhole;
    private int _rowsRead;

    /// <param name="parts">The codec.</param>
    /// <param name="header">The image's size.</param>
    /// <param name="rows">Gives the rows.</param>
    /// <param name="format">Their format.</param>
    /// <param name="plan">The windows, and what they leave of the memory.</param>
    /// <param name="keepsAll">Whether all rows stay, so that windows may be taken again and again.</param>
    public EncoderRows(CodecParts parts, VqHeader header, RowSource rows, PixelFormat format, WindowPlan plan, bool keepsAll)
    {
        (_header, _source, _format, _isWhole, _buffers) = (header, rows, format, plan.IsWhole, parts.Buffers);
        _padding = Padding.Of(parts.Planes, header.Width, header.Height);
        _input = new PixelInput(header.Width, header.Height, format, MostAlphaBytes(parts, header, plan));
        try
        {
            if (!rows.IsMemory) _chunk = new NativeBuffer(parts.Buffers, (long)Math.Min(_input.BandRows, header.Height) * header.Width * PixelRows.BytesPerPixel(format));
            _ring = new RowRing(parts.Buffers, keepsAll ? Whole(_padding.Height, _input.BandRows) : RingRows(plan, _padding, _input.BandRows), _padding.Width * RgbBytes);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Reads up to a row of the padded image, and what is left of the last chunk.</summary>
    public void ReadUpTo(int end, CancellationToken cancellationToken)
    {
        var rowBytes = _header.Width * PixelRows.BytesPerPixel(_format);
        while (_rowsRead < Math.Min(end, _header.Height))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = _input.NextRows;
            var target = _ring.Rows(_rowsRead, count);
            if (_chunk is null)
            {
                _input.Convert(_source.From(_rowsRead), _source.Stride, target, _padding.Width);
            }
            else
            {
                var chunk = _chunk.Slice(0, count * rowBytes);
                _source.Read(_rowsRead, chunk);
                _input.Convert(chunk, rowBytes, target, _padding.Width);
            }

            _rowsRead += count;
        }

        // The padding repeats the last row.
        for (var y = _header.Height; y < end; y++) _ring.Rows(_header.Height - 1, 1).CopyTo(_ring.Rows(y, 1));
    }

    /// <summary>A window's RGB: the rows themselves where it is the whole image, and otherwise a copy.</summary>
    /// <param name="x">Its first column.</param>
    /// <param name="y">Its first row; it and those below must have been read and be kept.</param>
    /// <param name="width">Its width.</param>
    /// <param name="height">Its height.</param>
    /// <param name="copy">Memory for a copy, made where it is needed.</param>
    public Memory<byte> Window(int x, int y, int width, int height, ref NativeBuffer? copy)
    {
        if (_isWhole) return _ring.First(height);
        copy ??= new NativeBuffer(_buffers, (long)width * height * RgbBytes);
        for (var row = 0; row < height; row++) Row(y + row).Slice(x * RgbBytes, width * RgbBytes).CopyTo(copy.Slice((long)row * width * RgbBytes, width * RgbBytes));
        return copy.Memory;
    }

    /// <summary>A row of the padded image as RGB.</summary>
    public ReadOnlySpan<byte> Row(int y) => _ring.Rows(y, 1);

    /// <summary>The alpha section's content, after the last row.</summary>
    public ReadOnlyMemory<byte> FinishAlpha() => _input.FinishAlpha();

    public void Dispose()
    {
        _input.Dispose();
        _ring?.Dispose();
        _chunk?.Dispose();
    }

    /// <summary>What the limit of memory leaves the alpha section, which must fit an array with room for a row, too.</summary>
    private static long MostAlphaBytes(CodecParts parts, in VqHeader header, WindowPlan plan) => Math.Min(
        Array.MaxLength - (2L * VqLimits.MaxSide),
        (parts.Limits.MaxMemory - plan.Memory + AlphaWriter.ReservedBytes(header.Width, header.Height)) / AlphaWriter.MemoryOfAByte);

    /// <summary>
    /// Rows that are held: those of a row of windows while what the next one needs beside them is read, whole chunks at a time. Chunks never wrap.
    /// </summary>
    private static int RingRows(WindowPlan plan, Padding padding, int chunkRows) =>
        Whole(plan.Y.Count == 1 ? padding.Height : Math.Min(padding.Height, plan.Y.Size + plan.Y.LargestStep + chunkRows - 1), chunkRows);

    private static int Whole(int rows, int chunkRows) => (rows + chunkRows - 1) / chunkRows * chunkRows;
}
