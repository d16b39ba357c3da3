using System.Globalization;
using VqVae.Models;

namespace VqVae.Trainer.Training;

/// <summary>
/// Notices that training has gone wrong for good: numbers that are none, or a loss that stays far above the lowest that it had. Both
/// sides are moving averages over steps, so that neither one odd batch nor how often is reported decides.
/// </summary>
internal sealed class DivergenceGuard(TrainingSpec training)
{
    /// <summary>How many times its lowest long average the loss's short average may be.</summary>
    private const double Growth = 10;

    private const double ShortSteps = 50;
    private const double LongSteps = 500;

    /// <summary>For how many steps it must stay above that.</summary>
    private const long Patience = 100;

    private double _short = double.NaN;
    private double _long = double.NaN;
    private double _lowest = double.PositiveInfinity;
    private long _lastStep = -1;
    private long _stepsTooHigh;

    /// <summary>Checks a report's averages.</summary>
    /// <exception cref="TrainingDivergedException">They are not finite, or the loss has stayed far above its lowest value.</exception>
    public void Check(Progress progress)
    {
        if (!double.IsFinite(progress.Loss) || !double.IsFinite(progress.GradientNorm))
            throw Diverged(progress, "the loss or its gradient is no longer a number");

        var steps = _lastStep < 0 ? 1 : progress.Step - _lastStep;
        _lastStep = progress.Step;
        _short = Average(_short, progress.Loss, steps / ShortSteps);
        _long = Average(_long, progress.Loss, steps / LongSteps);
        _lowest = Math.Min(_lowest, _long);
        _stepsTooHigh = progress.Step > training.WarmupSteps && _short > Growth * _lowest ? _stepsTooHigh + steps : 0;
        if (_stepsTooHigh >= Patience)
            throw Diverged(progress, string.Create(CultureInfo.InvariantCulture, $"the loss has grown from {_lowest:0.####} to {_short:0.####} and stays there"));
    }

    private static double Average(double average, double value, double time) =>
        double.IsNaN(average) ? value : average + ((1 - Math.Exp(-time)) * (value - average));

    private TrainingDivergedException Diverged(Progress progress, string what)
    {
        var rate = (training.LearningRate / 4).ToString("0.#e+0", CultureInfo.InvariantCulture);
        var clip = training.GradientClip == 0 ? " and --clip 0.5" : "";
        return new TrainingDivergedException(
            $"training diverged by step {progress.Step}: {what}. Go on from the last saved state with --resume --lr {rate}{clip}, or start again so with another --out");
    }
}
