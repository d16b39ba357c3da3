using System.Buffers;
using System.Runtime.InteropServices;

namespace VqVae.Runtime;

/// <summary>32-bit numbers outside the managed heap, released as <see cref="NativeBuffer"/> is.</summary>
internal sealed unsafe class FloatBuffer : MemoryManager<float>
{
    private readonly NativeBuffer _bytes;

    /// <param name="pool">Where the memory comes from.</param>
    /// <param name="length">Numbers.</param>
    /// <exception cref="OutOfMemoryException">There is not so much memory.</exception>
    public FloatBuffer(BufferPool pool, long length) => _bytes = new NativeBuffer(pool, checked(length * sizeof(float)));

    /// <summary>A part.</summary>
    public Span<float> Slice(long offset, int length) => MemoryMarshal.Cast<byte, float>(_bytes.Slice(offset * sizeof(float), checked(length * sizeof(float))));

    /// <inheritdoc/>
    public override Span<float> GetSpan() => new((float*)_bytes.Pin().Pointer, checked((int)(_bytes.Length / sizeof(float))));

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new((float*)_bytes.Pin().Pointer + elementIndex);

    /// <inheritdoc/>
    public override void Unpin()
    {
        // It never moves.
    }

    /// <summary>Releases the numbers.</summary>
    public void Dispose() => ((IDisposable)this).Dispose();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _bytes.Dispose();
}
