using VqVae.Codec.Cli.Evaluation.Metrics;

namespace VqVae.Codec.Cli.Evaluation;

/// <summary>A measure of quality in dB that curves are drawn of, and compared by.</summary>
/// <param name="Key">What files of results call it.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Of">The value of a picture, or of means.</param>
internal sealed record QualityMeasure(string Key, string Name, Func<PictureQuality, double> Of)
{
    /// <summary>PSNR over the samples of the three channels.</summary>
    public static QualityMeasure PsnrRgb { get; } = new("psnr_rgb", "PSNR (RGB)", q => q.PsnrRgb);

    /// <summary>PSNR of luma.</summary>
    public static QualityMeasure PsnrLuma { get; } = new("psnr_luma", "PSNR (luma)", q => q.PsnrLuma);

    /// <summary>MS-SSIM of the three channels' mean, in dB.</summary>
    public static QualityMeasure MsSsimRgb { get; } = new("ms_ssim_rgb_db", "MS-SSIM (RGB)", q => MsSsim.Decibels(q.MsSsimRgb));

    /// <summary>MS-SSIM of luma, in dB.</summary>
    public static QualityMeasure MsSsimLuma { get; } = new("ms_ssim_luma_db", "MS-SSIM (luma)", q => MsSsim.Decibels(q.MsSsimLuma));

    /// <summary>All of them.</summary>
    public static IReadOnlyList<QualityMeasure> All { get; } = [PsnrRgb, PsnrLuma, MsSsimRgb, MsSsimLuma];
}
