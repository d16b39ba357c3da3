namespace VqVae.Runtime;

/// <summary>How much time the encoder may take to make a file small. Decoding knows nothing of it but the entropy mode.</summary>
public enum VqEffort
{
    /// <summary>Code by code, and the entropy mode <see cref="VqEntropyMode.Fast"/> where the model has tables for it.</summary>
    Fast = 0,

    /// <summary>Code by code, and the entropy mode that saves most.</summary>
    Normal = 1,

    /// <summary>
    /// As <see cref="Normal"/>, but codes of stages that build on each other (residual levels) are chosen together. Where no stage builds on another, as in models
    /// of groups, it is <see cref="Normal"/>.
    /// </summary>
    Best = 2,
}
