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

    /// <summary>Bits a pixel that the chosen codes take by the code lengths counted so far: the rate term's measure, without contexts.</summary>
    public double Rate { get; init; }

    public required double GradientNorm { get; init; }

    /// <summary>PSNR in dB of the training samples, from the mean squared error of pixels in [−1, 1].</summary>
    public double Psnr => 10 * Math.Log10(4 / Math.Max(Reconstruction, 1e-12));

    /// <summary>How the codes of each stage were used: all stages of the first plane, then those of the next.</summary>
    public required IReadOnlyList<StageUsage> Stages { get; init; }

    /// <summary>What the validation images gave, where this report measured them.</summary>
    public ValidationResult? Validation { get; init; }
}
