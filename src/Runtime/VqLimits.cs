using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>How large an image may be, and what a call may take. Checked from the header before anything of that size is allocated.</summary>
public sealed record VqLimits
{
    /// <summary>Largest width and height that a <c>.vq</c> file can state: 2²⁴ − 1 pixels.</summary>
    public const int MaxSide = (1 << 24) - 1;

    /// <summary>Largest width × height that a codec can be allowed: 2⁴⁸, more than two largest sides make.</summary>
    public const long LargestMaxPixels = 1L << 48;

    /// <summary>The default of <see cref="MaxPixels"/>: 2²⁸.</summary>
    public const long DefaultMaxPixels = 1L << 28;

    /// <summary>The default of <see cref="MaxMemory"/>: 2 GiB.</summary>
    public const long DefaultMaxMemory = 2L << 30;

    /// <summary>
    /// Largest width × height that is compressed or decompressed, 1 to <see cref="LargestMaxPixels"/>; <see cref="DefaultMaxPixels"/> by default.
    /// It holds for the image and for what the graphs see of it: its width and height extended to multiples of the model's largest stride. What
    /// it bounds is time.
    /// </summary>
    public long MaxPixels { get; init; } = DefaultMaxPixels;

    /// <summary>
    /// Most bytes that a call may take beside the caller's own: what the graphs need for a window, bands of rows, the indices of the whole image
    /// (2 bytes each), the file while it is made (its alpha included), the tables of the tiles that are coded at once, and the result where it is one array. At least 1; <see cref="DefaultMaxMemory"/> by default.
    /// </summary>
    /// <remarks>
    /// Windows get smaller, which costs time, before an image is refused. The graphs' part is an upper estimate (<see cref="MemoryCost"/>), for
    /// the CPU. Calls that run at the same time each have the limit for themselves, and ONNX Runtime keeps what the largest took for the next.
    /// Pixels may differ by 1 and indices where distances tie between codecs whose limits lead to other windows.
    /// </remarks>
    public long MaxMemory { get; init; } = DefaultMaxMemory;

    /// <summary>Says by how much the image itself is over the limit of pixels, or gives <c>null</c>.</summary>
    internal string? Excess(int width, int height) =>
        (long)width * height > MaxPixels ? $"the image is {width}×{height}: expected at most {MaxPixels} pixels, got {(long)width * height}; MaxPixels sets the limit" : null;

    /// <summary>Says what is over the limit of pixels, or gives <c>null</c>.</summary>
    internal string? Excess(int width, int height, Padding padding)
    {
        if (Excess(width, height) is { } excess) return excess;
        return padding.Pixels > MaxPixels
            ? $"the image is {width}×{height}, extended to {padding.Width}×{padding.Height} for the model: expected at most {MaxPixels} pixels, got {padding.Pixels}; MaxPixels sets the limit"
            : null;
    }

    /// <summary>Says by how much the indices alone are over the limit of memory, or more than can be counted, or gives <c>null</c>.</summary>
    internal string? IndexExcess(IReadOnlyList<LatentPlane> planes, int stages, Padding padding)
    {
        var bytes = IndexMaps.Bytes(planes, stages, padding);
        var image = $"the image is extended to {padding.Width}×{padding.Height}, {stages} stages of indices";
        if (bytes > MaxMemory) return $"{image}: expected at most {MaxMemory} bytes of them, got {bytes}; MaxMemory sets the limit";
        foreach (var plane in planes)
        {
            var count = Math.Min(stages, plane.Stages) * padding.Positions(plane);
            if (count > Array.MaxLength) return $"{image}: expected at most {Array.MaxLength} of a plane, got {count}";
        }

        return null;
    }
}
