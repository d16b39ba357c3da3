using System.Runtime.InteropServices;

namespace VqVae.Runtime;

/// <summary>
/// Memory outside the managed heap for a codec's calls. What a call gives back is kept for the next one of the same size, up to a limit: images of a kind
/// come in few sizes, and fresh memory costs more than what is done with it. Thread-safe.
/// </summary>
internal sealed unsafe class BufferPool : IDisposable
{
    /// <summary>Most bytes that are kept, in buffers up to that size; larger ones go back to the system at once.</summary>
    internal const long MostKept = 64L << 20;

    private readonly Lock _lock = new();
    private readonly Dictionary<long, Stack<nint>> _kept = [];
    private long _lent;
    private long _keptBytes;
    private bool _isClosed;

    /// <summary>Bytes that are lent at the moment; 0 when no call runs.</summary>
    public long Bytes => Interlocked.Read(ref _lent);

    /// <summary>Bytes that lie ready.</summary>
    public long KeptBytes => Interlocked.Read(ref _keptBytes);

    /// <summary>Lends memory, which is not cleared.</summary>
    /// <exception cref="OutOfMemoryException">There is not so much memory.</exception>
    public nint Rent(long length)
    {
        lock (_lock)
        {
            if (_kept.TryGetValue(length, out var stack) && stack.TryPop(out var kept))
            {
                _keptBytes -= length;
                _lent += length;
                return kept;
            }
        }

        var fresh = (nint)NativeMemory.Alloc(checked((nuint)length));
        Interlocked.Add(ref _lent, length);
        return fresh;
    }

    /// <summary>Takes memory back.</summary>
    public void Return(nint bytes, long length)
    {
        lock (_lock)
        {
            _lent -= length;
            if (!_isClosed && length <= MostKept)
            {
                // Sizes change: what lies there for others makes room.
                if (_keptBytes + length > MostKept) FreeKept();
                if (!_kept.TryGetValue(length, out var stack)) _kept.Add(length, stack = new Stack<nint>());
                stack.Push(bytes);
                _keptBytes += length;
                return;
            }
        }

        NativeMemory.Free((void*)bytes);
    }

    /// <summary>Frees what is kept; what is still lent is freed when it comes back.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isClosed = true;
            FreeKept();
        }
    }

    private void FreeKept()
    {
        foreach (var stack in _kept.Values)
            while (stack.TryPop(out var bytes)) NativeMemory.Free((void*)bytes);
        _kept.Clear();
        _keptBytes = 0;
    }
}
