namespace VqVae.Runtime;

/// <summary>Reads an alpha section row by row, from top to bottom.</summary>
internal sealed class AlphaReader : IDisposable
{
    private readonly AlphaInflater _inflater;
    private readonly int _height;
    private byte[] _row;
    private byte[] _above;
    private int _y;

    /// <param name="section">The section's content.</param>
    /// <param name="width">The image's width.</param>
    /// <param name="height">The image's height.</param>
    /// <exception cref="VqFormatException">The section is too short for the image.</exception>
    public AlphaReader(ReadOnlySpan<byte> section, int width, int height)
    {
        _inflater = new AlphaInflater(section, width, height);
        _height = height;
        _row = new byte[width + 1];
        _above = new byte[width + 1];
    }

    /// <summary>Reads the next row; behind the last one it is checked that the section ends.</summary>
    /// <returns>The row's alpha; valid until the next call.</returns>
    /// <exception cref="VqFormatException">The section is damaged, too short or too long.</exception>
    public ReadOnlySpan<byte> ReadRow()
    {
        if (_y == _height) throw new InvalidOperationException("all rows were read");
        (_row, _above) = (_above, _row);
        _inflater.Read(_row);
        if (!RowFilter.Undo(_row[0], _row.AsSpan(1), _above.AsSpan(1)))
            throw new VqFormatException($"alpha, row {_y}: expected a filter below {RowFilter.Count}, got {_row[0]}");
        if (++_y == _height) _inflater.End();
        return _row.AsSpan(1);
    }

    /// <summary>Checks a whole section: that it inflates to the image's size, its checksum, and the filters' numbers.</summary>
    /// <exception cref="VqFormatException">The section is damaged, too short or too long.</exception>
    public static void Verify(ReadOnlySpan<byte> section, int width, int height)
    {
        using var inflater = new AlphaInflater(section, width, height);
        var row = (Span<byte>)new byte[Math.Min(width + 1, 1 << 16)];
        for (var y = 0; y < height; y++)
        {
            for (var left = width + 1; left > 0; left -= row.Length)
            {
                var part = row[..Math.Min(left, row.Length)];
                inflater.Read(part);
                if (left == width + 1 && part[0] >= RowFilter.Count)
                    throw new VqFormatException($"alpha, row {y}: expected a filter below {RowFilter.Count}, got {part[0]}");
            }
        }

        inflater.End();
    }

    public void Dispose() => _inflater.Dispose();
}
