using VqVae.Runtime;

namespace VqVae.Samples.WebApi.Pictures;

/// <summary>
/// Scales a picture down while its rows come: each new pixel is the mean of the area that it covers, computed in whole numbers; colours are weighted by alpha. Memory
/// holds two rows.
/// </summary>
internal sealed class RowShrinker
{
    private readonly int _width, _height, _newWidth, _newHeight, _channels;
    private readonly bool _hasAlpha;
    private readonly VqRowWriter _target;
    private readonly long[] _row, _sum;
    private readonly byte[] _result;
    private int _next;

    /// <summary>Starts with no rows.</summary>
    /// <param name="size">The picture's size.</param>
    /// <param name="newSize">The new size, not larger in either direction.</param>
    /// <param name="format">Gray8, GrayAlpha16, Rgb24 or Rgba32.</param>
    /// <param name="target">Takes the new rows, one at a time.</param>
    public RowShrinker((int Width, int Height) size, (int Width, int Height) newSize, PixelFormat format, VqRowWriter target)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(newSize.Width, size.Width);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(newSize.Height, size.Height);
        ((_width, _height), (_newWidth, _newHeight), _target) = (size, newSize, target);
        (_channels, _hasAlpha) = format switch
        {
            PixelFormat.Gray8 => (1, false),
            PixelFormat.GrayAlpha16 => (2, true),
            PixelFormat.Rgb24 => (3, false),
            PixelFormat.Rgba32 => (4, true),
            _ => throw new ArgumentOutOfRangeException(nameof(format), format, "expected grey or RGB, with or without alpha"),
        };
        _row = new long[_newWidth * _channels];
        _sum = new long[_newWidth * _channels];
        _result = new byte[_newWidth * _channels];
    }

    /// <summary>The size of a picture that is to be so wide, or as it is where it is not wider.</summary>
    public static (int Width, int Height) Size((int Width, int Height) size, int? width) =>
        width is { } to && to < size.Width ? (to, (int)Math.Max(1, (((long)size.Height * to) + (size.Width / 2)) / size.Width)) : size;

    /// <summary>Takes the next rows.</summary>
    public void Add(ReadOnlySpan<byte> rows)
    {
        for (; rows.Length > 0; rows = rows[(_width * _channels)..])
        {
            ShrinkRow(rows[..(_width * _channels)]);

            // Counted in new rows' heights: a row covers [y·new, (y + 1)·new), a new row as much as `height`. It ends in at most two of them.
            var (start, end) = ((long)_next * _newHeight, (long)(_next + 1) * _newHeight);
            var border = ((start / _height) + 1) * _height;
            _next++;
            if (end < border)
            {
                AddRow(_newHeight);
                continue;
            }

            AddRow(border - start);
            Emit((int)(border / _height) - 1);
            if (end > border) AddRow(end - border);
        }
    }

    /// <summary>Sums over the width, each pixel weighted by how much of it a new pixel covers; the weights of a new pixel add up to the picture's width.</summary>
    private void ShrinkRow(ReadOnlySpan<byte> row)
    {
        Array.Clear(_row);
        int x = 0, left = _width;
        for (var at = 0; at < row.Length; at += _channels)
        {
            var pixel = row[at..(at + _channels)];
            var weight = Math.Min(left, _newWidth);
            AddPixel(pixel, x, weight);
            left -= weight;
            if (left > 0) continue;
            x += _channels;
            left = _width - (_newWidth - weight);
            if (weight < _newWidth) AddPixel(pixel, x, _newWidth - weight);
        }
    }

    private void AddPixel(ReadOnlySpan<byte> pixel, int x, int weight)
    {
        var colors = _hasAlpha ? _channels - 1 : _channels;
        var colorWeight = _hasAlpha ? weight * pixel[colors] : weight;
        for (var c = 0; c < colors; c++) _row[x + c] += (long)pixel[c] * colorWeight;
        if (_hasAlpha) _row[x + colors] += colorWeight;
    }

    private void AddRow(long weight)
    {
        for (var i = 0; i < _row.Length; i++) _sum[i] += _row[i] * weight;
    }

    private void Emit(int y)
    {
        var area = (long)_width * _height;
        var colors = _hasAlpha ? _channels - 1 : _channels;
        for (var x = 0; x < _sum.Length; x += _channels)
        {
            var weight = _hasAlpha ? _sum[x + colors] : area;
            for (var c = 0; c < colors; c++) _result[x + c] = weight == 0 ? (byte)0 : (byte)((_sum[x + c] + (weight / 2)) / weight);
            if (_hasAlpha) _result[x + colors] = (byte)((weight + (area / 2)) / area);
        }

        Array.Clear(_sum);
        _target(y, _result);
    }
}
