using VqVae.Runtime;

namespace VqVae.Exporter.Tables;

/// <summary>Index maps as the blocks that the coder sees.</summary>
internal static class DenseSamples
{
    /// <summary>The block of a stage of a map.</summary>
    public static IndexBlock Block(CalibrationPlane plane, int map, int stage)
    {
        var positions = plane.Height * plane.Width;
        var all = plane.Indices.AsSpan(map * plane.Plane.Stages * positions, plane.Plane.Stages * positions);
        return new IndexBlock
        {
            Plane = 0,
            Stage = stage,
            Width = plane.Width,
            Height = plane.Height,
            Earlier = all[..(stage * positions)],
            Indices = all.Slice(stage * positions, positions),
        };
    }
}
