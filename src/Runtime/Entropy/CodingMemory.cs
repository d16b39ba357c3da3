using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>What entropy coding takes while it runs, beside maps and blocks.</summary>
internal static class CodingMemory
{
    /// <summary>Bytes for the tiles that are coded at once: the dense mode's state, and a copy of the tile's indices where there are several tiles.</summary>
    /// <param name="header">The file's header.</param>
    /// <param name="planes">The model's planes.</param>
    /// <param name="stages">Stages that are coded.</param>
    /// <param name="threads">Threads that the call has.</param>
    public static long Bytes(in VqHeader header, IReadOnlyList<LatentPlane> planes, int stages, int threads)
    {
        var grid = TileGrid.Of(header, planes);
        var (largest, indices) = (0L, 0L);
        foreach (var plane in planes)
        {
            // The first tile is as large as any.
            var positions = grid.Rectangle(plane, 0).Count;
            largest = Math.Max(largest, positions);
            indices += (long)Math.Min(stages, plane.Stages) * positions;
        }

        // Pools lend up to twice of what is asked for.
        var copy = grid.Count > 1 ? 2 * sizeof(ushort) * indices : 0;
        var state = header.EntropyMode == VqEntropyMode.Dense ? DenseState.Bytes(largest) : 0;
        return Math.Min(threads, grid.Count) * (copy + state);
    }
}
