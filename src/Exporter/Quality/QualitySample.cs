namespace VqVae.Exporter.Quality;

/// <summary>What one setting of the encoder gave on the calibration images.</summary>
/// <param name="Lambda">λ.</param>
/// <param name="Psnr">PSNR in dB over all pixels.</param>
/// <param name="BitsPerPixel">Bits a pixel, whole file.</param>
internal readonly record struct QualitySample(double Lambda, double Psnr, double BitsPerPixel);

/// <summary>A curve over λ at one rate point and number of stages, from the smallest λ to the largest.</summary>
/// <param name="RatePoint">The rate point.</param>
/// <param name="Stages">The number of stages.</param>
/// <param name="Samples">What was measured; PSNR and bits fall.</param>
internal sealed record QualityCurve(int RatePoint, int Stages, IReadOnlyList<QualitySample> Samples)
{
    /// <summary>The highest PSNR, at the smallest λ.</summary>
    public double Highest => Samples[0].Psnr;

    /// <summary>The lowest PSNR, at the largest λ.</summary>
    public double Lowest => Samples[^1].Psnr;

    /// <summary>Makes a curve of measurements in any order; those that bring nothing (a larger λ, and no fewer bits or no lower PSNR) are left out.</summary>
    public static QualityCurve Of(int ratePoint, int stages, IEnumerable<QualitySample> samples)
    {
        var falling = new List<QualitySample>();
        foreach (var sample in samples.OrderBy(s => s.Lambda))
            if (falling.Count == 0 || (sample.Psnr < falling[^1].Psnr && sample.BitsPerPixel < falling[^1].BitsPerPixel)) falling.Add(sample);
        return new QualityCurve(ratePoint, stages, falling);
    }

    /// <summary>The setting that gives a PSNR, between the two measurements around it: λ and bits by their logarithms.</summary>
    /// <param name="psnr">From <see cref="Lowest"/> to <see cref="Highest"/>.</param>
    public QualitySample At(double psnr)
    {
        for (var i = 1; i < Samples.Count; i++)
        {
            var (upper, lower) = (Samples[i - 1], Samples[i]);
            if (psnr < lower.Psnr) continue;
            var share = (upper.Psnr - psnr) / (upper.Psnr - lower.Psnr);
            var lambda = Math.Exp(Between(Math.Log(upper.Lambda + 1), Math.Log(lower.Lambda + 1), share)) - 1;
            return new QualitySample(lambda, psnr, Math.Exp(Between(Math.Log(upper.BitsPerPixel), Math.Log(lower.BitsPerPixel), share)));
        }

        return Samples[^1];
    }

    private static double Between(double a, double b, double share) => a + (share * (b - a));
}
