namespace VqVae.Runtime;

/// <summary>Which instructions the dense mode uses. All give the same bits.</summary>
internal enum DenseKernel
{
    /// <summary>None but those of every machine.</summary>
    Scalar,

    /// <summary>128-bit vectors.</summary>
    Vector128,

    /// <summary>256-bit vectors.</summary>
    Vector256,
}
