using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Training;
using static TorchSharp.torch;

namespace VqVae.Trainer.Tests;

[Collection(TorchTests.Name)]
public class TrainingStepTests
{
    [Theory]
    [InlineData("klt")]
    [InlineData("vqvae")]
    [InlineData("vqvae2")]
    [InlineData("luma_chroma")]
    [InlineData("fsq")]
    [InlineData("groups")]
    public void Run_OneBatchManyTimes_Overfits(string model)
    {
        // All stages always, so that the losses at the start and at the end are of the same task.
        var (first, last) = Losses(model, learningRate: 3e-3);
        Assert.True(last < 0.35 * first, $"the reconstruction loss went from {first} to {last}");

        // Without learning the same measure stays, so it is training that lowers it.
        var (still, stillLast) = Losses(model, learningRate: 0);
        Assert.True(stillLast > 0.7 * still, $"without learning the loss went from {still} to {stillLast}");
    }

    [Theory]
    [InlineData("klt")]
    [InlineData("vqvae")]
    [InlineData("vqvae2")]
    [InlineData("luma_chroma")]
    [InlineData("fsq")]
    public void Run_TwoHundredSteps_KeepsTheNumberOfLiveTensors(string model)
    {
        using var trained = Create(model);
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
    public void FlatAdamW_HeadWithARateOfItsOwn_MovesAtThatRateAndStaysAtZero()
    {
        using var scope = NewDisposeScope();
        var (head, rest) = (new TorchSharp.Modules.Parameter(zeros(3)), new TorchSharp.Modules.Parameter(zeros(5)));
        using var flat = new FlatAdamW([head, rest]);
        Step(headRate: 0);
        Assert.Equal(0, head.abs().max().item<float>());
        Assert.Equal(0, flat.FirstMoment.narrow(0, 0, 3).abs().max().item<float>());
        Assert.True(rest.abs().min().item<float>() > 0);

        // Equal gradients from equal moments: the step is the learning rate, whatever the gradient's size.
        using var fresh = new FlatAdamW([head, rest]);
        var before = (head.clone(), rest.clone());
        fresh.ZeroGradients();
        head.sum().add(rest.sum()).backward();
        fresh.Step(0.02, 0, fresh.GradientNorm(), clip: 0, head: 3, headRate: 0.005);
        Assert.True(before.Item1.sub(head).allclose(full([3], 0.005f), atol: 1e-6));
        Assert.True(before.Item2.sub(rest).allclose(full([5], 0.02f), atol: 1e-6));

        void Step(double headRate)
        {
            flat.ZeroGradients();
            head.sum().add(rest.sum()).backward();
            flat.Step(0.02, 0, flat.GradientNorm(), clip: 0, head: 3, headRate);
        }
    }

    [Theory]
    [InlineData(0, 0, 0, 1)]
    [InlineData(0, 0, 1, 1)]
    [InlineData(0.5, 0, 0.49, 0)]
    [InlineData(0.5, 0, 0.525, 0.5)]
    [InlineData(0.5, 0, 0.6, 1)]
    [InlineData(0, 0.1, 0.89, 1)]
    [InlineData(0, 0.1, 0.9, 0)]
    [InlineData(0, 1, 0, 0)]
    [InlineData(1, 0, 0.99, 0)]
    public void EncoderRate_AlongARun_IsZeroWhereItIsFrozenAndRisesWhereItStartsLate(double start, double freeze, double share, double expected)
    {
        var training = Preset.Small.Training with { EncoderStart = start, FreezeEncoder = freeze };
        Assert.Equal(expected, RunLoop.EncoderRate(training, share), 6);
        Assert.Equal(0.1 * expected, RunLoop.EncoderRate(training with { EncoderRate = 0.1 }, share), 6);
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

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void AdamWKernel_AnyNumberOfThreads_EqualsTorchsOperations(int threads)
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        random.manual_seed(9);
        const int length = (3 << 19) + 13; // enough for three parts, whose ends no vector fits
        var (p, g, m, v) = (randn(length), randn(length), randn(length), randn(length).square());
        var (p2, m2, v2) = (p.clone(), m.clone(), v.clone());
        set_num_threads(threads);
        try
        {
            AdamWKernel.Step(p, g, m, v, new AdamWFactors(0.5f, 0.99f, 0.9f, 0.1f, 0.999f, 0.001f, 0.3f, 1e-8f, -0.02f));
        }
        finally
        {
            set_num_threads(1);
        }

        var half = g.mul(0.5);
        m2.mul_(0.9).add_(half, alpha: 0.1);
        v2.mul_(0.999).addcmul_(half, half, value: 0.001);
        p2.mul_(0.99).addcdiv_(m2, v2.sqrt().div_(0.3).add_(1e-8), value: -0.02);
        Assert.True(m.allclose(m2, rtol: 1e-6, atol: 1e-7));
        Assert.True(v.allclose(v2, rtol: 1e-6, atol: 1e-7));
        Assert.True(p.allclose(p2, rtol: 1e-6, atol: 1e-6));
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
        using var usage = new CodebookUsage([new LatentPlane("", 8, 2, 4)], CPU);
        using var counts = tensor(new float[] { 2, 2, 0, 0, 0, 0, 0, 3 }).view(2, 4);
        usage.Add(0, counts);
        var stages = usage.Take();
        Assert.Equal(2, stages[0].Perplexity, 6);
        Assert.Equal(0.5, stages[0].Used, 6);
        Assert.Equal(1, stages[1].Perplexity, 6);
        Assert.Equal(0.25, stages[1].Used, 6);
        Assert.All(usage.Take(), s => Assert.Equal(0, s.Used));
    }

    [Fact]
    public void DivergenceGuard_LossStaysHigh_StopsWithAdvice()
    {
        var guard = new DivergenceGuard(new TrainingSpec { WarmupSteps = 10 });
        for (var step = 20; step <= 1000; step += 20) guard.Check(At(step, 0.1));
        var error = Assert.Throws<TrainingDivergedException>(() =>
        {
            for (var step = 1020; step <= 2000; step += 20) guard.Check(At(step, 3));
        });
        Assert.Contains("--lr", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    public void DivergenceGuard_OddBatches_ChangeNothing(int reportEvery)
    {
        // Scans: mostly print, now and then a blank page that costs nothing or a photo that costs a lot.
        var guard = new DivergenceGuard(new TrainingSpec());
        for (var step = reportEvery; step <= 4000; step += reportEvery)
            guard.Check(At(step, step % 140 == 0 ? 1e-4 : step % 100 == 0 ? 0.6 : 0.05));
    }

    [Fact]
    public void DivergenceGuard_NotANumber_StopsAtOnce() =>
        Assert.Throws<TrainingDivergedException>(() => new DivergenceGuard(new TrainingSpec()).Check(At(20, double.NaN)));

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

    private static (double First, double Last) Losses(string model, double learningRate)
    {
        using var trained = Create(model, stageDropout: false);
        using var batch = Batch(2);
        trained.StartFrom(batch);
        double first = 0, last = 0;
        for (var step = 0; step < 300; step++)
        {
            using var measured = trained.Run(batch, step, learningRate);
            last = measured.Reconstruction.item<float>();
            if (step == 0) first = last;
        }

        return (first, last);
    }

    private static TrainingStep Create(string model, bool stageDropout = true, Func<TrainingSpec, TrainingSpec>? change = null)
    {
        var ema = model != "vqvae";
        var training = new TrainingSpec
        {
            ImageSize = 32,
            Batch = 4,
            CodebookLearning = ema ? CodebookLearning.Ema : CodebookLearning.Gradient,
            CommitmentWeight = model == "fsq" ? 0 : ema ? 0.25 : 1,
            KMeansStart = ema,
            StageDropout = model == "klt" && stageDropout,
            GradientClip = 1,
        };
        return new TrainingStep(RandomCheckpoint.Tiny[model], change is null ? training : change(training), seed: 11, CPU);
    }

    private static Tensor Batch(int seed)
    {
        var bytes = Enumerable.Range(0, 4).SelectMany(i => DrawnImage.Rgb(32, 32, (seed * 10) + i)).ToArray();
        return TensorFiles.FromBytes(bytes, [4, 32, 32, 3], CPU);
    }
}
