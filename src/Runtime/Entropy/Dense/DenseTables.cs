using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>The dense mode's tables of one rate point: the dense part of <c>tables.bin</c>.</summary>
internal sealed class DenseTables
{
    /// <summary>For each plane its stages.</summary>
    public required IReadOnlyList<IReadOnlyList<DenseStage>> Planes { get; init; }

    /// <summary>Bytes that the tables take in memory.</summary>
    public int Bytes => Planes.Sum(p => p.Sum(s => s.Bytes));

    /// <summary>Reads the part and checks that it can be coded with.</summary>
    /// <exception cref="ModelFormatException">The tables are malformed or made for another model.</exception>
    public static DenseTables Read(TableReader reader, IReadOnlyList<LatentPlane> planes)
    {
        var read = new IReadOnlyList<DenseStage>[planes.Count];
        for (var p = 0; p < planes.Count; p++)
        {
            var dimensions = reader.ReadByte($"dimensions of plane {p}", 0, DenseShape.MaxDimensions);
            if (dimensions % DenseShape.DimensionStep != 0) reader.Invalid($"dimensions of plane {p}", $"a multiple of {DenseShape.DimensionStep}", $"{dimensions}");
            var stages = new DenseStage[planes[p].Stages];
            for (var s = 0; s < stages.Length; s++) stages[s] = DenseStageReader.Read(ref reader, planes[p].Codes, dimensions, $"stage {s} of plane {p}");
            read[p] = stages;
        }

        reader.End("dense part");
        return new DenseTables { Planes = read };
    }

    /// <summary>Writes what <see cref="Read"/> reads.</summary>
    public void Write(TableWriter writer)
    {
        foreach (var stages in Planes)
        {
            writer.WriteByte(stages[0].Dimensions);
            foreach (var stage in stages) DenseStageWriter.Write(writer, stage);
        }
    }
}
