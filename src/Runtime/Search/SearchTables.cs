using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>All planes' codebooks and code lengths, read from the encoder's graph, for searches outside of it.</summary>
internal sealed class SearchTables
{
    private readonly LatentLayout[] _layouts;
    private readonly Dictionary<string, float[]> _tensors;
    private readonly StageCodes?[][][] _stages;
    private readonly int _ratePoints;

    private SearchTables(ModelManifest manifest, Dictionary<string, float[]> tensors)
    {
        (_layouts, _tensors, _ratePoints) = ([.. manifest.Spec.Latents], tensors, manifest.RatePoints);
        _stages = [.. _layouts.Select(layout => Enumerable.Range(0, _ratePoints).Select(_ => new StageCodes?[layout.Plane.Stages]).ToArray())];
    }

    /// <summary>How each plane is quantized.</summary>
    public IReadOnlyList<LatentLayout> Layouts => _layouts;

    /// <summary>Whether some stage builds on another, so that choosing them together can gain.</summary>
    public bool HasResidualStages => _layouts.Any(layout => layout.Plane.Stages > layout.Groups);

    /// <summary>Bytes of latents for each pixel.</summary>
    public double LatentBytesPerPixel => _layouts.Sum(layout => (double)sizeof(float) * layout.Dimension / (layout.Plane.Stride * layout.Plane.Stride));

    /// <summary>Reads an encoder's codebooks.</summary>
    /// <returns><c>null</c> where the graph lacks one of the constants, as one that another program wrote may.</returns>
    public static SearchTables? Read(ReadOnlySpan<byte> encoder, ModelManifest manifest)
    {
        if (!manifest.Spec.Planes.SequenceEqual(manifest.Planes)) return null;
        var expected = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var layout in manifest.Spec.Latents)
        {
            var (plane, rates) = (layout.Plane, manifest.RatePoints);
            expected[GraphNames.SquaredNorms(plane)] = expected[GraphNames.ScaledLengths(plane)] = rates * plane.Stages * plane.Codes;
            for (var stage = 0; stage < plane.Stages; stage++) expected[GraphNames.Codebook(plane, stage, rates)] = rates * plane.Codes * layout.Range(stage).Length;
        }

        var tensors = GraphTensors.Read(encoder, expected.Keys.ToHashSet(StringComparer.Ordinal));
        return expected.All(e => tensors.TryGetValue(e.Key, out var values) && values.Length == e.Value) ? new SearchTables(manifest, tensors) : null;
    }

    /// <summary>A stage's codes; made when they are first asked for.</summary>
    public StageCodes Stage(int plane, int ratePoint, int stage)
    {
        ref var made = ref _stages[plane][ratePoint][stage];
        if (Volatile.Read(ref made) is { } codes) return codes;
        var layout = _layouts[plane];
        var count = layout.Plane.Codes;
        var size = count * layout.Range(stage).Length;
        var first = ((ratePoint * layout.Plane.Stages) + stage) * count;
        var fresh = new StageCodes(
            _tensors[GraphNames.Codebook(layout.Plane, stage, _ratePoints)].AsMemory(ratePoint * size, size),
            _tensors[GraphNames.SquaredNorms(layout.Plane)].AsMemory(first, count),
            _tensors[GraphNames.ScaledLengths(layout.Plane)].AsMemory(first, count));

        // Two threads may make it at the same time; both are the same.
        return Interlocked.CompareExchange(ref made, fresh, null) ?? fresh;
    }
}
