using VqVae.Trainer.Run;
using VqVae.Trainer.Seeing.Report;
using VqVae.Trainer.Training;
using static VqVae.Trainer.Tests.ReportRun;

namespace VqVae.Trainer.Tests;

public class ReportVerdictTests
{
    [Fact]
    public void Of_NoRows_SaysSoAndNothingElse()
    {
        var verdict = RunVerdict.Of(new RunHistory(MetricsTable.Empty, null, []));
        Assert.Equal(Severity.Note, verdict.Severity);
        Assert.Single(verdict.Findings);
    }

    [Fact]
    public void Of_FewRows_ClaimsNothingThatTheyCannotShow()
    {
        // Everything looks wrong: a loss that grows, a collapsed codebook, a validation that falls.
        var rows = Enumerable.Range(1, 5).Select(i => Progress(20 * i) with
        {
            Loss = 0.01 * i * i,
            Commitment = 0.001,
            Stages = Stages(1.1, 0.01),
            Validation = Validation(25 - i),
        });
        var verdict = RunVerdict.Of(History(rows));
        Assert.Equal(Severity.Note, verdict.Severity);
        Assert.StartsWith("Too early to tell", verdict.Headline, StringComparison.Ordinal);
        Assert.All(verdict.Findings, finding => Assert.Contains(finding.Topic, new[] { Topic.Progress, Topic.CodebookUse }));
    }

    [Fact]
    public void Of_HealthyRun_IsGoodAndTellsTheSlope()
    {
        var verdict = RunVerdict.Of(Healthy());
        Assert.Equal(Severity.Good, verdict.Severity);
        Assert.Equal("Still improving, about +0.1 dB per 1000 steps", verdict.Headline);
        Assert.Equal(
            new HashSet<Topic> { Topic.Progress, Topic.Overfitting, Topic.Balance, Topic.CodebookUse },
            verdict.Findings.Select(f => f.Topic).ToHashSet());
    }

    [Fact]
    public void Of_ValidationWithinNoise_IsConverged()
    {
        var random = new Random(1);
        var finding = Find(Topic.Progress, Every(20, 8000, step => Progress(step) with { Validation = Validated(step, 28 + (0.002 * random.NextDouble())) }));
        Assert.StartsWith("Converged", finding.Title, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_ValidationNoisierThanItsTrend_ClaimsNone()
    {
        var random = new Random(2);
        var finding = Find(Topic.Progress, Every(20, 4000, step => Progress(step) with { Validation = Validated(step, 28 + (2 * random.NextDouble())) }));
        Assert.Equal("No trend beyond the noise", finding.Title);
    }

    [Fact]
    public void Of_ValidationThatFalls_AdvisesALowerRate()
    {
        var finding = Find(Topic.Progress, Every(20, 8000, step => Progress(step) with { Validation = Validated(step, 28 - (step / 4000.0)) }));
        Assert.Equal((Severity.Watch, "Validation PSNR falls"), (finding.Severity, finding.Title));
        Assert.Contains("--resume --lr 0.000333", finding.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_CollapsedStage_IsAProblemThatNamesIt()
    {
        var rows = Every(20, 2000, step => Progress(step) with { Stages = [new("1", 300, 1, []), new("2", 4, 1, []), new("3", 280, 1, []), new("4", 250, 1, [])] });
        var finding = Find(Topic.Collapse, rows, Gradient);
        Assert.Equal(Severity.Problem, finding.Severity);
        Assert.Contains("Stage 2 (perplexity 4.0 of 512)", finding.Detail, StringComparison.Ordinal);
        Assert.Contains("--codebook-weight 1", finding.Advice, StringComparison.Ordinal);
        Assert.Equal("The codebook has collapsed", Find(Topic.Collapse, Every(20, 2000, step => Progress(step) with { Stages = Stages(3, 1) })).Title);
    }

    [Fact]
    public void Of_FineStageThatSaysLittleWithAZeroCode_IsNoProblem()
    {
        var settings = Settings with { Training = Settings.Training with { ZeroCode = true } };
        var rows = Every(20, 2000, step => Progress(step) with { Stages = [new("1", 300, 1, []), new("2", 200, 1, []), new("3", 90, 1, []), new("4", 2, 1, [])] });
        Assert.Equal(Severity.Note, Find(Topic.Collapse, rows, settings).Severity);
        Assert.Equal(Severity.Problem, Find(Topic.Collapse, rows, Settings).Severity);
    }

    [Theory]
    [InlineData(500, null)]
    [InlineData(440, nameof(Severity.Watch))]
    [InlineData(200, nameof(Severity.Problem))]
    public void Of_CodesNeverChosenBetweenValidations_AreDead(int used, string? expected)
    {
        var rows = Every(20, 2000, step => Progress(step));
        var counts = new long[256];
        Array.Fill(counts, 1000);
        UsageInterval[] usage = [new(2000, [new("1", 512, used, counts), new("2", 512, 512, counts), new("3", 512, 512, counts), new("4", 512, 512, counts)])];
        Assert.Equal(expected, RunVerdict.Of(History(rows, usage: usage)).Findings.SingleOrDefault(f => f.Topic == Topic.DeadCodes)?.Severity.ToString());
    }

    [Fact]
    public void Of_TooFewChoices_CallsNoCodeDead()
    {
        // A step of 8 samples has 2,048 choices for 512 codes: that some are never chosen is chance.
        var verdict = RunVerdict.Of(History(Every(1, 300, step => Progress(step) with { Stages = Stages(200, 0.6) })));
        Assert.DoesNotContain(verdict.Findings, f => f.Topic == Topic.DeadCodes);

        // Twenty such steps have enough.
        verdict = RunVerdict.Of(History(Every(20, 6000, step => Progress(step) with { Stages = Stages(200, 0.6) })));
        Assert.Contains(verdict.Findings, f => f.Topic == Topic.DeadCodes);
    }

    [Fact]
    public void Of_PerplexityThatFalls_IsWatched()
    {
        var rows = Every(20, 4000, step => Progress(step) with { Stages = [new("1", 300, 1, []), new("2", step < 1000 ? 300 : Math.Max(60, 300 - ((step - 1000) / 8)), 1, []), new("3", 250, 1, []), new("4", 250, 1, [])] });
        var finding = Find(Topic.FallingPerplexity, rows);
        Assert.Equal("Stage 2 from 300 to 60: choices gather on fewer and fewer codes.", finding.Detail);
    }

    [Fact]
    public void Of_ValidationLossRisingWhileTrainingFalls_IsOverfitting()
    {
        var rows = Every(20, 8000, step => Progress(step) with
        {
            Reconstruction = 0.01 * Math.Exp(-step / 4000.0),
            Validation = Validated(step, 28 - Math.Abs((step - 3000) / 2000.0)),
        });
        var finding = Find(Topic.Overfitting, rows);
        Assert.Equal((Severity.Watch, "Overfitting since about step 3000"), (finding.Severity, finding.Title));
        Assert.Contains("--steps 3000", finding.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_BothLossesRising_IsNotOverfitting()
    {
        var rows = Every(20, 8000, step => Progress(step) with
        {
            Reconstruction = 0.01 * Math.Exp(Math.Abs(step - 3000) / 4000.0),
            Validation = Validated(step, 28 - Math.Abs((step - 3000) / 2000.0)),
        });
        Assert.DoesNotContain(RunVerdict.Of(History(rows)).Findings, f => f.Topic == Topic.Overfitting);
    }

    [Theory]
    [InlineData(1.2, null)]
    [InlineData(2, nameof(Severity.Watch))]
    [InlineData(8, nameof(Severity.Problem))]
    public void Of_LossAboveItsLowest_DivergesByHowMuch(double times, string? expected)
    {
        var rows = Every(20, 4000, step => Progress(step) with { Loss = 0.01 * (step < 3000 ? 1 : times) });
        var finding = RunVerdict.Of(History(rows)).Findings.SingleOrDefault(f => f.Topic == Topic.Divergence);
        Assert.Equal(expected, finding?.Severity.ToString());
        if (finding is not null) Assert.Contains("--resume --lr 0.00025", finding.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_LossThatIsNoNumber_IsTheOnlyLossFinding()
    {
        var verdict = RunVerdict.Of(History(Every(20, 2000, step => Progress(step) with { Loss = step >= 1000 ? double.NaN : 0.01 })));
        Assert.StartsWith("The loss or its gradient is no longer a number since step 1000", verdict.Headline, StringComparison.Ordinal);
        Assert.DoesNotContain(verdict.Findings, f => f.Topic is Topic.Balance or Topic.Divergence);
    }

    [Fact]
    public void Of_CommitmentAsMostOfTheLoss_Dominates()
    {
        var finding = Find(Topic.Balance, Every(20, 2000, step => Progress(step) with { Loss = 0.02, Reconstruction = 0.004, Commitment = 0.064 }));
        Assert.Equal((Severity.Watch, "--resume --commitment-weight 0.0625"), (finding.Severity, finding.Advice));
    }

    [Fact]
    public void Of_CodebookLossUnderClipping_Dominates()
    {
        var finding = RunVerdict.Of(History(Every(20, 2000, step => Progress(step) with { Loss = 0.05, Codebook = 0.17, Commitment = 0.003 }), Gradient))
            .Findings.Single(f => f.Topic == Topic.Balance && f.Severity == Severity.Watch);
        Assert.Contains("--codebook-weight 0.0625", finding.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_CommitmentThatKeepsGrowing_IsAnEncoderThatRunsAway()
    {
        var rows = Every(20, 4000, step => Progress(step) with { Loss = 0.1, Commitment = 0.01 * Math.Exp(step / 1500.0) });
        var finding = Find(Topic.EncoderDrift, rows);
        Assert.Contains("--commitment-weight 0.5", finding.Advice, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_CosineAtItsEnd_SaysHowToGoOn()
    {
        var rows = Every(20, 10_000, step => Progress(step) with { LearningRate = 5e-4 * (1 + Math.Cos(Math.PI * step / 10_000)) });
        Assert.Contains("--resume --steps 20000", Find(Topic.LearningRate, rows).Advice, StringComparison.Ordinal);
        Assert.DoesNotContain(RunVerdict.Of(Healthy()).Findings, f => f.Topic == Topic.LearningRate);
    }

    [Fact]
    public void Of_StageThatAddsNothing_IsNamed()
    {
        var rows = Every(20, 4000, step => Progress(step) with { Validation = step % 200 == 0 ? new ValidationResult { Psnr = [24, 26, 27, 27.01] } : null });
        Assert.Contains("stage 4 (+0.01 dB)", Find(Topic.Stages, rows).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_LongRunWithoutValidation_IsWatched() =>
        Assert.Equal(Severity.Watch, Find(Topic.Validation, Every(20, 2000, step => Progress(step))).Severity);

    [Fact]
    public void Of_UnknownSettings_StillJudges()
    {
        var history = Healthy() with { Settings = null };
        Assert.Equal("Still improving, about +0.1 dB per 1000 steps", RunVerdict.Of(history).Headline);
    }

    /// <summary>PSNR rises by 0.1 dB per 1000 steps, the training loss falls, with a little noise.</summary>
    private static RunHistory Healthy()
    {
        var random = new Random(3);
        return History(Every(20, 8000, step => Progress(step) with
        {
            Reconstruction = 0.008 * Math.Exp(-step / 20_000.0) * (1 + (0.1 * random.NextDouble())),
            Validation = Validated(step, 28 + (step / 10_000.0) + (0.001 * random.NextDouble())),
        }));
    }

    private static IEnumerable<Progress> Every(int steps, int last, Func<int, Progress> row) => Enumerable.Range(1, last / steps).Select(i => row(i * steps));

    private static ValidationResult? Validated(int step, double psnr) => step % 200 == 0 ? Validation(psnr) : null;

    private static StageUsage[] Stages(double perplexity, double used) => [.. Names(Settings).Select(name => new StageUsage(name, perplexity, used, []))];

    private static Finding Find(Topic topic, IEnumerable<Progress> rows, RunSettings? settings = null) => RunVerdict.Of(History(rows, settings)).Findings.Single(f => f.Topic == topic);
}
