using VqVae.Runtime;

namespace VqVae.Exporter.Tables;

/// <summary>How finely the contexts of <see cref="VqEntropyMode.Fast"/> are told apart: what saves bits and takes memory.</summary>
/// <param name="Neighbours">Classes of neighbours.</param>
/// <param name="Before">Classes of the codes of the stage before.</param>
/// <param name="Classes">Classes of a stage's own codes.</param>
/// <param name="ClassTables">Tables for classes.</param>
/// <param name="CodeTables">Tables for codes.</param>
internal sealed record FastShape(int Neighbours, int Before, int Classes, int ClassTables, int CodeTables)
{
    /// <summary>Bytes that the static and fast tables of a rate point may take in memory together.</summary>
    public const int Budget = 512 << 10;

    /// <summary>Finest first. On residual stages of 512 codes the finest saves a fifth more than 16 classes would; a coarser one is for models with more stages or codes.</summary>
    private static readonly FastShape[] Shapes =
    [
        new(64, 8, 64, 240, 32), new(48, 8, 48, 192, 24), new(40, 6, 40, 128, 16), new(32, 4, 32, 96, 12), new(24, 4, 24, 64, 8),
        new(16, 4, 16, 48, 6), new(12, 3, 16, 32, 4), new(8, 2, 12, 24, 2), new(4, 2, 8, 12, 1), new(2, 1, 4, 4, 1),
    ];

    /// <summary>
    /// The finest shape whose tables fit <see cref="Budget"/> beside the static ones; where those leave too little, because there are very many
    /// codes, the finest that fits it alone; <c>null</c> where none does.
    /// </summary>
    /// <param name="stages">The codes of each stage that is to have tables, and whether it is its plane's first.</param>
    public static FastShape? Finest(IReadOnlyList<(int Codes, bool First)> stages)
    {
        var fixedBytes = stages.Sum(s => (long)RansTable.BytesOf(StaticTrainer.Bits, s.Codes));
        return Array.Find(Shapes, shape => shape.Bytes(stages) + fixedBytes <= Budget) ?? Array.Find(Shapes, shape => shape.Bytes(stages) <= Budget);
    }

    /// <summary>The shape with no more classes than a stage has codes, and none of a stage before the first.</summary>
    public FastShape Limit(int codes, bool first) =>
        this with { Neighbours = Math.Min(Neighbours, codes), Before = first ? 1 : Math.Min(Before, codes), Classes = Math.Min(Classes, codes) };

    /// <summary>Most bytes of all stages' tables in memory.</summary>
    private long Bytes(IReadOnlyList<(int Codes, bool First)> stages) =>
        RansReciprocals.Bytes + stages.Sum(s => (long)Limit(s.Codes, s.First).Bytes(s.Codes));

    /// <summary>Most bytes of one stage's tables in memory.</summary>
    private int Bytes(int codes) =>
        (3 * codes) + ((Neighbours + 1) * (Neighbours + 1) * Before) + (ClassTables * (1 + FastStage.Hints))
        + (2 * ((ClassTables * (Classes + 1)) + ((CodeTables + 1) * (codes + Classes)) + Classes + 1 + codes + (2 * FastStage.Padding)));
}
