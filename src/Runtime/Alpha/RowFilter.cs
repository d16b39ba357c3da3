namespace VqVae.Runtime;

/// <summary>
/// PNG's five row filters for one byte a pixel (ISO/IEC 15948, clause 9): what is left of a row when it is predicted from its left
/// neighbours and from the row above, which is 0 above the first one.
/// </summary>
internal static class RowFilter
{
    /// <summary>The number of filters: 0 none, 1 left, 2 above, 3 mean of both, 4 Paeth's choice.</summary>
    public const int Count = 5;

    /// <summary>Filters a row with the filter whose result is the smallest in sum, as signed bytes: the heuristic that the PNG specification recommends.</summary>
    /// <param name="row">The row.</param>
    /// <param name="above">The row above, of the same length.</param>
    /// <param name="filtered">Gets the filter's number, then the filtered row.</param>
    /// <param name="scratch">As long as <paramref name="filtered"/>; overwritten.</param>
    public static void Apply(ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, Span<byte> filtered, Span<byte> scratch)
    {
        // Most rows of most alpha channels are as the row above, where no filter can do better.
        if (row.SequenceEqual(above))
        {
            filtered.Clear();
            filtered[0] = 2;
            return;
        }

        var best = long.MaxValue;
        for (var filter = 0; filter < Count; filter++)
        {
            Filter(filter, row, above, scratch[1..]);
            var sum = 0L;
            foreach (var b in scratch[1..]) sum += Math.Abs((int)(sbyte)b);
            if (sum >= best) continue;
            best = sum;
            scratch[0] = (byte)filter;
            scratch.CopyTo(filtered);
        }
    }

    /// <summary>Undoes a filter in place.</summary>
    /// <param name="filter">The filter's number.</param>
    /// <param name="row">The filtered row, which becomes the row.</param>
    /// <param name="above">The row above, of the same length.</param>
    /// <returns>Whether there is a filter of this number.</returns>
    public static bool Undo(int filter, Span<byte> row, ReadOnlySpan<byte> above)
    {
        above = above[..row.Length];
        byte left = 0, corner = 0;
        switch (filter)
        {
            case 0:
                return true;
            case 1:
                for (var x = 0; x < row.Length; x++) left = row[x] += left;
                return true;
            case 2:
                for (var x = 0; x < row.Length; x++) row[x] += above[x];
                return true;
            case 3:
                for (var x = 0; x < row.Length; x++) left = row[x] += (byte)((left + above[x]) >> 1);
                return true;
            case 4:
                for (var x = 0; x < row.Length; x++)
                {
                    left = row[x] += Paeth(left, above[x], corner);
                    corner = above[x];
                }

                return true;
            default:
                return false;
        }
    }

    private static void Filter(int filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> above, Span<byte> filtered)
    {
        above = above[..row.Length];
        filtered = filtered[..row.Length];
        byte left = 0, corner = 0;
        switch (filter)
        {
            case 0:
                row.CopyTo(filtered);
                break;
            case 1:
                for (var x = 0; x < row.Length; left = row[x++]) filtered[x] = (byte)(row[x] - left);
                break;
            case 2:
                for (var x = 0; x < row.Length; x++) filtered[x] = (byte)(row[x] - above[x]);
                break;
            case 3:
                for (var x = 0; x < row.Length; left = row[x++]) filtered[x] = (byte)(row[x] - ((left + above[x]) >> 1));
                break;
            default:
                for (var x = 0; x < row.Length; left = row[x], corner = above[x++]) filtered[x] = (byte)(row[x] - Paeth(left, above[x], corner));
                break;
        }
    }

    /// <summary>Of left, above and corner the one nearest to left + above − corner; the first of them in a tie.</summary>
    private static byte Paeth(byte left, byte above, byte corner)
    {
        var (toLeft, toAbove, toCorner) = (Math.Abs(above - corner), Math.Abs(left - corner), Math.Abs(left + above - (2 * corner)));
        return toLeft <= toAbove && toLeft <= toCorner ? left : toAbove <= toCorner ? above : corner;
    }
}
