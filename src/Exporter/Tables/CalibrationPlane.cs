using VqVae.Models;

namespace VqVae.Exporter.Tables;

/// <summary>The index maps of one plane.</summary>
/// <param name="Plane">The plane.</param>
/// <param name="Maps">Maps, M.</param>
/// <param name="Height">Rows of a map.</param>
/// <param name="Width">Positions in a row.</param>
/// <param name="Indices"><c>[M, L, h, w]</c>, each below the plane's number of codes.</param>
internal sealed record CalibrationPlane(LatentPlane Plane, int Maps, int Height, int Width, ushort[] Indices)
{
    /// <summary>The indices of a stage of a map, in rows from top to bottom.</summary>
    public ReadOnlySpan<ushort> Stage(int map, int stage)
    {
        var positions = Height * Width;
        return Indices.AsSpan(((map * Plane.Stages) + stage) * positions, positions);
    }
}
