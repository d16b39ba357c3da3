using VqVae.Runtime;

namespace VqVae.Codec.Cli.Evaluation.Metrics;

/// <summary>How close a decoded picture is to its original, both of 8 bits; the definitions are those of <c>trainer eval</c>.</summary>
/// <param name="PsnrRgb">PSNR in dB over the samples of all three channels; at most <see cref="MostDecibels"/>.</param>
/// <param name="PsnrLuma">PSNR in dB of luma (<see cref="Plane.Luma"/>); at most <see cref="MostDecibels"/>.</param>
/// <param name="SsimRgb">SSIM, averaged over the three channels.</param>
/// <param name="SsimLuma">SSIM of luma.</param>
/// <param name="MsSsimRgb">MS-SSIM, averaged over the three channels.</param>
/// <param name="MsSsimLuma">MS-SSIM of luma.</param>
internal sealed record PictureQuality(double PsnrRgb, double PsnrLuma, double SsimRgb, double SsimLuma, double MsSsimRgb, double MsSsimLuma)
{
    /// <summary>Most that is reported, in dB: one picture without any error would otherwise make every average infinite.</summary>
    public const double MostDecibels = 100;

    /// <summary>Compares two pictures.</summary>
    /// <param name="original">An Rgb24 picture with sides of at least <see cref="MsSsim.LeastSide"/>.</param>
    /// <param name="decoded">The same size and format.</param>
    public static PictureQuality Measure(VqImage original, VqImage decoded)
    {
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(decoded);
        if ((original.Width, original.Height, original.Format) != (decoded.Width, decoded.Height, decoded.Format) || original.Format != PixelFormat.Rgb24)
            throw new ArgumentException($"expected a {original.Width}x{original.Height} Rgb24 picture, got {decoded.Width}x{decoded.Height} {decoded.Format}", nameof(decoded));

        var (error, ssim, msSsim) = (0.0, 0.0, 0.0);
        for (var channel = 0; channel < 3; channel++)
        {
            var of = OfPlanes(Plane.Channel(original, channel), Plane.Channel(decoded, channel));
            (error, ssim, msSsim) = (error + (of.SquaredError / 3), ssim + (of.Ssim / 3), msSsim + (of.MsSsim / 3));
        }

        var luma = OfPlanes(Plane.Luma(original), Plane.Luma(decoded));
        return new PictureQuality(Psnr(error), Psnr(luma.SquaredError), ssim, luma.Ssim, msSsim, luma.MsSsim);
    }

    /// <summary>Averages of several pictures, each as much as another.</summary>
    public static PictureQuality Mean(IReadOnlyCollection<PictureQuality> pictures) => new(
        pictures.Average(p => p.PsnrRgb),
        pictures.Average(p => p.PsnrLuma),
        pictures.Average(p => p.SsimRgb),
        pictures.Average(p => p.SsimLuma),
        pictures.Average(p => p.MsSsimRgb),
        pictures.Average(p => p.MsSsimLuma));

    /// <summary>10·log₁₀(1 / MSE): a plane's white less its black is 1.</summary>
    private static double Psnr(double meanSquaredError) => Math.Min(MostDecibels, -10 * Math.Log10(meanSquaredError));

    private static (double SquaredError, double Ssim, double MsSsim) OfPlanes(Plane original, Plane decoded)
    {
        var (msSsim, ssim) = MsSsim.WithSsim(original, decoded);
        return (original.MeanSquaredError(decoded), ssim, msSsim);
    }
}
