using VqVae.Runtime;

namespace VqVae.Exporter.Tables;

/// <summary>Counts the tables of <see cref="VqEntropyMode.Static"/>.</summary>
internal static class StaticTrainer
{
    /// <summary>Bits of the tables' sums.</summary>
    public const int Bits = 14;

    /// <summary>Most codes of a stage that gets a table: with more, a slot each for codes never seen would cost more than the table saves.</summary>
    public const int MaxCodes = 1 << (Bits - 2);

    /// <summary>Half an occurrence more for every code: what has not been seen yet can still come.</summary>
    private const double Assumed = 0.5;

    /// <summary>Counts the codes of all maps.</summary>
    public static StaticTables Train(IReadOnlyList<CalibrationPlane> planes) =>
        new([.. planes.Select(p => Enumerable.Range(0, p.Plane.Stages).Select(stage => Table(p, stage)).ToArray())]);

    private static FrequencyTable? Table(CalibrationPlane plane, int stage)
    {
        if (plane.Plane.Codes > MaxCodes) return null;
        var counts = new double[plane.Plane.Codes];
        Array.Fill(counts, Assumed);
        for (var map = 0; map < plane.Maps; map++)
            foreach (var index in plane.Stage(map, stage)) counts[index]++;
        return Frequencies.Of(counts, Bits);
    }
}
