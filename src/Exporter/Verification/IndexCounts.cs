namespace VqVae.Exporter.Verification;

/// <summary>How one stage's indices compare.</summary>
/// <param name="tensor">The plane's tensor name.</param>
/// <param name="stage">The stage, from 0.</param>
internal sealed class IndexCounts(string tensor, int stage)
{
    /// <summary>The plane's tensor name.</summary>
    public string Tensor => tensor;

    /// <summary>The stage, from 0.</summary>
    public int Stage => stage;

    /// <summary>All indices.</summary>
    public long All { get; set; }

    /// <summary>Those that are equal, ties included.</summary>
    public long Equal { get; set; }

    /// <summary>Those that must be equal: no tie, and all earlier stages of the position agree.</summary>
    public long Compared { get; set; }

    /// <summary>Those that must be equal and are not.</summary>
    public long Wrong { get; set; }
}
