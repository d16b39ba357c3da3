using System.Buffers;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>Pooled memory for the index tensors of one window, or of several images of one size.</summary>
internal sealed class IndexBuffers : IDisposable
{
    private readonly int[][] _rented;
    private readonly Memory<int>[] _planes;

    public IndexBuffers(IReadOnlyList<LatentPlane> planes, int stages, Padding window, int images = 1)
    {
        _rented = new int[planes.Count][];
        _planes = new Memory<int>[planes.Count];
        for (var p = 0; p < planes.Count; p++)
        {
            var count = ModelGraphs.IndexCount(planes[p], stages, images, window.Height, window.Width);
            _rented[p] = ArrayPool<int>.Shared.Rent(count);
            _planes[p] = _rented[p].AsMemory(0, count);
        }
    }

    /// <summary>For each plane the tensor <c>[images,stages,h,w]</c>.</summary>
    public ReadOnlySpan<Memory<int>> Planes => _planes;

    public void Dispose()
    {
        foreach (var buffer in _rented)
            if (buffer is not null) ArrayPool<int>.Shared.Return(buffer);
    }
}
