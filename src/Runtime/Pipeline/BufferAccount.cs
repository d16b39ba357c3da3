namespace VqVae.Runtime;

/// <summary>Counts the bytes of a codec's <see cref="NativeBuffer"/>s, which no garbage collector sees.</summary>
internal sealed class BufferAccount
{
    private long _bytes;

    /// <summary>Bytes that are allocated at the moment; 0 when no call runs.</summary>
    public long Bytes => Interlocked.Read(ref _bytes);

    public void Add(long bytes) => Interlocked.Add(ref _bytes, bytes);
}
