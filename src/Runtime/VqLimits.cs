using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>How large an image may be. Checked before anything of that size is allocated.</summary>
/// <remarks>The default is what the codec can do, not what a server should: memory grows with the image, see <c>docs/embedding.md</c>.</remarks>
public sealed record VqLimits
{
    /// <summary>Largest width and height that a <c>.vq</c> file can state: 2²⁴ − 1 pixels.</summary>
    public const int MaxSide = (1 << 24) - 1;

    /// <summary>Largest width × height that a codec can be allowed, and its default: 2²⁸, so that padded rows of 3 bytes a pixel fit one array.</summary>
    public const long LargestMaxPixels = 1L << 28;

    /// <summary>
    /// Largest width × height that is compressed or decompressed, 1 to <see cref="LargestMaxPixels"/>, the default. It holds for the image and
    /// for what the graphs see of it: its width and height extended to multiples of the model's largest stride.
    /// </summary>
    public long MaxPixels { get; init; } = LargestMaxPixels;

    /// <summary>Largest <see cref="MaxMemory"/>, and its default: 2³⁰ bytes.</summary>
    public const long LargestMaxMemory = 1L << 30;

    /// <summary>
    /// Most bytes that the indices of one image may take in memory, 2 an index; 1 to <see cref="LargestMaxMemory"/>, the default. It is checked
    /// from the header, like <see cref="MaxPixels"/>.
    /// </summary>
    public long MaxMemory { get; init; } = LargestMaxMemory;

    /// <summary>Says what is over the limit of pixels, or gives <c>null</c>.</summary>
    internal string? Excess(int width, int height, Padding padding)
    {
        if ((long)width * height > MaxPixels)
            return $"the image is {width}×{height}: expected at most {MaxPixels} pixels, got {(long)width * height}";
        return padding.Pixels > MaxPixels
            ? $"the image is {width}×{height}, extended to {padding.Width}×{padding.Height} for the model: expected at most {MaxPixels} pixels, got {padding.Pixels}"
            : null;
    }

    /// <summary>Says by how much the indices are over the limit of memory, or gives <c>null</c>.</summary>
    internal string? IndexExcess(IReadOnlyList<LatentPlane> planes, int stages, Padding padding) =>
        IndexMaps.Bytes(planes, stages, padding) is var bytes && bytes > MaxMemory
            ? $"the image is extended to {padding.Width}×{padding.Height}, {stages} stages of indices: expected at most {MaxMemory} bytes of them, got {bytes}"
            : null;
}
