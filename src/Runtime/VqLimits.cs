namespace VqVae.Runtime;

/// <summary>How large an image may be. Checked before anything of that size is allocated.</summary>
public sealed record VqLimits
{
    /// <summary>Largest width and height that a <c>.vq</c> file can state: 2²⁴ − 1 pixels.</summary>
    public const int MaxSide = (1 << 24) - 1;

    /// <summary>Largest width × height that a codec can be allowed, and its default: 2²⁸, so that padded rows of 3 bytes a pixel fit one array.</summary>
    public const long LargestMaxPixels = 1L << 28;

    /// <summary>Largest width × height that is compressed or decompressed, 1 to <see cref="LargestMaxPixels"/>, the default.</summary>
    public long MaxPixels { get; init; } = LargestMaxPixels;
}
