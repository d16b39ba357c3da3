namespace VqVae.Trainer.Tests;

/// <summary>Writes through until a number of bytes is reached, then fails as a full disk does: after what still fitted.</summary>
internal sealed class FullDiskStream(Stream inner, long free) : Stream
{
    private const int NoSpaceLeft = 28;

    private long _free = free;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        var fits = (int)Math.Min(_free, buffer.Length);
        inner.Write(buffer[..fits]);
        _free -= fits;
        if (fits < buffer.Length) throw new IOException("No space left on device", NoSpaceLeft);
    }

    public override void Flush() => inner.Flush();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) inner.Dispose();
        base.Dispose(disposing);
    }
}
