namespace VqVae.Runtime;

/// <summary>
/// How rare the codes of the stages before have been around each position of a block: ranks, of which later stages' count more. What is to
/// the right and below is known as well as the rest.
/// </summary>
internal sealed class DenseSurroundings
{
    /// <summary>Half octaves that count as level 0.</summary>
    private const int LevelBase = 4;

    /// <summary>Of each position, with a border of zeros around them; at most 67.</summary>
    private byte[] _recent = [];
    private int _pitch;

    /// <summary>Bytes that a block takes at most, whatever its shape.</summary>
    public static long Bytes(long positions) => 9 * positions;

    /// <summary>Starts a block.</summary>
    public void Begin(IReadOnlyList<DenseStage> stages, in IndexBlock block)
    {
        var (width, height) = (block.Width, block.Height);
        _pitch = width + 2;
        var size = _pitch * (height + 2);
        if (_recent.Length < size) _recent = new byte[size];
        else Array.Clear(_recent, 0, size);
        for (var s = 0; s < block.Stage; s++)
        {
            var ranks = stages[s].Ranks;
            var codes = block.EarlierStage(s);
            for (var y = 0; y < height; y++)
            {
                var row = _recent.AsSpan(((y + 1) * _pitch) + 1, width);
                var from = codes.Slice(y * width, width);
                for (var x = 0; x < row.Length; x++) row[x] = (byte)(row[x] - (row[x] >> 2) + (8 * ranks[from[x]]));
            }
        }
    }

    /// <summary>A level from 0 to 15 for the eight positions around one.</summary>
    public int Level(int x, int y)
    {
        var above = _recent.AsSpan((y * _pitch) + x, 3);
        var here = _recent.AsSpan(((y + 1) * _pitch) + x, 3);
        var below = _recent.AsSpan(((y + 2) * _pitch) + x, 3);
        var sum = (2 * (above[1] + here[0] + here[2] + below[1])) + above[0] + above[2] + below[0] + below[2];
        return Math.Clamp(DenseMath.HalfOctaves((uint)sum) - LevelBase, 0, 15);
    }

    /// <summary>Lets go of a large block's memory.</summary>
    public void Trim(int mostBytes)
    {
        if (_recent.Length > mostBytes) _recent = [];
    }
}
