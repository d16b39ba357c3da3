using VqVae.Codec.Cli.Coding;

namespace VqVae.Codec.Cli.Images.Png;

/// <summary>Cuts the bytes that are written to it into IDAT chunks.</summary>
internal sealed class PngDataStream(Stream target) : WriteOnlyStream
{
    /// <summary>Content of one chunk: small beside a picture, large beside the 12 bytes around it.</summary>
    private const int ChunkSize = 1 << 16;

    private readonly byte[] _buffer = new byte[ChunkSize];
    private int _used;
    private bool _abandoned;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (buffer.Length > 0 && !_abandoned)
        {
            var part = Math.Min(buffer.Length, _buffer.Length - _used);
            buffer[..part].CopyTo(_buffer.AsSpan(_used));
            buffer = buffer[part..];
            _used += part;
            if (_used == _buffer.Length) EndChunk();
        }
    }

    /// <summary>Does nothing: only whole chunks are written before the end.</summary>
    public override void Flush()
    {
    }

    /// <summary>Drops what is still written: the file will not be completed.</summary>
    public void Abandon() => _abandoned = true;

    /// <summary>Writes what is left as the last chunk.</summary>
    public void Finish()
    {
        if (_used > 0) EndChunk();
    }

    private void EndChunk()
    {
        PngChunks.Write(target, "IDAT"u8, _buffer.AsSpan(0, _used));
        _used = 0;
    }
}
