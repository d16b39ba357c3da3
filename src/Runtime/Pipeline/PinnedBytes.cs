using System.Buffers;

namespace VqVae.Runtime;

/// <summary>A span that the caller of a method keeps pinned until the method returns, for the threads that work for the method.</summary>
/// <param name="start">Its first byte.</param>
/// <param name="length">Its length.</param>
internal sealed unsafe class PinnedBytes(byte* start, int length) : MemoryManager<byte>
{
    /// <inheritdoc/>
    public override Span<byte> GetSpan() => new(start, length);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

    /// <inheritdoc/>
    public override void Unpin()
    {
        // Whoever made the span pins it.
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        // Nor is it this object's to release.
    }
}
