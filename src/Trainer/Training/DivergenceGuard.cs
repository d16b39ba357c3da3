using System.Globalization;
using VqVae.Models;

namespace VqVae.Trainer.Training;

/// <summary>Notices that training has gone wrong for good.</summary>
internal sealed class DivergenceGuard(TrainingSpec training)
{
    /// <summary>How many times the lowest loss so far a later average may be.</summary>
    private const double Growth = 10;

    private double _lowest = double.PositiveInfinity;

    /// <summary>Checks a report's averages.</summary>
    /// <exception cref="TrainingDivergedException">They are not finite, or the loss has grown far beyond its lowest value.</exception>
    public void Check(Progress progress)
    {
        if (!double.IsFinite(progress.Loss) || !double.IsFinite(progress.GradientNorm))
            throw Diverged(progress, "the loss or its gradient is no longer a number");
        if (progress.Step > training.WarmupSteps && progress.Loss > Growth * _lowest)
            throw Diverged(progress, string.Create(CultureInfo.InvariantCulture, $"the loss has grown from {_lowest:0.####} to {progress.Loss:0.####}"));
        _lowest = Math.Min(_lowest, progress.Loss);
    }

    private TrainingDivergedException Diverged(Progress progress, string what)
    {
        var rate = (training.LearningRate / 4).ToString("0.#e+0", CultureInfo.InvariantCulture);
        var clip = training.GradientClip == 0 ? ", add --clip 0.5" : "";
        return new TrainingDivergedException(
            $"training diverged by step {progress.Step}: {what}. Start again with a lower learning rate (--lr {rate}){clip}, or --resume from the last saved state with it");
    }
}
