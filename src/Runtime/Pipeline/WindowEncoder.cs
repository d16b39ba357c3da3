namespace VqVae.Runtime;

/// <summary>Runs windows through the encoder, one at a time, and stores what their cores get in the image's maps.</summary>
internal sealed class WindowEncoder : IDisposable
{
    private readonly CodecParts _parts;
    private readonly WindowPlan _plan;
    private readonly EncoderSettings _settings;
    private readonly IndexBuffers? _indices;
    private readonly LatentWindow? _latents;
    private readonly MapSearch? _search;
    private NativeBuffer? _copy;

    /// <param name="parts">The codec.</param>
    /// <param name="plan">The windows.</param>
    /// <param name="settings">How codes are searched.</param>
    public WindowEncoder(CodecParts parts, WindowPlan plan, in EncoderSettings settings)
    {
        (_parts, _plan, _settings) = (parts, plan, settings);
        try
        {
            if (SearchesOutside(parts, settings))
            {
                _latents = new LatentWindow(parts, plan);
                _search = parts.Search(settings);
            }
            else
            {
                _indices = new IndexBuffers(parts.Planes, int.MaxValue, new Padding(plan.X.Size, plan.Y.Size));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Whether codes are searched outside of the graph: where the graph's own search takes longer, and where choosing codes together can gain.</summary>
    public static bool SearchesOutside(CodecParts parts, in EncoderSettings settings) =>
        parts.Graphs.SearchesOutside || (settings.Joint && parts.Graphs.Search is { HasResidualStages: true });

    /// <summary>Encodes a window.</summary>
    public void Encode(EncoderRows rows, WindowSpan x, WindowSpan y, IndexMaps maps, CancellationToken cancellationToken)
    {
        var pixels = rows.Window(x.Start, y.Start, _plan.X.Size, _plan.Y.Size, ref _copy);
        if (_latents is not null)
        {
            _latents.Encode(pixels, _settings.RatePoint, cancellationToken);
            for (var p = 0; p < _parts.Planes.Count; p++)
            {
                var (core, from) = (_parts.Planes[p].Core(x, y), _parts.Planes[p].CoreInWindow(x, y));
                _search!.Run(p, _latents.Plane(p), _latents.Width(p), from, core.X, core.Y, maps, cancellationToken);
            }

            return;
        }

        _parts.Graphs.Encode(pixels, 1, _plan.Y.Size, _plan.X.Size, _settings.RatePoint, (float)_settings.Lambda, _indices!.Planes, cancellationToken);
        for (var p = 0; p < _parts.Planes.Count; p++)
        {
            var (core, from) = (_parts.Planes[p].Core(x, y), _parts.Planes[p].CoreInWindow(x, y));
            var stride = _parts.Planes[p].Stride;
            var (width, height) = (_plan.X.Size / stride, _plan.Y.Size / stride);
            for (var stage = 0; stage < maps.StagesOf(p); stage++)
                maps.Write(p, stage, core, _indices.Planes[p].Span[((((stage * height) + from.Y) * width) + from.X)..], width);
        }
    }

    public void Dispose()
    {
        _copy?.Dispose();
        _indices?.Dispose();
        _latents?.Dispose();
    }
}
