namespace VqVae.Runtime;

/// <summary>How a <c>.vq</c> file codes its indices. All modes are lossless; each needs tables in the model, except <see cref="Raw"/>.</summary>
public enum VqEntropyMode
{
    /// <summary>Fixed length: ⌈log₂ codes⌉ bits an index. What every model can do, and what single blocks fall back to where another mode would be longer.</summary>
    Raw = 0,

    /// <summary>Asymmetric numeral systems (rANS) with one static table a stage. The fastest.</summary>
    Static = 1,

    /// <summary>rANS with tables chosen by the classes of the codes above, left and on the stage before. Fast, and smaller than <see cref="Static"/>.</summary>
    Fast = 2,

    /// <summary>Binary arithmetic coding under mixed, adapting contexts. The smallest.</summary>
    Dense = 3,
}
