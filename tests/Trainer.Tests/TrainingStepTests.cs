using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Training;
using static TorchSharp.torch;

namespace VqVae.Trainer.Tests;

[Collection(TorchTests.Name)]
public class TrainingStepTests
{
    [Theory]
    [InlineData(Architecture.Klt)]
    [InlineData(Architecture.VqVae)]
    public void Run_OneBatchManyTimes_Overfits(Architecture architecture)
    {
        using var trained = Create(architecture);
        using var batch = Batch(2);
        trained.StartFrom(batch);
        double first = 0, last = 0;
        for (var step = 0; step < 150; step++)
        {
            using var measured = trained.Run(batch, step, learningRate: 3e-3);
            last = measured.Reconstruction.item<float>();
            if (step == 0) first = last;
        }

        Assert.True(last < 0.5 * first, $"the reconstruction loss went from {first} to {last}");
    }

    [Theory]
    [InlineData(Architecture.Klt)]
    [InlineData(Architecture.VqVae)]
    public void Run_TwoHundredSteps_KeepsTheNumberOfLiveTensors(Architecture architecture)
    {
        using var trained = Create(architecture);
        using var batch = Batch(1);
        trained.StartFrom(batch);
        using (trained.Run(batch, 0, 1e-4))
        {
        }

        GC.Collect();
        GC.WaitForPendingFinalizers();
        var before = Tensor.TotalCount;
        for (var step = 1; step <= 200; step++)
        {
            using var measured = trained.Run(batch, step, 1e-4);
        }

        Assert.Equal(before, Tensor.TotalCount);
    }

    [Fact]
    public void FlatAdamW_TenSteps_EqualsTorchsAdamW()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(9);
        var start = randn(3, 5);
        var target = randn(3, 5);
        var ours = new TorchSharp.Modules.Parameter(start.clone());
        var theirs = new TorchSharp.Modules.Parameter(start.clone());
        using var flat = new FlatAdamW([ours]);
        using var reference = optim.AdamW([theirs], lr: 0.02, weight_decay: 0.1);
        for (var step = 0; step < 10; step++)
        {
            flat.ZeroGradients();
            ours.sub(target).square().sum().backward();
            flat.Step(0.02, 0.1, flat.GradientNorm(), clip: 0);
            reference.zero_grad();
            theirs.sub(target).square().sum().backward();
            reference.step();
        }

        Assert.True(ours.allclose(theirs, rtol: 1e-5, atol: 1e-7));
    }

    [Fact]
    public void FlatAdamW_LargeGradient_IsClippedToTheNorm()
    {
        using var scope = NewDisposeScope();
        var clipped = new TorchSharp.Modules.Parameter(zeros(4));
        using var optimizer = new FlatAdamW([clipped]);
        clipped.mul(tensor(new float[] { 30, 40, 0, 0 })).sum().backward();
        var norm = optimizer.GradientNorm();
        Assert.Equal(50, norm.item<float>(), 3);
        optimizer.Step(0.1, 0, norm, clip: 0.5);

        // m = (1 − β₁) g after one step, with g scaled from norm 50 to 0.5.
        Assert.Equal(0.1f * 0.3f, optimizer.FirstMoment[0].item<float>(), 5);
        Assert.Equal(0.1f * 0.4f, optimizer.FirstMoment[1].item<float>(), 5);
    }

    [Fact]
    public void LearningRate_CosineWithWarmup_RisesThenFallsToZero()
    {
        var training = new TrainingSpec { LearningRate = 1, Schedule = LearningRateSchedule.Cosine, WarmupSteps = 10 };
        Assert.Equal(0.1, FlatAdamW.LearningRate(training, 0, 0), 10);
        Assert.Equal(0.5, FlatAdamW.LearningRate(training, 500, 0.5), 10);
        Assert.Equal(0, FlatAdamW.LearningRate(training, 1000, 1), 10);
        Assert.Equal(1, FlatAdamW.LearningRate(new TrainingSpec { LearningRate = 1 }, 700, 0.7), 10);
    }

    [Fact]
    public void CodebookUsage_ByHand_GivesPerplexityAndShare()
    {
        using var usage = new CodebookUsage(2, 4, CPU);
        using var even = tensor(new long[] { 0, 1, 0, 1 });
        using var one = tensor(new long[] { 3, 3, 3 });
        usage.Add(0, even);
        usage.Add(1, one);
        var stages = usage.Take();
        Assert.Equal(2, stages[0].Perplexity, 6);
        Assert.Equal(0.5, stages[0].Used, 6);
        Assert.Equal(1, stages[1].Perplexity, 6);
        Assert.Equal(0.25, stages[1].Used, 6);
        Assert.All(usage.Take(), s => Assert.Equal(0, s.Used));
    }

    [Fact]
    public void DivergenceGuard_LossGoneWrong_StopsWithAdvice()
    {
        var guard = new DivergenceGuard(new TrainingSpec());
        guard.Check(At(20, 0.5));
        guard.Check(At(40, 0.1));
        var grown = Assert.Throws<TrainingDivergedException>(() => guard.Check(At(60, 2)));
        Assert.Contains("--lr", grown.Message, StringComparison.Ordinal);
        Assert.Throws<TrainingDivergedException>(() => guard.Check(At(80, double.NaN)));
    }

    private static Progress At(long step, double loss) => new()
    {
        Step = step,
        LearningRate = 1e-3,
        Loss = loss,
        Reconstruction = loss,
        Codebook = 0,
        Commitment = 0,
        GradientNorm = 1,
        Stages = [],
    };

    private static TrainingStep Create(Architecture architecture)
    {
        var klt = architecture == Architecture.Klt;
        var training = new TrainingSpec
        {
            ImageSize = 32,
            Batch = 4,
            CodebookLearning = klt ? CodebookLearning.Ema : CodebookLearning.Gradient,
            CommitmentWeight = klt ? 0.25 : 1,
            StageDropout = klt,
            GradientClip = 1,
        };
        return new TrainingStep(klt ? RandomCheckpoint.TinyKlt : RandomCheckpoint.TinyVqVae, training, seed: 11, CPU);
    }

    private static Tensor Batch(int seed)
    {
        var bytes = Enumerable.Range(0, 4).SelectMany(i => DrawnImage.Rgb(32, 32, (seed * 10) + i)).ToArray();
        return TensorFiles.FromBytes(bytes, [4, 32, 32, 3], CPU);
    }
}
