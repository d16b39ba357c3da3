using System.IO.Compression;

namespace VqVae.Runtime;

/// <summary>Inflates an alpha section: exactly <c>(width + 1) × height</c> bytes, a filter's number before each row.</summary>
internal sealed class AlphaInflater : IDisposable
{
    /// <summary>Deflate gives at most 258 bytes for 2 bits (RFC 1951): a section that is shorter than this needs no inflating to be refused.</summary>
    private const int MostBytesAByte = 258 * 4;

    private readonly SectionStream _section;
    private readonly ZLibStream _zlib;
    private readonly long _expected;

    /// <summary>Reads of a few bytes each, as narrow images have them, must not each go to the decompressor.</summary>
    private readonly byte[] _buffer = new byte[1 << 16];
    private int _at;
    private int _end;
    private long _inflated;

    /// <param name="section">The section's content; it must not change meanwhile.</param>
    /// <param name="width">The image's width.</param>
    /// <param name="height">The image's height.</param>
    /// <exception cref="VqFormatException">The section is too short for the image.</exception>
    public AlphaInflater(ReadOnlyMemory<byte> section, int width, int height)
    {
        Check(section.Length, width, height);
        _expected = (width + 1L) * height;
        _section = new SectionStream(section);
        _zlib = new ZLibStream(_section, CompressionMode.Decompress);
    }

    /// <summary>Refuses a section that cannot inflate to the image's alpha, whatever is in it.</summary>
    /// <exception cref="VqFormatException">It is too short.</exception>
    public static void Check(int length, int width, int height)
    {
        // Two bytes of header and four of checksum are no deflate.
        var most = (length - 6L) * MostBytesAByte;
        if (most < (width + 1L) * height)
            throw new VqFormatException($"alpha: expected a section that inflates to {(width + 1L) * height} bytes, got one of {length} that cannot");
    }

    /// <summary>Copies the next bytes.</summary>
    /// <exception cref="VqFormatException">The stream is damaged or cut short.</exception>
    public void Read(Span<byte> target)
    {
        while (!target.IsEmpty)
        {
            if (_at == _end) Fill();
            var count = Math.Min(target.Length, _end - _at);
            _buffer.AsSpan(_at, count).CopyTo(target);
            _at += count;
            target = target[count..];
        }
    }

    /// <summary>Checks that the stream ends here, where the section ends; the decompressor has checked its Adler-32 then.</summary>
    /// <exception cref="VqFormatException">It does not.</exception>
    public void End()
    {
        int more;
        try
        {
            more = _zlib.ReadByte();
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged(e);
        }

        if (more >= 0) throw new VqFormatException($"alpha: expected {_expected} bytes, the section has more");
        if (_section.IsShort) throw new VqFormatException("alpha: the compressed stream is cut short");
        if (!_section.IsAtEnd) throw new VqFormatException("alpha: bytes follow the compressed stream");
    }

    public void Dispose() => _zlib.Dispose();

    /// <summary>Inflates as much as fits the buffer, and never more than the image needs.</summary>
    private void Fill()
    {
        var wanted = (int)Math.Min(_buffer.Length, _expected - _inflated);
        try
        {
            _end = _zlib.ReadAtLeast(_buffer.AsSpan(0, wanted), wanted, throwOnEndOfStream: false);
        }
        catch (Exception e) when (IsDamage(e))
        {
            throw Damaged(e);
        }

        _at = 0;
        _inflated += _end;
        if (_end < wanted) throw new VqFormatException($"alpha: expected {_expected} bytes, the section ends after {_inflated}");
    }

    /// <summary>The section lies in memory: an <see cref="IOException"/> is zlib's own word for a stream that wants what it does not have, as a preset dictionary.</summary>
    private static bool IsDamage(Exception e) => e is InvalidDataException or IOException;

    private static VqFormatException Damaged(Exception e) => new("alpha: the compressed stream is damaged", e);
}
