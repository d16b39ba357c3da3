using VqVae.Runtime;

namespace VqVae.Exporter.Tables;

/// <summary>Finds the classes of <see cref="VqEntropyMode.Fast"/> and counts its tables.</summary>
internal static class FastTrainer
{
    /// <summary>Most codes of a stage that gets tables: as for the static tables.</summary>
    public const int MaxCodes = StaticTrainer.MaxCodes;

    private const int Rounds = 20;

    /// <summary>Occurrences that are assumed beside those counted: while clustering codes, and contexts; in a class table, and in a code table.</summary>
    private const double CodePrior = 50, ContextPrior = 5, ClassTablePrior = 2, CodeTablePrior = 60;

    /// <summary>Weight of what left, above and before say each alone about a context, against what was counted in it.</summary>
    private const double ProductWeight = 60;

    /// <summary>Trains the tables of all stages.</summary>
    /// <returns>The tables, or <c>null</c> where no stage gets any.</returns>
    public static FastTables? Train(IReadOnlyList<CalibrationPlane> planes, CancellationToken cancellationToken)
    {
        var stages = planes.Where(p => p.Plane.Codes <= MaxCodes).SelectMany(p => Enumerable.Range(0, p.Plane.Stages).Select(s => (p.Plane.Codes, s == 0))).ToList();
        if (stages.Count == 0 || FastShape.Finest(stages) is not { } shape) return null;
        return new FastTables([.. planes.Select(p => Enumerable.Range(0, p.Plane.Stages)
            .Select(s => p.Plane.Codes <= MaxCodes ? Stage(p, s, shape.Limit(p.Plane.Codes, s == 0), cancellationToken) : null).ToArray())]);
    }

    private static FastStage Stage(CalibrationPlane plane, int stage, FastShape shape, CancellationToken cancellationToken)
    {
        var codes = plane.Plane.Codes;
        var contexts = new FastContexts(plane, stage);

        // Neighbours are alike that expect alike codes; a stage's codes are of one class that are expected by alike neighbours.
        contexts.SetNeighbours(Clusters(contexts.ByNeighbour(), codes, shape.Neighbours, CodePrior));
        if (stage > 0) contexts.SetBefore(Clusters(contexts.ByBefore(), codes, shape.Before, CodePrior));
        var codeClass = Clusters(contexts.OfCodes(), contexts.Features, shape.Classes, CodePrior);
        var classes = codeClass.Max() + 1;

        var counts = contexts.Count(codeClass, classes);
        var classTable = Clusters(FastContexts.Expect(counts, contexts, classes, ProductWeight), classes, shape.ClassTables, ContextPrior, 12);
        var used = classTable.Max() + 1;
        var (classCounts, codeCounts) = contexts.Tables(classTable, used, codeClass, classes);
        var codeTable = Clusters(codeCounts, codes, shape.CodeTables, CodePrior);
        return FastStage.Create(
            contexts.NeighbourClass,
            contexts.BeforeClass,
            codeClass,
            classTable,
            codeTable,
            ClassTables(classCounts, classes),
            CodeTables(codeCounts, codeTable, codeClass, classes));

        byte[] Clusters(ReadOnlySpan<float> rows, int symbols, int clusters, double prior, int rounds = Rounds) =>
            [.. Clustering.Of(rows, symbols, clusters, prior, rounds, cancellationToken).Select(c => (byte)c)];
    }

    /// <summary>A table for each row of classes: what was counted, and a little of what all rows say.</summary>
    private static FrequencyTable[] ClassTables(float[] counts, int classes)
    {
        var all = new double[classes];
        for (var i = 0; i < counts.Length; i++) all[i % classes] += counts[i];
        var total = all.Sum();
        return [.. counts.Chunk(classes).Select(row =>
            Frequencies.Of([.. row.Select((count, c) => count + (ClassTablePrior * (all[c] + 0.5) / (total + (0.5 * classes))))], FastStage.Bits))];
    }

    /// <summary>For each code table a table for each class: what was counted, and a little of what all code tables say.</summary>
    private static FrequencyTable[][] CodeTables(float[] counts, byte[] codeTable, byte[] codeClass, int classes)
    {
        var codes = codeClass.Length;
        var tables = codeTable.Max() + 1;
        var (sums, all) = (new double[tables][], new double[codes]);
        for (var t = 0; t < tables; t++) sums[t] = new double[codes];
        for (var i = 0; i < counts.Length; i++)
        {
            sums[codeTable[i / codes]][i % codes] += counts[i];
            all[i % codes] += counts[i];
        }

        var members = Enumerable.Range(0, classes).Select(c => Enumerable.Range(0, codes).Where(k => codeClass[k] == c).ToArray()).ToArray();
        return [.. sums.Select(sum => members.Select(codesOf =>
        {
            var total = codesOf.Sum(k => all[k] + 0.5);
            return Frequencies.Of([.. codesOf.Select(k => sum[k] + (CodeTablePrior * (all[k] + 0.5) / total))], FastStage.Bits);
        }).ToArray())];
    }
}
