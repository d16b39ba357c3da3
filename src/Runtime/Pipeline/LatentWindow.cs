namespace VqVae.Runtime;

/// <summary>The latents of one window, of all planes.</summary>
internal sealed class LatentWindow : IDisposable
{
    private readonly CodecParts _parts;
    private readonly WindowPlan _plan;
    private readonly FloatBuffer[] _planes;
    private readonly Memory<float>[] _memory;

    public LatentWindow(CodecParts parts, WindowPlan plan)
    {
        (_parts, _plan) = (parts, plan);
        var layouts = parts.Graphs.Search!.Layouts;
        _planes = new FloatBuffer[layouts.Count];
        _memory = new Memory<float>[layouts.Count];
        for (var p = 0; p < _planes.Length; p++)
        {
            _planes[p] = new FloatBuffer(parts.Buffers, (long)Width(p) * (plan.Y.Size / parts.Planes[p].Stride) * layouts[p].Dimension);
            _memory[p] = _planes[p].Memory;
        }
    }

    /// <summary>A plane's latents, in rows of positions.</summary>
    public FloatBuffer Plane(int plane) => _planes[plane];

    /// <summary>Positions of a plane's row.</summary>
    public int Width(int plane) => _plan.X.Size / _parts.Planes[plane].Stride;

    /// <summary>Runs the encoder on a window's pixels.</summary>
    public void Encode(Memory<byte> image, int ratePoint, CancellationToken cancellationToken) =>
        _parts.Graphs.EncodeLatents(image, 1, _plan.Y.Size, _plan.X.Size, ratePoint, _memory, cancellationToken);

    public void Dispose()
    {
        foreach (var plane in _planes) plane?.Dispose();
    }
}
