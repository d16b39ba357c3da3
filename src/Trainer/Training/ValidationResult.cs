namespace VqVae.Trainer.Training;

/// <summary>Averages over the validation images, which are never trained on; 8-bit RGB, each image as much as another.</summary>
internal sealed record ValidationResult
{
    /// <summary>No images.</summary>
    public static ValidationResult None { get; } = new() { Psnr = [] };

    /// <summary>PSNR in dB when decoding from 1, 2, … leading stages, at the first rate point.</summary>
    public required IReadOnlyList<double> Psnr { get; init; }

    /// <summary>Mean squared error of pixels in [−1, 1] from all stages: comparable with <see cref="Progress.Reconstruction"/>.</summary>
    public double MeanSquaredError { get; init; }

    /// <summary>MS-SSIM of luma from all stages, 0 to 1.</summary>
    public double MsSsim { get; init; }

    /// <summary>Bits a pixel by the order-0 entropy of the indices of these images, all stages together: what a coder without contexts takes.</summary>
    public double BitsPerPixel { get; init; }

    /// <summary>All stages at each rate point; the figures above are averages over them.</summary>
    public IReadOnlyList<RatePointResult> RatePoints { get; init; } = [];
}

/// <summary>One rate point's averages.</summary>
/// <param name="BitsPerPixel">As <see cref="ValidationResult.BitsPerPixel"/>.</param>
/// <param name="Psnr">PSNR in dB from all stages.</param>
internal sealed record RatePointResult(double BitsPerPixel, double Psnr);
