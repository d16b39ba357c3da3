using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>Fixed-length coding: what every model can do, and what no block may exceed.</summary>
internal sealed class RawCoder(IReadOnlyList<LatentPlane> planes) : IIndexCoder
{
    private readonly LatentPlane[] _planes = [.. planes];

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">An index is not one of the codebook's.</exception>
    public int Encode(in IndexBlock block, Span<byte> destination)
    {
        var plane = _planes[block.Plane];
        var size = Size(block);
        if (destination.Length < size) return -1;
        var bad = BitPacking.Pack(block.Indices, plane.BitsPerIndex, plane.Codes, destination[..size]);
        if (bad >= 0) throw new InvalidOperationException($"expected indices below {plane.Codes}, got {block.Indices[bad]}");
        return size;
    }

    /// <inheritdoc/>
    public int Decode(ReadOnlySpan<byte> source, in IndexBlock block)
    {
        var plane = _planes[block.Plane];
        var size = Size(block);
        if (source.Length < size) return size;
        var bad = BitPacking.Unpack(source[..size], plane.BitsPerIndex, plane.Codes, block.Indices);
        if (bad == block.Indices.Length) throw new VqFormatException($"stage {block.Stage}: expected 0 in the bits behind the last index, got others");
        if (bad >= 0) throw new VqFormatException($"stage {block.Stage}, position {bad}: expected an index below {plane.Codes}, got a higher one");
        return size;
    }

    private int Size(in IndexBlock block) => (int)BitPacking.Size(block.Indices.Length, _planes[block.Plane].BitsPerIndex);
}
