namespace VqVae.Runtime;

/// <summary>The latest rows of an image, each in the place of the row that many rows above it.</summary>
internal sealed class RowRing(BufferPool pool, int rows, int rowBytes) : IDisposable
{
    private readonly NativeBuffer _buffer = new(pool, (long)rows * rowBytes);

    /// <summary>The bytes of rows that follow one another; they must not go over the ring's end.</summary>
    public Span<byte> Rows(int y, int count) => _buffer.Slice((long)(y % rows) * rowBytes, checked(count * rowBytes));

    /// <summary>The first rows, where the ring has gone round not even once.</summary>
    public Memory<byte> First(int count) => _buffer.Memory[..checked(count * rowBytes)];

    public void Dispose() => _buffer.Dispose();
}
