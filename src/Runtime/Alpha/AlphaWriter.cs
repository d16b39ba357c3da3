using System.IO.Compression;

namespace VqVae.Runtime;

/// <summary>Writes an alpha section row by row. Of a fully opaque image nothing is kept.</summary>
internal sealed class AlphaWriter : IDisposable
{
    /// <summary>Most bytes in memory for a byte of the section: the stream while it grows, and later the stream and its part of the file.</summary>
    public const int MemoryOfAByte = 3;

    private const byte Opaque = byte.MaxValue;

    private readonly long _maxBytes;
    private readonly byte[] _above;
    private byte[] _filtered = [];
    private byte[] _scratch = [];
    private MemoryStream? _section;
    private ZLibStream? _zlib;
    private int _opaqueRows;

    /// <param name="width">The image's width.</param>
    /// <param name="maxBytes">Most bytes of the section.</param>
    public AlphaWriter(int width, long maxBytes = long.MaxValue)
    {
        _above = new byte[width];
        _maxBytes = maxBytes;
    }

    /// <summary>
    /// Memory that is set aside for the section before it is known: as if it took a quarter of a byte a pixel. Masks and gradients take far less, noise
    /// up to a whole one; that is refused where no more memory is left.
    /// </summary>
    public static long ReservedBytes(int width, int height) => MemoryOfAByte * (((width + 1L) * height / 4) + 1024);

    /// <summary>Adds the next row.</summary>
    /// <exception cref="ArgumentException">The section gets larger than it may.</exception>
    public void WriteRow(ReadOnlySpan<byte> alpha)
    {
        if (_zlib is null)
        {
            if (alpha.IndexOfAnyExcept(Opaque) < 0)
            {
                _opaqueRows++;
                return;
            }

            Begin();
        }

        Append(alpha);
    }

    /// <summary>Ends the section.</summary>
    /// <returns>Its content; empty where every row was opaque.</returns>
    /// <exception cref="ArgumentException">The section is larger than it may be.</exception>
    public ReadOnlyMemory<byte> Finish()
    {
        if (_zlib is null) return default;
        _zlib.Dispose();
        CheckSize();
        return _section!.GetBuffer().AsMemory(0, (int)_section.Length);
    }

    public void Dispose() => _zlib?.Dispose();

    /// <summary>Starts the section with the opaque rows that were only counted so far.</summary>
    private void Begin()
    {
        _filtered = new byte[_above.Length + 1];
        _scratch = new byte[_above.Length + 1];
        _section = new MemoryStream();
        _zlib = new ZLibStream(_section, CompressionLevel.Optimal, leaveOpen: true);
        if (_opaqueRows == 0) return;
        var row = new byte[_above.Length];
        row.AsSpan().Fill(Opaque);
        for (var y = 0; y < _opaqueRows; y++) Append(row);
    }

    private void Append(ReadOnlySpan<byte> alpha)
    {
        RowFilter.Apply(alpha, _above, _filtered, _scratch);
        _zlib!.Write(_filtered);
        CheckSize();
        alpha.CopyTo(_above);
    }

    private void CheckSize()
    {
        if (_section!.Length > _maxBytes)
            throw new ArgumentException($"the image's alpha: expected at most the {_maxBytes} bytes that the limit of memory leaves it in compressed form, got more");
    }
}
