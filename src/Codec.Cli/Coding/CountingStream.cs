namespace VqVae.Codec.Cli.Coding;

/// <summary>Passes on what is written and counts it; the stream behind it stays open.</summary>
internal sealed class CountingStream(Stream target) : WriteOnlyStream
{
    /// <summary>Bytes so far.</summary>
    public long Written { get; private set; }

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        target.Write(buffer);
        Written += buffer.Length;
    }

    public override void Flush() => target.Flush();
}
