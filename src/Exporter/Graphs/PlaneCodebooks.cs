using VqVae.Models;

namespace VqVae.Exporter.Graphs;

/// <summary>One plane's codebooks and code lengths in a checkpoint, by rate point and stage.</summary>
internal sealed class PlaneCodebooks(Checkpoint checkpoint, LatentLayout layout)
{
    private readonly int _stages = layout.Plane.Stages;
    private readonly int _codes = layout.Plane.Codes;

    /// <summary>Number of rate points R.</summary>
    public int RatePoints => checkpoint.Spec.RatePoints;

    /// <summary>All codes of a rate point, <c>[L, K, D]</c>.</summary>
    public ReadOnlySpan<float> OfRatePoint(int ratePoint)
    {
        var size = _stages * _codes * layout.Dimension;
        return checkpoint.Values(layout.CodebooksName).Slice(ratePoint * size, size);
    }

    /// <summary>A stage's codes in the stage's own dimensions, <c>[K, d]</c>.</summary>
    public float[] Stage(int ratePoint, int stage)
    {
        var (start, length) = layout.Range(stage);
        var codes = OfRatePoint(ratePoint).Slice(stage * _codes * layout.Dimension, _codes * layout.Dimension);
        if (length == layout.Dimension) return codes.ToArray();
        var own = new float[_codes * length];
        for (var k = 0; k < _codes; k++) codes.Slice((k * layout.Dimension) + start, length).CopyTo(own.AsSpan(k * length));
        return own;
    }

    /// <summary>For each code of a stage the first that equals it.</summary>
    public int[] FirstEqual(int ratePoint, int stage) => EqualCodes.First(Stage(ratePoint, stage), _codes);

    /// <summary>‖e‖² of every code, <c>[R, L, K]</c>. Summed in double precision: the distances are small differences of these and the products.</summary>
    public float[] SquaredNorms()
    {
        var codes = checkpoint.Values(layout.CodebooksName);
        var norms = new float[codes.Length / layout.Dimension];
        for (var k = 0; k < norms.Length; k++)
        {
            double sum = 0;
            foreach (var value in codes.Slice(k * layout.Dimension, layout.Dimension)) sum += (double)value * value;
            norms[k] = (float)sum;
        }

        return norms;
    }

    /// <summary>Length of every code in the latent's squared units for λ = 1, <c>[R, L, K]</c>.</summary>
    public float[] ScaledLengths()
    {
        const double unit = (double)ModelSpec.PixelScale * ModelSpec.PixelScale;
        var lengths = checkpoint.Values(layout.CodeLengthsName).ToArray();
        for (var k = 0; k < lengths.Length; k++) lengths[k] = (float)(lengths[k] / unit);
        return lengths;
    }
}
