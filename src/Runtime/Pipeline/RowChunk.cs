namespace VqVae.Runtime;

/// <summary>Rows that are asked for, or handed over, at a time.</summary>
internal static class RowChunk
{
    private const int MostRows = 64;

    /// <summary>Pixels at most (one row may have more): wide images have chunks of fewer rows.</summary>
    private const int MostPixels = 1 << 22;

    /// <summary>Rows of so many pixels: 64, or a lower power of two.</summary>
    public static int Rows(int width)
    {
        var rows = MostRows;
        while (rows > 1 && (long)rows * width > MostPixels) rows >>= 1;
        return rows;
    }

    /// <summary>Pixels of a chunk.</summary>
    public static long Pixels(int width) => (long)Rows(width) * width;
}
