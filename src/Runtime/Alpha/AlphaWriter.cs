using System.IO.Compression;

namespace VqVae.Runtime;

/// <summary>Writes an alpha section row by row. Of a fully opaque image nothing is kept.</summary>
internal sealed class AlphaWriter : IDisposable
{
    private const byte Opaque = byte.MaxValue;

    private readonly byte[] _above;
    private byte[] _filtered = [];
    private byte[] _scratch = [];
    private MemoryStream? _section;
    private ZLibStream? _zlib;
    private int _opaqueRows;

    /// <param name="width">The image's width.</param>
    public AlphaWriter(int width) => _above = new byte[width];

    /// <summary>Adds the next row.</summary>
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
    public byte[] Finish()
    {
        if (_zlib is null) return [];
        _zlib.Dispose();
        return _section!.ToArray();
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
        alpha.CopyTo(_above);
    }
}
