using VqVae.Models;
using VqVae.Reporting;

namespace VqVae.Trainer.Seeing.Report;

/// <summary>What the losses say: numbers that are none, divergence, overfitting, and the balance between reconstruction and quantization.</summary>
internal static class LossFindings
{
    /// <summary>How many times its lowest average the loss may be before it counts as risen, and as diverging.</summary>
    private const double RisenLoss = 1.5;
    private const double DivergingLoss = 4;

    /// <summary>Share of the loss from which one term counts as dominating.</summary>
    private const double Dominating = 0.75;

    /// <summary>Growth of the commitment loss over the second half of a run from which the encoder counts as running away.</summary>
    private const double Drift = 2;

    /// <summary>Validations that overfitting needs to show itself in.</summary>
    private const int FewestValidations = 8;

    /// <summary>Share by which the validation loss must lie above its lowest.</summary>
    private const double RisenValidation = 0.01;

    public static IEnumerable<Finding> Of(RunHistory history)
    {
        if (NotFinite(history) is { } notFinite) return [notFinite];
        return new[] { Divergence(history), Overfitting(history), Commitment(history), Codebook(history), EncoderDrift(history) }.OfType<Finding>();
    }

    private static Finding? NotFinite(RunHistory history)
    {
        var (loss, gradient) = (history.Metrics["loss"], history.Metrics["gradient_norm"]);
        var row = Enumerable.Range(0, history.Metrics.Rows).FirstOrDefault(i => double.IsInfinity(loss[i]) || double.IsInfinity(gradient[i]), -1);
        if (row < 0) return null;
        return new Finding(
            Severity.Problem, Topic.Finite, Numbers.Text($"The loss or its gradient is no longer a number since step {history.Metrics.Steps[row]:0}"),
            "Nothing is learned from there on; the weights are lost from that step.", "Go on from the last saved state: " + Slower(history));
    }

    private static Finding? Divergence(RunHistory history)
    {
        var values = history.Metrics["loss"][history.FirstRow..];
        if (values.Length < RunHistory.FewestRows) return null;
        var averages = Trend.Smooth(values, history.Window);
        if (averages.Length == 0) return null;
        var (lowest, latest) = (averages.Min(), averages[^1]);
        if (!(lowest > 0) || latest < RisenLoss * lowest) return null;
        var diverging = latest >= DivergingLoss * lowest;
        return new Finding(
            diverging ? Severity.Problem : Severity.Watch, Topic.Divergence, diverging ? "The loss diverges" : "The loss has risen",
            Numbers.Text($"It averaged {Numbers.Short(lowest)} at its lowest and is {Numbers.Short(latest)} now, {latest / lowest:0.0} times as much."),
            "Go on from the last saved state: " + Slower(history));
    }

    private static Finding? Overfitting(RunHistory history)
    {
        var rows = history.Metrics.Validated;
        if (rows.Count < FewestValidations) return null;
        var steps = rows.Select(row => history.Metrics.Steps[row]).ToArray();
        var (validation, training) = (history.ValidationLoss(), history.BetweenValidations("reconstruction_loss"));
        var first = rows.Count - Math.Max(Trend.FewestPoints, rows.Count * 2 / 5);
        Trend Of(double[] losses) => Trend.Of(Enumerable.Range(first, rows.Count - first).Select(i => (steps[i], Math.Log(losses[i]))));
        var (up, down) = (Of(validation), Of(training));
        var best = Array.IndexOf(validation, validation.Min());
        var latest = validation[^3..].Average();
        if (up.Rises && down.Falls && latest > (1 + RisenValidation) * validation[best])
        {
            return new Finding(
                Severity.Watch, Topic.Overfitting, Numbers.Text($"Overfitting since about step {steps[best]:0}"),
                Numbers.Text($"The validation loss has risen {latest / validation[best] - 1:0.0%} above its lowest, {Numbers.Short(validation[best])} at step {steps[best]:0}, while the training loss still falls."),
                Numbers.Text($"The weights of the best validation are in the run folder's best/, ready for the exporter. For a better model more training images help most; otherwise a smaller network (--hidden), --weight-decay 1e-4, or a run that ends there (--steps {steps[best]:0})."));
        }

        return up.Rises ? null : new Finding(
            Severity.Good, Topic.Overfitting, "No overfitting",
            Numbers.Text($"The validation loss does not rise while the training loss falls; it is {Numbers.Short(validation[^1])}, and {Numbers.Short(validation[best])} at its lowest."));
    }

    private static Finding? Commitment(RunHistory history)
    {
        if (history.Settings?.Training is not { CommitmentWeight: > 0 } training || history.Metrics.Rows < RunHistory.FewestRows / 2) return null;
        var loss = RunHistory.Recent(history.Metrics["loss"]);
        var share = training.CommitmentWeight * RunHistory.Recent(history.Metrics["commitment_loss"]) / loss;
        if (!double.IsFinite(share) || loss <= 0) return null;
        var detail = Numbers.Text($"Of the loss, {Numbers.Percent(share)} is the weighted commitment ({training.CommitmentWeight:0.####} × {Numbers.Short(share * loss / training.CommitmentWeight)}).");
        return share > Dominating
            ? new Finding(
                Severity.Watch, Topic.Balance, "Commitment dominates the loss", detail + " The encoder is held to the codes more than it is asked for a good reconstruction.",
                Numbers.Text($"--resume --commitment-weight {Numbers.Short(training.CommitmentWeight / 4)}"))
            : new Finding(Severity.Good, Topic.Balance, "Reconstruction and commitment are balanced", detail);
    }

    /// <summary>The codebook loss moves codebooks only, unless all gradients are clipped by one norm.</summary>
    private static Finding? Codebook(RunHistory history)
    {
        if (history.Settings?.Training is not { CodebookLearning: CodebookLearning.Gradient, GradientClip: > 0, CodebookWeight: > 0 } training) return null;
        if (history.Metrics.Rows < RunHistory.FewestRows / 2) return null;
        var share = training.CodebookWeight * RunHistory.Recent(history.Metrics["codebook_loss"]) / RunHistory.Recent(history.Metrics["loss"]);
        return share > Dominating
            ? new Finding(
                Severity.Watch, Topic.Balance, "The codebook loss dominates",
                Numbers.Text($"Weighted with {training.CodebookWeight:0.####} it is {Numbers.Percent(share)} of the loss. It moves codebooks only, but all gradients are clipped together at {training.GradientClip:0.###}, so that little is left for the networks."),
                Numbers.Text($"--resume --codebook-weight {Numbers.Short(training.CodebookWeight / 4)}, or --clip 0"))
            : null;
    }

    private static Finding? EncoderDrift(RunHistory history)
    {
        var values = history.Metrics["commitment_loss"][history.FirstRow..];
        if (history.Settings?.Training is not { } training || values.Length < 2 * RunHistory.FewestRows) return null;
        var half = values[(values.Length / 2)..];
        var averages = Trend.Smooth(half, history.Window);
        if (averages.Length == 0 || !(averages[0] > 0) || averages[^1] < Drift * averages[0]) return null;
        if (!Trend.Of(half.Select((value, i) => ((double)i, Math.Log(value)))).Rises) return null;
        var gradient = training.CodebookLearning == CodebookLearning.Gradient
            ? Numbers.Text($", or --codebook-weight {Numbers.Short(Math.Max(1, 4 * training.CodebookWeight))} so that the codebook follows faster") : "";
        return new Finding(
            Severity.Watch, Topic.EncoderDrift, "The encoder runs away from the codebook",
            Numbers.Text($"The commitment loss, the distance of latents from their codes, grew from {Numbers.Short(averages[0])} to {Numbers.Short(averages[^1])} over the second half of the run."),
            Numbers.Text($"--resume --commitment-weight {Numbers.Short(Math.Max(0.25, 2 * training.CommitmentWeight))}{gradient}; a lower --lr slows it too."));
    }

    private static string Slower(RunHistory history)
    {
        if (history.Settings?.Training is not { } training) return "--resume with a lower --lr and --clip 0.5";
        var clip = training.GradientClip == 0 ? " --clip 0.5" : "";
        return $"--resume --lr {Numbers.Short(training.LearningRate / 4)}{clip}";
    }
}
