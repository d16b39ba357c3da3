using VqVae.Exporter.Quality;
using VqVae.Models;
using VqVae.Runtime;

namespace VqVae.Exporter.Variants;

/// <summary>Calibration images at one rate point, and what the fp32 graphs make of them.</summary>
/// <param name="Rate">The rate point.</param>
/// <param name="Lambda">The search's λ.</param>
/// <param name="Count">Images N.</param>
/// <param name="Side">Their sides, a multiple of the largest stride.</param>
/// <param name="Images">The originals, <c>[N, side, side, 3]</c>.</param>
/// <param name="Indices">What the encoder gives, a tensor a plane.</param>
/// <param name="Decoded">What the decoder gives of them.</param>
internal sealed record CalibrationSample(int Rate, float Lambda, int Count, int Side, byte[] Images, int[][] Indices, byte[] Decoded)
{
    /// <summary>Images at each rate point: ranges and losses change by little beyond that.</summary>
    private const int MostImages = 16;

    /// <summary>Multiply-accumulate operations of a pass over all samples at most: some of the steps take dozens of passes.</summary>
    private const double MostOperations = 3e10;

    /// <summary>Takes images by turns for all rate points, and runs the fp32 graphs on them.</summary>
    public static IReadOnlyList<CalibrationSample> Take(ModelGraphs graphs, CalibrationImages images, CancellationToken cancellationToken)
    {
        var spec = graphs.Manifest.Spec;
        var side = images.Side / spec.LargestStride * spec.LargestStride;
        if (side == 0) return [];
        var affordable = (int)(MostOperations / (ComputeCost.Of(spec).Decoder * side * side * spec.RatePoints));
        var count = Math.Min(images.Count, Math.Clamp(affordable, 1, MostImages));
        var samples = new List<CalibrationSample>();
        for (var rate = 0; rate < spec.RatePoints; rate++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var pixels = new byte[count * side * side * 3];
            for (var i = 0; i < count; i++) images.Crop(((rate * count) + i) % images.Count, side).CopyTo(pixels, i * side * side * 3);
            var lambda = (float)spec.Lambda(rate);
            var indices = graphs.Encode(pixels, count, side, side, rate, lambda);
            samples.Add(new CalibrationSample(rate, lambda, count, side, pixels, indices, graphs.Decode(indices, int.MaxValue, count, side, side, rate)));
        }

        return samples;
    }

    /// <summary>PSNR of decoded images in dB; of equal ones what one wrong step in a million would give.</summary>
    public double Psnr(ReadOnlySpan<byte> decoded) => 10 * Math.Log10(255.0 * 255 * Images.Length / Math.Max(Images.Length * 1e-6, PixelErrors.Squared(Images, decoded)));
}
