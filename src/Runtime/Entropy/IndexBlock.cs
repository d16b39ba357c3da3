namespace VqVae.Runtime;

/// <summary>The indices of one stage of one plane inside one tile: what is coded at a time.</summary>
internal readonly ref struct IndexBlock
{
    /// <summary>The plane's number in the model.</summary>
    public required int Plane { get; init; }

    /// <summary>The stage, from 0.</summary>
    public required int Stage { get; init; }

    /// <summary>Positions in a row.</summary>
    public required int Width { get; init; }

    /// <summary>Rows.</summary>
    public required int Height { get; init; }

    /// <summary>The plane's earlier stages in the same tile, stage after stage, each in rows from top to bottom.</summary>
    public required ReadOnlySpan<ushort> Earlier { get; init; }

    /// <summary>The block's own <c>Width × Height</c> indices, in rows from top to bottom.</summary>
    public required Span<ushort> Indices { get; init; }

    /// <summary>Stops a coder that takes long, between rows.</summary>
    public CancellationToken CancellationToken { get; init; }

    /// <summary>The indices of an earlier stage.</summary>
    public ReadOnlySpan<ushort> EarlierStage(int stage) => Earlier.Slice(stage * Width * Height, Width * Height);
}
