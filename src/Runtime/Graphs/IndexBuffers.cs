using System.Buffers;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>Pooled memory for the index tensors of one image.</summary>
internal sealed class IndexBuffers : IDisposable
{
    private readonly int[][] _rented;
    private readonly Memory<int>[] _planes;

    public IndexBuffers(IReadOnlyList<LatentPlane> planes, int stages, Padding padding)
    {
        _rented = new int[planes.Count][];
        _planes = new Memory<int>[planes.Count];
        for (var p = 0; p < planes.Count; p++)
        {
            var count = ModelGraphs.IndexCount(planes[p], stages, 1, padding.Height, padding.Width);
            _rented[p] = ArrayPool<int>.Shared.Rent(count);
            _planes[p] = _rented[p].AsMemory(0, count);
        }
    }

    /// <summary>For each plane the tensor <c>[1,stages,h,w]</c>.</summary>
    public ReadOnlySpan<Memory<int>> Planes => _planes;

    /// <summary>Copies the leading stages into maps of the same image.</summary>
    /// <exception cref="InvalidOperationException">An index is not one of the codebook's.</exception>
    public void CopyTo(IndexMaps maps)
    {
        for (var p = 0; p < _planes.Length; p++)
        {
            var whole = new TileRectangle(0, 0, maps.WidthOf(p), maps.HeightOf(p));
            for (var stage = 0; stage < maps.StagesOf(p); stage++) maps.Write(p, stage, whole, _planes[p].Span[(stage * whole.Count)..], whole.Width);
        }
    }

    /// <summary>Copies all stages of maps of the same image and as many stages.</summary>
    public void CopyFrom(IndexMaps maps)
    {
        for (var p = 0; p < _planes.Length; p++)
        {
            var whole = new TileRectangle(0, 0, maps.WidthOf(p), maps.HeightOf(p));
            for (var stage = 0; stage < maps.StagesOf(p); stage++) maps.Read(p, stage, whole, _planes[p].Span[(stage * whole.Count)..], whole.Width);
        }
    }

    public void Dispose()
    {
        foreach (var buffer in _rented)
            if (buffer is not null) ArrayPool<int>.Shared.Return(buffer);
    }
}
