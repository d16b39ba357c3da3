using static TorchSharp.torch;

namespace VqVae.Trainer.Metrics;

/// <summary>Peak signal-to-noise ratio.</summary>
internal static class Psnr
{
    /// <summary>
    /// Most that is reported, in dB: an image that comes back without any error would otherwise make every average infinite. A single wrong
    /// step in one of 30,000 samples of 8 bits is 93 dB.
    /// </summary>
    public const double Most = 100;

    /// <summary>10 · log₁₀(peak² / MSE) in dB, at most <see cref="Most"/>.</summary>
    /// <param name="meanSquaredError">Mean of the squared errors of all samples.</param>
    /// <param name="peak">White less black: 255 for pixels of 8 bits.</param>
    public static double Of(double meanSquaredError, double peak) =>
        Math.Min(Most, 10 * Math.Log10(peak * peak / meanSquaredError));

    /// <summary>Mean of the squared differences of each image, summed in float64.</summary>
    /// <param name="a">float32 <c>[N,C,H,W]</c>.</param>
    /// <param name="b">The same shape.</param>
    /// <returns>float64 <c>[N]</c>.</returns>
    public static Tensor MeanSquaredErrors(Tensor a, Tensor b)
    {
        using var scope = NewDisposeScope();
        return a.sub(b).square().mean([1, 2, 3], type: ScalarType.Float64).MoveToOuterDisposeScope();
    }
}
