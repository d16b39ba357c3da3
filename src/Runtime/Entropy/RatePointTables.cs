namespace VqVae.Runtime;

/// <summary>What <c>tables.bin</c> holds for one rate point; <c>null</c> where the model does not have the mode.</summary>
internal sealed record RatePointTables
{
    /// <summary>The tables of <see cref="VqEntropyMode.Static"/>.</summary>
    public StaticTables? Static { get; init; }

    /// <summary>The tables of <see cref="VqEntropyMode.Fast"/>.</summary>
    public FastTables? Fast { get; init; }

    /// <summary>The tables of <see cref="VqEntropyMode.Dense"/>.</summary>
    public DenseTables? Dense { get; init; }
}
