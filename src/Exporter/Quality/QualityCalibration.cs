using VqVae.Models;
using VqVae.Runtime;

namespace VqVae.Exporter.Quality;

/// <summary>Measures what the encoder's settings give on the calibration images, with the runtime that will use them.</summary>
internal static class QualityCalibration
{
    /// <summary>The picture that is compressed: larger ones change the curves by less than a step.</summary>
    private const long Pixels = 1 << 20;

    /// <summary>Models of more stages are not cut to fewer: stages of groups carry what λ weighs better.</summary>
    private const int MostStagesToDrop = 8;

    /// <summary>λ in squared 8-bit units a bit, for a model that was trained without: up to where stages carry next to nothing.</summary>
    private static readonly double[] Lambdas = [0, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200];

    /// <summary>The same as multiples of the λ that a rate point was trained with.</summary>
    private static readonly double[] Multiples = [0.25, 0.5, 0.7, 1, 1.4, 2, 3, 5, 8];

    /// <summary>Measures and chooses.</summary>
    /// <param name="codec">The model, with its tables.</param>
    /// <param name="images">The calibration images.</param>
    /// <param name="progress">Told what share is done, 0 to 1.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static QualityMap Run(VqCodec codec, CalibrationImages images, Action<double>? progress, CancellationToken cancellationToken)
    {
        var (rgb, width, height) = images.Mosaic(Pixels);
        var spec = codec.Manifest.Spec;
        var most = spec.Planes.Max(p => p.Stages);
        int[] stages = spec.RatePoints == 1 && most <= MostStagesToDrop ? [.. Enumerable.Range(1, most)] : [most];
        var curves = new List<QualityCurve>();
        for (var rate = 0; rate < spec.RatePoints; rate++)
        {
            var trained = spec.Lambda(rate);
            var lambdas = trained > 0 ? [.. Multiples.Select(m => m * trained)] : Lambdas;
            var samples = stages.ToDictionary(s => s, _ => new List<QualitySample>());
            for (var i = 0; i < lambdas.Length; i++)
            {
                progress?.Invoke((rate + ((double)i / lambdas.Length)) / spec.RatePoints);
                var vq = codec.Compress(rgb, width, height, options: new VqCompressOptions { RatePoint = rate, Lambda = lambdas[i], Stages = most }, cancellationToken: cancellationToken);
                var stageBytes = stages.Length > 1 ? codec.Verify(vq, cancellationToken).StageBytes! : [];
                foreach (var count in stages)
                {
                    // Stages are coded one after the other, so a file of fewer is this one without the rest.
                    var bytes = vq.Length - stageBytes.Skip(count).Sum();
                    var back = codec.Decompress(vq, new VqDecompressOptions { Stages = count, Format = PixelFormat.Rgb24 }, cancellationToken);
                    samples[count].Add(new QualitySample(lambdas[i], Psnr(rgb, back.Pixels), 8.0 * bytes / (width * height)));
                }
            }

            curves.AddRange(samples.Select(s => QualityCurve.Of(rate, s.Key, s.Value)));
        }

        return QualityLadder.Of(curves);
    }

    /// <summary>Equal images would be infinitely good, which no model is.</summary>
    private static double Psnr(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b) => 10 * Math.Log10(255.0 * 255 * a.Length / Math.Max(1, PixelErrors.Squared(a, b)));
}
