namespace VqVae.Runtime;

/// <summary>
/// A section's bytes for a decompressor, which says neither where the compressed stream ended nor that it did not. The last byte is given out
/// alone: where it was not taken the stream ended before, and where more was asked for the stream should have gone on.
/// </summary>
internal sealed class SectionStream(ReadOnlyMemory<byte> bytes) : Stream
{
    private int _position;

    /// <summary>Whether every byte was taken.</summary>
    public bool IsAtEnd => _position == bytes.Length;

    /// <summary>Whether more bytes were asked for than there are.</summary>
    public bool IsShort { get; private set; }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => bytes.Length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        var left = bytes.Length - _position;
        if (left == 0 && buffer.Length > 0) IsShort = true;
        var count = Math.Min(buffer.Length, left > 1 ? left - 1 : left);
        bytes.Span.Slice(_position, count).CopyTo(buffer);
        _position += count;
        return count;
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
