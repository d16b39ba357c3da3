using VqVae.Models;
using VqVae.Trainer.Run;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Seeing.Report;

/// <summary>What a run folder tells about a run, as far as its files could be read.</summary>
/// <param name="Metrics">The rows.</param>
/// <param name="Settings">The settings, where they are known.</param>
/// <param name="Usage">How codes were used, interval by interval.</param>
internal sealed record RunHistory(MetricsTable Metrics, RunSettings? Settings, IReadOnlyList<UsageInterval> Usage)
{
    /// <summary>Fewest rows from which anything is said that needs a comparison of earlier with later ones.</summary>
    public const int FewestRows = 20;

    /// <summary>Steps done at the last row; 0 where there is none.</summary>
    public long Step => Metrics.Rows == 0 ? 0 : (long)Metrics.Steps[^1];

    /// <summary>Length of the run in steps, where it is limited by them.</summary>
    public long? Length => Settings is { Minutes: null } ? Settings.Training.Steps : null;

    /// <summary>Whether the last row is the run's last.</summary>
    public bool Finished => Length is { } length ? Step >= length : Settings?.Minutes is { } minutes && Metrics.Rows > 0 && Metrics["seconds"][^1] >= minutes * 60;

    /// <summary>Rows after the warm-up, whose losses mean little.</summary>
    public int FirstRow => Settings is null ? 0 : Metrics.Steps.TakeWhile(s => s <= Settings.Training.WarmupSteps).Count();

    /// <summary>Rows over which curves are averaged before they are compared: a twentieth, at least 5.</summary>
    public int Window => Math.Max(5, (Metrics.Rows - FirstRow) / 20);

    /// <summary>Codebook size of a stage, where it is known.</summary>
    public int? Codes(StageColumns stage) =>
        Plane(stage)?.Codes ?? (Usage.Count > 0 ? Usage[^1].Stages.FirstOrDefault(s => s.Stage == stage.Name)?.Codes : null);

    /// <summary>The plane of a stage, where it is known.</summary>
    public LatentPlane? Plane(StageColumns stage) => Settings?.Model.Planes.FirstOrDefault(p => p.Name == stage.Plane);

    /// <summary>Mean squared error of the validation images at <see cref="MetricsTable.Validated"/>: measured, or from their PSNR where the column is empty.</summary>
    public double[] ValidationLoss()
    {
        var (measured, psnr) = (Metrics["validation_loss"], Metrics.ValidationPsnr);
        return [.. Metrics.Validated.Select(row => measured[row] > 0 ? measured[row] : 4 * Math.Pow(10, -psnr[^1][row] / 10))];
    }

    /// <summary>For each of <see cref="MetricsTable.Validated"/>, the mean of a column since the one before.</summary>
    public double[] BetweenValidations(string column)
    {
        var values = Metrics[column];
        var first = 0;
        var means = new double[Metrics.Validated.Count];
        for (var i = 0; i < means.Length; i++)
        {
            means[i] = Mean(values.AsSpan(first..(Metrics.Validated[i] + 1)));
            first = Metrics.Validated[i] + 1;
        }

        return means;
    }

    /// <summary>The mean of a column's finite values in the last fifth of the rows, at least 3.</summary>
    public static double Recent(double[] column) => Mean(column.AsSpan(Math.Max(0, column.Length - Math.Max(3, column.Length / 5))));

    private static double Mean(ReadOnlySpan<double> values)
    {
        var (sum, count) = (0.0, 0);
        foreach (var value in values)
        {
            if (!double.IsFinite(value)) continue;
            sum += value;
            count++;
        }

        return count == 0 ? double.NaN : sum / count;
    }
}
