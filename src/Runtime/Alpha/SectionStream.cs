namespace VqVae.Runtime;

/// <summary>
/// A section's bytes for a decompressor, of which the last one is given out alone: whether it was taken tells whether the compressed stream
/// ends where the section ends.
/// </summary>
internal sealed class SectionStream(byte[] bytes) : Stream
{
    private int _position;

    public bool IsAtEnd => _position == bytes.Length;

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
        var count = Math.Min(buffer.Length, left > 1 ? left - 1 : left);
        bytes.AsSpan(_position, count).CopyTo(buffer);
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
