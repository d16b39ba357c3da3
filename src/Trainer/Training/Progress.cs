namespace VqVae.Trainer.Training;

/// <summary>One report of a run's progress: averages over the steps since the report before.</summary>
internal sealed record Progress
{
    public required long Step { get; init; }

    /// <summary>How often each training image was seen.</summary>
    public double Epoch { get; init; }

    /// <summary>Seconds trained so far.</summary>
    public double Seconds { get; init; }

    /// <summary>Training samples a second since this process began training.</summary>
    public double ImagesPerSecond { get; init; }

    public required double LearningRate { get; init; }

    public required double Loss { get; init; }

    public required double Reconstruction { get; init; }

    public required double Codebook { get; init; }

    public required double Commitment { get; init; }

    public required double GradientNorm { get; init; }

    /// <summary>PSNR in dB of the training samples, from the mean squared error of pixels in [−1, 1].</summary>
    public double Psnr => 10 * Math.Log10(4 / Math.Max(Reconstruction, 1e-12));

    /// <summary>Perplexity and share of used codes of each stage.</summary>
    public required IReadOnlyList<StageUsage> Stages { get; init; }

    /// <summary>Average PSNR in dB of the validation images from 1, 2, … stages, where this report measured it.</summary>
    public IReadOnlyList<double>? ValidationPsnr { get; init; }
}
