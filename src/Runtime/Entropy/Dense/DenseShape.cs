namespace VqVae.Runtime;

/// <summary>The fixed numbers of the dense mode. All of them are part of the format.</summary>
internal static class DenseShape
{
    /// <summary>Contexts that each look up an adaptive probability. The first is order 0: the node alone.</summary>
    public const int Contexts = 20;

    /// <summary>Inputs of the mixer: the contexts, then the projections of the predicted, the left and the upper vector, and a constant.</summary>
    public const int Inputs = Contexts + 4;

    /// <summary>Inputs in memory: a multiple of every vector's length. Those behind <see cref="Inputs"/> are always 0.</summary>
    public const int Lanes = 24;

    /// <summary>Classes of counts that have their own confidence.</summary>
    public const int CountClasses = 8;

    /// <summary>Weight sets chosen by depth in the tree; the last one serves all greater depths.</summary>
    public const int Depths = 24;

    /// <summary>Weight sets chosen by the node.</summary>
    public const int NodeSets = 1024;

    /// <summary>Weight sets chosen by two levels of how much goes on around a position, 16 each.</summary>
    public const int ActivitySets = 256;

    /// <summary>Most dimensions of a code's integer vector.</summary>
    public const int MaxDimensions = 32;

    /// <summary>Dimensions come in multiples of this.</summary>
    public const int DimensionStep = 16;

    /// <summary>Neighbours whose vectors' components the predicted vector's are combinations of.</summary>
    public const int Neighbours = 11;

    /// <summary>Most components that a component of the predicted vector is combined of: as many as 32 bits hold whatever they are.</summary>
    public const int MaxTerms = 12;

    /// <summary>Largest component of a vector, of a sum of vectors and of a difference.</summary>
    public const int VectorLimit = 8191;

    /// <summary>Largest component of a node's axis.</summary>
    public const int AxisLimit = 4095;

    /// <summary>Largest coefficient of the prediction, 4096ths.</summary>
    public const int PredictorLimit = 16384;

    /// <summary>Largest weight of an input, 65536ths.</summary>
    public const int WeightLimit = 1 << 19;

    /// <summary>Largest confidence, 256ths.</summary>
    public const int ConfidenceLimit = 1024;

    /// <summary>Classes of codes, and the class of a position outside the tile.</summary>
    public const int OutsideClass = 31;

    /// <summary>Ranks of codes: 0 to 2, and 3 for a position outside the tile.</summary>
    public const int OutsideRank = 3;

    /// <summary>Largest binary logarithm of a table of start probabilities.</summary>
    public const int MaxStartBits = 18;

    /// <summary>Deepest tree.</summary>
    public const int MaxDepth = 24;

    /// <summary>The class of a count, from 0 to 255.</summary>
    public static ReadOnlySpan<byte> CountClass => ClassOfCount;

    private static readonly byte[] ClassOfCount = [.. Enumerable.Range(0, 256).Select(n => (byte)(n switch { 0 => 0, < 3 => 1, < 8 => 2, < 30 => 3, < 120 => 4, _ => 5 }))];
}
