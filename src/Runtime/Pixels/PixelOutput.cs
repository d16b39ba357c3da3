namespace VqVae.Runtime;

/// <summary>Turns decoded RGB rows, from top to bottom, into the pixels that were asked for, with the file's alpha where they have one.</summary>
internal sealed class PixelOutput : IDisposable
{
    private readonly VqRegion _region;
    private readonly bool _isGray;
    private readonly PixelFormat _format;
    private readonly AlphaReader? _alpha;
    private int _alphaRow;

    /// <param name="header">The file's header.</param>
    /// <param name="alpha">The content of its alpha section; empty where it has none. It must not change meanwhile.</param>
    /// <param name="region">The part of the image that is wanted. Alpha above it is read and dropped.</param>
    /// <param name="format">The format that is wanted.</param>
    /// <exception cref="VqFormatException">The alpha section is too short for the image.</exception>
    public PixelOutput(in VqHeader header, ReadOnlyMemory<byte> alpha, VqRegion region, PixelFormat format)
    {
        _region = region;
        _isGray = header.IsGray;
        _format = format;
        if (header.HasAlpha && PixelRows.HasAlpha(format)) _alpha = new AlphaReader(alpha, header.Width, header.Height);
    }

    /// <summary>Bytes of a row of the wanted pixels.</summary>
    public int RowBytes => _region.Width * PixelRows.BytesPerPixel(_format);

    /// <summary>Converts the region's next rows.</summary>
    /// <param name="rgb">Decoded rows; the region's first column first.</param>
    /// <param name="rgbWidth">Pixels from one row of <paramref name="rgb"/> to the next.</param>
    /// <param name="rows">Rows to convert.</param>
    /// <param name="pixels">Where they go, tightly packed.</param>
    /// <exception cref="VqFormatException">The alpha section is damaged.</exception>
    public void Convert(ReadOnlySpan<byte> rgb, int rgbWidth, int rows, Span<byte> pixels)
    {
        for (var y = 0; y < rows; y++)
        {
            var row = pixels.Slice(y * RowBytes, RowBytes);
            PixelRows.FromRgb(rgb.Slice(y * rgbWidth * 3, _region.Width * 3), _isGray, _format, row);
            SetAlpha(row);
        }
    }

    /// <summary>Sets the alpha of the region's next row, whose colours lie there already.</summary>
    private void SetAlpha(Span<byte> row)
    {
        if (_alpha is null) return;
        for (; _alphaRow < _region.Y; _alphaRow++) _alpha.ReadRow();
        PixelRows.SetAlpha(_alpha.ReadRow().Slice(_region.X, _region.Width), _format, row);
        _alphaRow++;
    }

    public void Dispose() => _alpha?.Dispose();
}
