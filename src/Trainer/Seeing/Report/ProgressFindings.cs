using VqVae.Models;
using VqVae.Reporting;

namespace VqVae.Trainer.Seeing.Report;

/// <summary>Whether the run still improves, whether its learning rate is used up, and what its last stages add.</summary>
internal static class ProgressFindings
{
    /// <summary>Fewest validations from which a trend is told.</summary>
    private const int FewestValidations = 6;

    /// <summary>Gain in dB over the next fifth of the run below which it counts as converged.</summary>
    private const double Converged = 0.02;

    /// <summary>Steps from which a trend is told for each 1000 steps.</summary>
    private const double ShortestSpan = 500;

    /// <summary>Share of its peak below which the learning rate counts as used up.</summary>
    private const double UsedUp = 0.01;

    /// <summary>PSNR in dB below which a stage adds nothing worth its bits.</summary>
    private const double WorthwhileStage = 0.05;

    public static IEnumerable<Finding> Of(RunHistory history) =>
        new[] { Progress(history), LearningRate(history), Stages(history), Validation(history) }.OfType<Finding>();

    private static Finding Progress(RunHistory history)
    {
        var rows = history.Metrics.Validated;
        if (rows.Count < FewestValidations)
        {
            var detail = rows.Count == 0 ? "Nothing has been measured on validation images." : Numbers.Text($"{rows.Count} validation(s) so far; a trend needs {FewestValidations}.");
            return new Finding(Severity.Note, Topic.Progress, "Too early to tell whether it still improves", detail, history.Finished ? "" : "A smaller --validate-every measures more often.");
        }

        // The last fifth of the run, and of few validations the last five.
        var points = rows.Select(row => (X: history.Metrics.Steps[row], Y: history.Metrics.ValidationPsnr[^1][row])).ToArray();
        var last = points.Length - Math.Max(Trend.FewestPoints, points.Count(p => p.X >= 0.8 * points[^1].X));
        var trend = Trend.Of(points[last..]);
        var span = points[^1].X - points[last].X;

        // What a few steps gained is not put as what a thousand would gain.
        var (unit, per) = span >= ShortestSpan ? (1000.0, "dB per 1000 steps") : (span, Numbers.Text($"dB in the last {span:0} steps"));
        var error = Math.Max(2 * trend.Error * unit, 0.001);
        var latest = Numbers.Text($"Validation PSNR is {points[^1].Y:0.00} dB; over the last {Numbers.Count(span)} steps it moved by {Signed(trend.Slope * unit)} ± {error:0.0##} {per}.");
        if (trend.Falls && -trend.Slope * span > Converged)
            return new Finding(Severity.Watch, Topic.Progress, "Validation PSNR falls", latest, LowerRate(history));
        if (trend.Rises && trend.Slope * span > Converged)
        {
            var title = Numbers.Text($"Still improving, about {Signed(trend.Slope * unit)} {per}");
            return new Finding(Severity.Good, Topic.Progress, title, latest, history.Finished ? "To use that: " + Longer(history) : "Let it run.");
        }

        if (2 * trend.Error * span > 5 * Converged)
            return new Finding(Severity.Note, Topic.Progress, "No trend beyond the noise", latest, "Later validations will tell.");
        return new Finding(
            Severity.Note, Topic.Progress, "Converged: validation PSNR no longer moves", latest,
            history.Settings?.Training.Schedule == LearningRateSchedule.Constant ? LowerRate(history) : "More of the same gains little: a larger model (--hidden, --codes, --stages) or more images would.");
    }

    private static Finding? LearningRate(RunHistory history)
    {
        var rates = history.Metrics["learning_rate"].Where(double.IsFinite).ToArray();
        if (rates.Length < RunHistory.FewestRows / 2 || history.Settings is { Training.Schedule: LearningRateSchedule.Constant }) return null;
        var peak = history.Settings?.Training.LearningRate ?? rates.Max();
        if (history.Step <= history.Settings?.Training.WarmupSteps || !(rates[^1] < UsedUp * peak)) return null;
        return new Finding(
            Severity.Note, Topic.LearningRate, "The learning rate is used up", Numbers.Text($"It has come down from {Numbers.Short(peak)} to {Numbers.Short(rates[^1])}; what is left of this schedule changes little."),
            "To go on, with the rate on a longer schedule: " + Longer(history));
    }

    private static Finding? Stages(RunHistory history)
    {
        if (history.Metrics is not { ValidationPsnr.Count: > 1, Validated: [.., var row] } metrics || metrics.Validated.Count < FewestValidations) return null;
        var psnr = metrics.ValidationPsnr.Select(column => column[row]).ToArray();
        var idle = Enumerable.Range(1, psnr.Length - 1).Where(i => psnr[i] - psnr[i - 1] < WorthwhileStage).ToArray();
        if (idle.Length == 0) return null;
        var names = Numbers.List([.. idle.Select(i => Numbers.Text($"{i + 1} ({Signed(psnr[i] - psnr[i - 1])} dB)"))]);
        return new Finding(
            Severity.Note, Topic.Stages, "Some stages add little", $"Decoding also stage {names} hardly changes validation PSNR.",
            "A new run with fewer --stages is faster and takes fewer bits for the same quality.");
    }

    private static Finding? Validation(RunHistory history) => history.Metrics.Validated.Count > 0 || history.Step < 1000 ? null : new Finding(
        Severity.Watch, Topic.Validation, "No validation images", "Without images that are never trained on, neither overfitting nor progress can be told.",
        "Use a folder with more images: about one in twenty is held back.");

    private static string Longer(RunHistory history) => history switch
    {
        { Settings.Minutes: { } minutes } => Numbers.Text($"--resume --minutes {2 * minutes:0.#}"),
        { Length: { } length } => Numbers.Text($"--resume --steps {2 * length}"),
        _ => "--resume with more --steps",
    };

    private static string LowerRate(RunHistory history) => history.Settings is { } settings
        ? Numbers.Text($"--resume --lr {Numbers.Short(settings.Training.LearningRate / 3)}{(history.Finished ? Longer(history)["--resume".Length..] : "")}")
        : "--resume with a lower --lr";

    private static string Signed(double value) => Math.Abs(value) < 0.0005 ? "0.0" : Numbers.Text($"{(value < 0 ? "−" : "+")}{Math.Abs(value):0.0##}");
}
