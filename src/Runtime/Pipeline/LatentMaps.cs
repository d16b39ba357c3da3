namespace VqVae.Runtime;

/// <summary>The latents of a whole image at one rate point, so that its codes can be searched again and again.</summary>
internal sealed class LatentMaps : IDisposable
{
    private readonly CodecParts _parts;
    private readonly Padding _padding;
    private readonly FloatBuffer[] _planes;

    /// <param name="parts">The codec; its encoder gives latents.</param>
    /// <param name="padding">The padded image's size.</param>
    public LatentMaps(CodecParts parts, Padding padding)
    {
        (_parts, _padding) = (parts, padding);
        var layouts = parts.Graphs.Search!.Layouts;
        _planes = new FloatBuffer[layouts.Count];
        try
        {
            for (var p = 0; p < _planes.Length; p++) _planes[p] = new FloatBuffer(parts.Buffers, padding.Positions(parts.Planes[p]) * layouts[p].Dimension);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Runs all windows through the encoder.</summary>
    public void Encode(EncoderRows rows, WindowPlan plan, int ratePoint, CancellationToken cancellationToken)
    {
        using var window = new LatentWindow(_parts, plan);
        NativeBuffer? copy = null;
        try
        {
            for (var band = 0; band < plan.Y.Count; band++)
            {
                for (var column = 0; column < plan.X.Count; column++)
                {
                    window.Encode(rows.Window(plan.X[column].Start, plan.Y[band].Start, plan.X.Size, plan.Y.Size, ref copy), ratePoint, cancellationToken);
                    for (var p = 0; p < _planes.Length; p++) Store(p, plan.X[column], plan.Y[band], window);
                }
            }
        }
        finally
        {
            copy?.Dispose();
        }
    }

    /// <summary>Searches all codes.</summary>
    public void Search(in EncoderSettings settings, IndexMaps maps, CancellationToken cancellationToken)
    {
        var search = _parts.Search(settings);
        for (var p = 0; p < _planes.Length; p++)
            search.Run(p, _planes[p], maps.WidthOf(p), new TileRectangle(0, 0, maps.WidthOf(p), maps.HeightOf(p)), 0, 0, maps, cancellationToken);
    }

    public void Dispose()
    {
        foreach (var plane in _planes) plane?.Dispose();
    }

    private void Store(int plane, WindowSpan x, WindowSpan y, LatentWindow window)
    {
        var (core, from) = (_parts.Planes[plane].Core(x, y), _parts.Planes[plane].CoreInWindow(x, y));
        var dimension = _parts.Graphs.Search!.Layouts[plane].Dimension;
        var width = _padding.Width / _parts.Planes[plane].Stride;
        for (var row = 0; row < core.Height; row++)
        {
            window.Plane(plane).Slice((((long)(from.Y + row) * window.Width(plane)) + from.X) * dimension, from.Width * dimension)
                .CopyTo(_planes[plane].Slice((((long)(core.Y + row) * width) + core.X) * dimension, core.Width * dimension));
        }
    }
}
