using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>The tables of <see cref="VqEntropyMode.Fast"/> at one rate point.</summary>
/// <param name="planes">For each plane, for each stage: its tables, or <c>null</c> where the stage is coded raw.</param>
internal sealed class FastTables(IReadOnlyList<IReadOnlyList<FastStage?>> planes)
{
    /// <summary>For each plane, for each stage: its tables, or <c>null</c> where the stage is coded raw.</summary>
    public IReadOnlyList<IReadOnlyList<FastStage?>> Planes { get; } = planes;

    /// <summary>Bytes in memory: everything that a coder uses, the table of reciprocals that all coders share included.</summary>
    public int Bytes => RansReciprocals.Bytes + Planes.Sum(p => p.Sum(s => s?.Bytes ?? 0));

    /// <summary>Reads the tables.</summary>
    /// <exception cref="ModelFormatException">They are malformed.</exception>
    public static FastTables Read(TableReader reader, IReadOnlyList<LatentPlane> planes)
    {
        var stages = new FastStage?[planes.Count][];
        for (var p = 0; p < planes.Count; p++)
        {
            stages[p] = new FastStage?[planes[p].Stages];
            for (var s = 0; s < planes[p].Stages; s++)
                stages[p][s] = FastStage.Read(ref reader, planes[p].Codes, s == 0, $"fast tables of plane {p}, stage {s}");
        }

        reader.End("fast tables");
        return new FastTables(stages);
    }

    /// <summary>Writes the tables.</summary>
    public void Write(TableWriter writer)
    {
        foreach (var plane in Planes)
            foreach (var stage in plane) FastStage.Write(writer, stage);
    }
}
