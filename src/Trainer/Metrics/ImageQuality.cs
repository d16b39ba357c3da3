using static TorchSharp.torch;

namespace VqVae.Trainer.Metrics;

/// <summary>How close a decoded image is to its original, both of 8 bits.</summary>
internal sealed record ImageQuality
{
    /// <summary>PSNR in dB over the samples of all three channels; at most <see cref="Psnr.Most"/>.</summary>
    public required double PsnrRgb { get; init; }

    /// <summary>PSNR in dB of luma (<see cref="Luma"/>); at most <see cref="Psnr.Most"/>.</summary>
    public required double PsnrLuma { get; init; }

    /// <summary>SSIM, averaged over the three channels.</summary>
    public required double SsimRgb { get; init; }

    /// <summary>SSIM of luma.</summary>
    public required double SsimLuma { get; init; }

    /// <summary>MS-SSIM, averaged over the three channels.</summary>
    public required double MsSsimRgb { get; init; }

    /// <summary>MS-SSIM of luma.</summary>
    public required double MsSsimLuma { get; init; }

    /// <summary>Compares two images, a channel at a time, so that large ones need little more memory than a float32 copy of one channel of each.</summary>
    /// <param name="original">uint8 <c>[1,H,W,3]</c>.</param>
    /// <param name="decoded">The same shape, on the same device.</param>
    public static ImageQuality Measure(Tensor original, Tensor decoded)
    {
        using var gradients = no_grad();
        var channels = Enumerable.Range(0, 3).Select(c => OfPlanes(Channel(original, c), Channel(decoded, c))).ToArray();
        var luma = OfPlanes(Luma.OfPixels(original), Luma.OfPixels(decoded));
        return new ImageQuality
        {
            PsnrRgb = Psnr.Of(channels.Average(c => c.SquaredError), ValueRange.EightBit.Span),
            PsnrLuma = Psnr.Of(luma.SquaredError, ValueRange.EightBit.Span),
            SsimRgb = channels.Average(c => c.Ssim),
            SsimLuma = luma.Ssim,
            MsSsimRgb = channels.Average(c => c.MsSsim),
            MsSsimLuma = luma.MsSsim,
        };
    }

    /// <summary>Averages of several images, each as much as another.</summary>
    public static ImageQuality Mean(IReadOnlyList<ImageQuality> images) => new()
    {
        PsnrRgb = images.Average(i => i.PsnrRgb),
        PsnrLuma = images.Average(i => i.PsnrLuma),
        SsimRgb = images.Average(i => i.SsimRgb),
        SsimLuma = images.Average(i => i.SsimLuma),
        MsSsimRgb = images.Average(i => i.MsSsimRgb),
        MsSsimLuma = images.Average(i => i.MsSsimLuma),
    };

    /// <summary>Compares two planes float32 <c>[1,1,H,W]</c> in [0, 255], which it disposes of.</summary>
    private static (double SquaredError, double Ssim, double MsSsim) OfPlanes(Tensor original, Tensor decoded)
    {
        using var scope = NewDisposeScope();
        using (original)
        using (decoded)
        {
            var error = Psnr.MeanSquaredErrors(original, decoded).item<double>();
            var (msSsim, ssim) = MsSsim.WithSsim(original, decoded, ValueRange.EightBit);
            return (error, ssim.item<float>(), msSsim.item<float>());
        }
    }

    private static Tensor Channel(Tensor pixels, int channel) => pixels.select(3, channel).to(ScalarType.Float32).unsqueeze(1);
}
