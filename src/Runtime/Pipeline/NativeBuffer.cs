using System.Buffers;
using System.Runtime.InteropServices;

namespace VqVae.Runtime;

/// <summary>
/// Bytes outside the managed heap: exactly as many as are asked for, from a <see cref="BufferPool"/> or the system. What other pools round up to powers of two
/// and keep would be most of a large image's memory. Not cleared.
/// </summary>
internal sealed unsafe class NativeBuffer : MemoryManager<byte>
{
    private readonly BufferPool? _pool;
    private byte* _bytes;

    /// <param name="pool">Where they come from; <c>null</c> for the system.</param>
    /// <param name="length">Bytes.</param>
    /// <exception cref="OutOfMemoryException">There is not so much memory.</exception>
    public NativeBuffer(BufferPool? pool, long length)
    {
        _pool = pool;
        _bytes = pool is null ? (byte*)NativeMemory.Alloc(checked((nuint)length)) : (byte*)pool.Rent(length);
        Length = length;
    }

    /// <summary>Bytes; more than a span can have, perhaps.</summary>
    public long Length { get; private set; }

    /// <summary>A part.</summary>
    public Span<byte> Slice(long offset, int length)
    {
        ObjectDisposedException.ThrowIf(_bytes is null, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset + length, Length);
        return new Span<byte>(_bytes + offset, length);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan() => Slice(0, checked((int)Length));

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        ObjectDisposedException.ThrowIf(_bytes is null, this);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (ulong)Length);
        return new MemoryHandle(_bytes + elementIndex);
    }

    /// <inheritdoc/>
    public override void Unpin()
    {
        // It never moves.
    }

    /// <summary>Releases the bytes.</summary>
    public void Dispose() => ((IDisposable)this).Dispose();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_bytes is null) return;
        if (_pool is null) NativeMemory.Free(_bytes);
        else _pool.Return((nint)_bytes, Length);
        _bytes = null;
        Length = 0;
    }
}
