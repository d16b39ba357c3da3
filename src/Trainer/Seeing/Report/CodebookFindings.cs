using VqVae.Models;
using VqVae.Reporting;

namespace VqVae.Trainer.Seeing.Report;

/// <summary>What the code choices say: collapse, dead codes, falling perplexity.</summary>
internal static class CodebookFindings
{
    /// <summary>Share of its codes that a collapsed stage's perplexity stays below.</summary>
    private const double Collapsed = 0.03;

    /// <summary>Perplexity at which one code takes nearly all choices, however few codes there are.</summary>
    private const double OneCode = 1.5;

    /// <summary>Share of used codes below which the others are wasted, and below which most are.</summary>
    private const double Wasted = 0.9;
    private const double MostlyDead = 0.5;

    /// <summary>Choices for each code from which a code that was never chosen is no accident.</summary>
    private const double ChoicesPerCode = 20;

    /// <summary>Share of its highest average that a falling perplexity stays below.</summary>
    private const double Fallen = 0.6;

    /// <summary>Steps from which a low perplexity is not the beginning's: codebooks that start at random take as long to spread.</summary>
    private const int FewestSteps = 200;

    public static IEnumerable<Finding> Of(RunHistory history)
    {
        var stages = history.Metrics.Stages.Select(s => Stage.Of(history, s)).Where(s => s.Perplexity >= 1).ToArray();
        if (stages.Length == 0) return [];
        if (history.Metrics.Rows < RunHistory.FewestRows / 2 || history.Step < FewestSteps) return [Use(stages)];
        Finding[] findings = [.. new[] { Collapse(history, stages), DeadCodes(history, stages), Falling(history, stages) }.OfType<Finding>()];
        return findings.Length > 0 ? findings : [Use(stages)];
    }

    private static Finding? Collapse(RunHistory history, Stage[] stages)
    {
        var low = stages.Where(s => s.Codes is { } codes && s.Perplexity < Math.Max(OneCode, Collapsed * codes)).ToArray();
        if (low.Length == 0) return null;
        var detail = Numbers.Text($"Stage {Numbers.List([.. low.Select(s => Numbers.Text($"{s.Columns.Name} (perplexity {s.Perplexity:0.0} of {s.Codes})"))])}: a few codes take nearly all choices.");

        if (Cheap(history) && low.All(s => s.Columns.Number > 1))
        {
            return new Finding(
                Severity.Note, Topic.Collapse, "Some stages say little", detail + " With a zero code or a rate term that is how fine stages save bits.",
                "If the finest rate leaves them so too, a new run with fewer --stages is faster and loses little.");
        }

        return new Finding(Severity.Problem, Topic.Collapse, low.Length == stages.Length ? "The codebook has collapsed" : "A part of the codebooks has collapsed", detail, Revive(history));
    }

    private static Finding? DeadCodes(RunHistory history, Stage[] stages)
    {
        var dead = stages.Where(s => s.Used < Wasted && s.Choices >= ChoicesPerCode * s.Codes).ToArray();
        if (dead.Length == 0) return null;
        var least = dead.Min(s => s.Used);
        var figures = Numbers.List([.. dead.OrderBy(s => s.Used).Select(s => Numbers.Text($"{s.Columns.Name} {Numbers.Percent(s.Used)} of {s.Codes}"))]);
        var detail = $"Used since the validation before: {figures}. ";
        if (history.Settings?.Model.RateLambdas is not null || (Cheap(history) && dead.All(s => s.Columns.Number > 1)))
        {
            return new Finding(
                Severity.Note, Topic.DeadCodes, "Codes of fine stages are not used", detail + "With a zero code or a rate term fine stages need fewer codes, most of all at coarse rates.",
                $"{Fewer(history)} would be faster and lose little.");
        }

        var mostly = least < MostlyDead;
        return new Finding(
            mostly ? Severity.Problem : Severity.Watch, Topic.DeadCodes, mostly ? "Most codes of a stage are dead" : "Dead codes",
            detail + "Codes that are never chosen cost memory and time and give nothing.",
            history.Settings?.Training.CodebookLearning == CodebookLearning.Gradient ? Revive(history) : $"{Fewer(history)} would be faster and lose little.");
    }

    private static Finding? Falling(RunHistory history, Stage[] stages)
    {
        if (history.Metrics.Rows - history.FirstRow < RunHistory.FewestRows) return null;
        var falling = new List<string>();
        foreach (var stage in stages)
        {
            var averages = Trend.Smooth(stage.Columns.Perplexity[history.FirstRow..], history.Window);
            if (averages.Length == 0 || averages[^1] >= Fallen * averages.Max()) continue;
            var since = Array.IndexOf(averages, averages.Max());
            if (!Trend.Of(averages[since..].Select((value, i) => ((double)i, value))).Falls) continue;
            falling.Add(Numbers.Text($"{stage.Columns.Name} from {averages.Max():0} to {averages[^1]:0}"));
        }

        return falling.Count == 0 ? null : new Finding(
            Severity.Watch, Topic.FallingPerplexity, "Perplexity falls", $"Stage {Numbers.List(falling)}: choices gather on fewer and fewer codes.", Revive(history));
    }

    private static Finding Use(Stage[] stages)
    {
        var (low, high) = (stages.Min(s => s.Perplexity), stages.Max(s => s.Perplexity));
        var codes = stages.Max(s => s.Codes);
        var used = stages.Where(s => double.IsFinite(s.Used)).Select(s => s.Used).DefaultIfEmpty(double.NaN).Min();
        var detail = Numbers.Text($"Perplexity {(stages.Length == 1 || Math.Round(low) == Math.Round(high) ? Numbers.Text($"{high:0}") : Numbers.Text($"{low:0} to {high:0}"))}{(codes is null ? "" : Numbers.Text($" of {codes}"))}; every stage uses at least {Numbers.Percent(used)} of its codes.");
        return new Finding(used >= Wasted ? Severity.Good : Severity.Note, Topic.CodebookUse, used >= Wasted ? "The codebooks are in use" : "Too early to tell which codes are dead", detail);
    }

    /// <summary>Whether the search weighs bits or a zero code is kept: then a fine stage that nearly always says "nothing to add" does as it should.</summary>
    private static bool Cheap(RunHistory history) => history.Settings is { } settings && (settings.Training.ZeroCode || settings.Model.RateLambdas is not null);

    private static string Fewer(RunHistory history) => history.Settings is { Model: { FsqLevels: null, Codes: > 4 } model }
        ? Numbers.Text($"A new run with --codes {model.Codes / 2}") : "A new run with fewer codes";

    private static string Revive(RunHistory history) => history.Settings?.Training switch
    {
        { CodebookLearning: CodebookLearning.Gradient } training => Numbers.Text(
            $"--resume --codebook-weight {Numbers.Short(Math.Max(1, 4 * training.CodebookWeight))} --lr {Numbers.Short(training.LearningRate / 2)} may free codes; dead ones come back only where codebooks learn by moving averages with restarts, as in preset small. {Fewer(history)} is the other way."),
        { CommitmentWeight: > 0 } training => Numbers.Text($"--resume --commitment-weight {Numbers.Short(training.CommitmentWeight / 2)} gives the encoder more room. {Fewer(history)} is the other way."),
        _ => $"A lower --lr gives the codebook time to follow. {Fewer(history)} is the other way.",
    };

    /// <summary>A stage's latest figures.</summary>
    /// <param name="Columns">Its columns.</param>
    /// <param name="Codes">Codebook size, where it is known.</param>
    /// <param name="Perplexity">Perplexity over the last fifth of the rows.</param>
    /// <param name="Used">Share of codes used in the last interval between validations, or else in the last rows.</param>
    /// <param name="Choices">Choices that <paramref name="Used"/> rests on; NaN where that is not known.</param>
    private sealed record Stage(StageColumns Columns, int? Codes, double Perplexity, double Used, double Choices)
    {
        public static Stage Of(RunHistory history, StageColumns columns)
        {
            var codes = history.Codes(columns);
            var perplexity = RunHistory.Recent([.. columns.Perplexity.Where(p => p >= 1)]);
            if (history.Usage.Count > 0 && history.Usage[^1].Stages.FirstOrDefault(s => s.Stage == columns.Name) is { Codes: > 0 } counts)
                return new Stage(columns, codes, perplexity, counts.Used / (double)counts.Codes, counts.Counts.Sum());

            // Without the counts, what a report's steps chose: as many positions as a sample has, for each sample.
            var choices = double.NaN;
            if (history.Settings is { } settings && history.Plane(columns) is { } plane && history.Metrics.Rows > 1)
            {
                var side = settings.Training.ImageSize / plane.Stride;
                choices = (double)side * side * settings.Training.Batch * (history.Metrics.Steps[^1] - history.Metrics.Steps[^2]);
            }

            return new Stage(columns, codes, perplexity, RunHistory.Recent(columns.Used), choices);
        }
    }
}
