namespace VqVae.Runtime;

/// <summary>
/// Turns an image's rows, band by band from top to bottom, into the RGB that the encoder's graph sees; keeps their alpha aside. What it gives depends on
/// the image alone, not on where it lies or when it comes.
/// </summary>
internal sealed class PixelInput : IDisposable
{
    private readonly int _width;
    private readonly int _height;
    private readonly PixelFormat _format;
    private readonly AlphaWriter? _writer;
    private readonly TransparentFill? _fill;
    private readonly byte[] _alpha = [];
    private int _y;

    /// <param name="width">The image's width.</param>
    /// <param name="height">The image's height.</param>
    /// <param name="format">How its pixels lie in memory.</param>
    /// <param name="maxAlphaBytes">Most bytes of the alpha section.</param>
    public PixelInput(int width, int height, PixelFormat format, long maxAlphaBytes = long.MaxValue)
    {
        _width = width;
        _height = height;
        _format = format;
        BandRows = TransparentFill.BandRows(width);
        if (!PixelRows.HasAlpha(format)) return;
        _writer = new AlphaWriter(width, maxAlphaBytes);
        _fill = new TransparentFill(width);
        _alpha = new byte[width * Math.Min(BandRows, height)];
    }

    /// <summary>Rows of a band: 64, or a lower power of two in very wide images.</summary>
    public int BandRows { get; }

    /// <summary>Rows of the band that comes next; 0 behind the last one.</summary>
    public int NextRows => Math.Min(BandRows, _height - _y);

    /// <summary>Converts the next <see cref="NextRows"/> rows.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="stride">Bytes from one row of <paramref name="rows"/> to the next.</param>
    /// <param name="rgb">Gets the rows as RGB.</param>
    /// <param name="rgbWidth">Pixels from one row of <paramref name="rgb"/> to the next; those behind the image's width repeat its last column.</param>
    /// <exception cref="ArgumentException">The alpha section gets larger than it may.</exception>
    public void Convert(ReadOnlySpan<byte> rows, int stride, Span<byte> rgb, int rgbWidth)
    {
        var count = NextRows;
        var rowBytes = _width * PixelRows.BytesPerPixel(_format);
        for (var y = 0; y < count; y++)
        {
            var row = rows.Slice(y * stride, rowBytes);
            PixelRows.ToRgb(row, _format, rgb.Slice(y * rgbWidth * 3, _width * 3));
            if (_writer is null) continue;
            var alpha = _alpha.AsSpan(y * _width, _width);
            PixelRows.GetAlpha(row, _format, alpha);
            _writer.WriteRow(alpha);
        }

        _fill?.Fill(rgb, rgbWidth * 3, _alpha, count);
        for (var y = 0; y < count; y++) Extend(rgb.Slice(y * rgbWidth * 3, rgbWidth * 3));
        _y += count;
    }

    /// <summary>The alpha section's content, after the last row; empty where the image is opaque.</summary>
    public ReadOnlyMemory<byte> FinishAlpha()
    {
        if (_y < _height) throw new InvalidOperationException($"expected {_height} rows, got {_y}");
        return _writer?.Finish() ?? default;
    }

    public void Dispose() => _writer?.Dispose();

    private void Extend(Span<byte> row)
    {
        var last = row.Slice((_width - 1) * 3, 3);
        for (var x = _width * 3; x < row.Length; x += 3) last.CopyTo(row[x..]);
    }
}
