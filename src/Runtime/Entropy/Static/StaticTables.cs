using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>The tables of <see cref="VqEntropyMode.Static"/> at one rate point: for each stage of each plane how often its codes occur.</summary>
internal sealed class StaticTables
{
    private readonly FrequencyTable?[][] _tables;

    /// <param name="tables">For each plane, for each stage: the table of its codes, or <c>null</c> where the stage is coded raw.</param>
    public StaticTables(IReadOnlyList<IReadOnlyList<FrequencyTable?>> tables) => _tables = [.. tables.Select(t => t.ToArray())];

    /// <summary>For each plane, for each stage: the table of its codes, or <c>null</c> where the stage is coded raw.</summary>
    public IReadOnlyList<IReadOnlyList<FrequencyTable?>> Planes => _tables;

    /// <summary>Reads the tables.</summary>
    /// <exception cref="ModelFormatException">They are malformed.</exception>
    public static StaticTables Read(TableReader reader, IReadOnlyList<LatentPlane> planes)
    {
        var tables = new FrequencyTable?[planes.Count][];
        for (var p = 0; p < planes.Count; p++)
        {
            tables[p] = new FrequencyTable?[planes[p].Stages];
            for (var stage = 0; stage < planes[p].Stages; stage++)
                tables[p][stage] = FrequencyTable.Read(ref reader, planes[p].Codes, $"static table of plane {p}, stage {stage}");
        }

        reader.End("static tables");
        return new StaticTables(tables);
    }

    /// <summary>Writes the tables.</summary>
    public void Write(TableWriter writer)
    {
        foreach (var plane in _tables)
            foreach (var table in plane) FrequencyTable.Write(writer, table);
    }
}
