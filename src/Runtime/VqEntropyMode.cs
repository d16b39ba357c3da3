namespace VqVae.Runtime;

/// <summary>How a <c>.vq</c> file codes its indices.</summary>
public enum VqEntropyMode
{
    /// <summary>Fixed length: ⌈log₂ codes⌉ bits an index.</summary>
    Raw = 0,
}
