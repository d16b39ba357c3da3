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
    public AlphaReader(ReadOnlyMemory<byte> section, int width, int height)
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
        unsafe
        {
            // Pinned until it is read, so that it need not be copied.
            fixed (byte* start = section) Verify(new PinnedBytes(start, section.Length).Memory, width, height);
        }
    }

    private static void Verify(ReadOnlyMemory<byte> section, int width, int height)
    {
        using var inflater = new AlphaInflater(section, width, height);
        var (row, total) = (width + 1L, (width + 1L) * height);
        var part = (Span<byte>)new byte[(int)Math.Min(total, 1 << 16)];
        var filter = 0L;
        for (var at = 0L; at < total; at += part.Length)
        {
            part = part[..(int)Math.Min(total - at, part.Length)];
            inflater.Read(part);
            for (; filter < at + part.Length; filter += row)
            {
                if (part[(int)(filter - at)] >= RowFilter.Count)
                    throw new VqFormatException($"alpha, row {filter / row}: expected a filter below {RowFilter.Count}, got {part[(int)(filter - at)]}");
            }
        }

        inflater.End();
    }

    public void Dispose() => _inflater.Dispose();
}
