using System.Buffers.Binary;
using System.IO.Compression;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Images.Png;

/// <summary>Writes a PNG file row by row, in memory for two rows whatever the picture's height (W3C PNG, third edition).</summary>
internal sealed class PngWriter : IPictureWriter
{
    /// <summary>Compression where none is asked for.</summary>
    public const int DefaultLevel = 2;

    private readonly Stream _stream;
    private readonly PngDataStream _data;
    private readonly ZLibStream _deflate;
    private readonly int _height, _pixel;
    private readonly byte? _filter;
    private readonly byte[] _scratch, _filtered;
    private byte[] _current, _above;
    private int _row;

    /// <summary>Writes everything that comes before the pixels.</summary>
    /// <param name="stream">Where to; it stays open.</param>
    /// <param name="width">Pixels in a row, 1 to 2³¹ − 1.</param>
    /// <param name="height">Rows, 1 to 2³¹ − 1.</param>
    /// <param name="format">Gray8, GrayAlpha16, Rgb24 or Rgba32: of 8-bit sRGB, which the file says.</param>
    /// <param name="level">0 stored, 1 fastest to 9 smallest.</param>
    /// <param name="exif">A TIFF structure that becomes the file's EXIF, or nothing.</param>
    /// <exception cref="ArgumentException">The format is another one, or the size or level out of range.</exception>
    /// <exception cref="IOException">The stream fails.</exception>
    public PngWriter(Stream stream, int width, int height, PixelFormat format, int level = DefaultLevel, ReadOnlySpan<byte> exif = default)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(level);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(level, 9);
        (var color, _pixel) = format switch
        {
            PixelFormat.Gray8 => (0, 1),
            PixelFormat.Rgb24 => (2, 3),
            PixelFormat.GrayAlpha16 => (4, 2),
            PixelFormat.Rgba32 => (6, 4),
            _ => throw new ArgumentException($"expected grey or RGB, with or without alpha, got {format}", nameof(format)),
        };
        _stream = stream;
        _height = height;
        var rowBytes = checked(width * _pixel);
        _current = new byte[_pixel + rowBytes];
        _above = new byte[_pixel + rowBytes];
        _filtered = new byte[1 + rowBytes];
        _scratch = new byte[rowBytes];

        stream.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a]);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);

        // Bit depth and colour type; then the only compression and filter method there are, and no interlacing.
        (header[8], header[9], header[10], header[11], header[12]) = (8, (byte)color, 0, 0, 0);
        PngChunks.Write(stream, "IHDR"u8, header);

        // Rendering intent: perceptual, which photographs are shown with.
        PngChunks.Write(stream, "sRGB"u8, [0]);
        if (!exif.IsEmpty) PngChunks.Write(stream, "eXIf"u8, exif);

        (_filter, var strategy) = level switch
        {
            0 => (PngFilter.None, ZLibCompressionStrategy.Default),
            1 => (PngFilter.Paeth, ZLibCompressionStrategy.RunLengthEncoding),

            // After the filter there is little for a search for strings to find: runs alone are several times as fast at about the size of level 6.
            2 => ((byte?)null, ZLibCompressionStrategy.RunLengthEncoding),
            _ => ((byte?)null, ZLibCompressionStrategy.Default),
        };
        _data = new PngDataStream(stream);
        _deflate = new ZLibStream(_data, new ZLibCompressionOptions { CompressionLevel = level, CompressionStrategy = strategy }, leaveOpen: true);
    }

    /// <summary>Writes the next rows.</summary>
    /// <param name="rows">A whole number of rows, tightly packed.</param>
    /// <exception cref="ArgumentException">They end inside a row, or are more than the picture has left.</exception>
    /// <exception cref="IOException">The stream fails.</exception>
    public void WriteRows(ReadOnlySpan<byte> rows)
    {
        if (rows.Length % _scratch.Length != 0 || rows.Length / _scratch.Length > _height - _row)
            throw new ArgumentException($"expected whole rows of {_scratch.Length} bytes, at most {_height - _row}, got {rows.Length} bytes", nameof(rows));
        for (; rows.Length > 0; rows = rows[_scratch.Length..], _row++)
        {
            (_current, _above) = (_above, _current);
            rows[.._scratch.Length].CopyTo(_current.AsSpan(_pixel));
            var target = _filtered.AsSpan(1);
            if (_filter is { } filter) PngFilter.Apply(filter, _current, _above, _pixel, target);
            _filtered[0] = _filter ?? PngFilter.ApplyBest(_current, _above, _pixel, target, _scratch);
            _deflate.Write(_filtered);
        }
    }

    /// <summary>Writes the file's end; before it, the file is not complete.</summary>
    /// <exception cref="InvalidOperationException">Rows are missing.</exception>
    /// <exception cref="IOException">The stream fails.</exception>
    public void Finish()
    {
        if (_row < _height) throw new InvalidOperationException($"expected {_height} rows, got {_row}");
        _deflate.Dispose();
        _data.Finish();
        PngChunks.Write(_stream, "IEND"u8, []);
    }

    /// <summary>Releases the compressor; without <see cref="Finish"/> the file stays incomplete.</summary>
    public void Dispose()
    {
        // Its last bytes would go to a stream that may be the reason why there is no end.
        _data.Abandon();
        _deflate.Dispose();
        _data.Dispose();
    }
}
