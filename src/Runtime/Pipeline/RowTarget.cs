namespace VqVae.Runtime;

/// <summary>Where the rows of a decoded image go, from top to bottom.</summary>
internal abstract class RowTarget : IDisposable
{
    /// <summary>Memory for the next rows, tightly packed.</summary>
    public abstract Span<byte> Next(int y, int rows);

    /// <summary>Says that what <see cref="Next"/> gave is filled.</summary>
    public abstract void Filled(int y, ReadOnlySpan<byte> rows);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>One array for the whole image.</summary>
/// <param name="region">The image.</param>
/// <param name="format">Its format.</param>
internal sealed class ArrayTarget(VqRegion region, PixelFormat format) : RowTarget
{
    private readonly int _rowBytes = region.Width * PixelRows.BytesPerPixel(format);
    private byte[]? _pixels;

    /// <summary>The image, when all rows are there.</summary>
    public VqImage Image => new(region.Width, region.Height, format, _pixels!);

    /// <inheritdoc/>
    public override Span<byte> Next(int y, int rows)
    {
        // Not before there is something to put in: a small file may state a large image and have none.
        _pixels ??= GC.AllocateUninitializedArray<byte>(_rowBytes * region.Height);
        return _pixels.AsSpan(y * _rowBytes, rows * _rowBytes);
    }

    /// <inheritdoc/>
    public override void Filled(int y, ReadOnlySpan<byte> rows)
    {
        // They lie where they belong.
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        // The array is the result.
    }
}

/// <summary>A callback that takes some rows at a time.</summary>
/// <param name="writer">Takes them.</param>
/// <param name="buffers">Where the memory comes from that they lie in meanwhile.</param>
/// <param name="rowBytes">Bytes of a row.</param>
/// <param name="mostRows">Most rows at a time.</param>
internal sealed class CallbackTarget(VqRowWriter writer, BufferPool buffers, int rowBytes, int mostRows) : RowTarget
{
    private NativeBuffer? _chunk;

    /// <inheritdoc/>
    public override Span<byte> Next(int y, int rows) => (_chunk ??= new NativeBuffer(buffers, (long)mostRows * rowBytes)).Slice(0, rows * rowBytes);

    /// <inheritdoc/>
    public override void Filled(int y, ReadOnlySpan<byte> rows) => writer(y, rows);

    /// <inheritdoc/>
    public override void Dispose() => _chunk?.Dispose();
}
