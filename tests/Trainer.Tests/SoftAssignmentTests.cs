using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Quantization;
using VqVae.Trainer.Training;
using static TorchSharp.torch;

namespace VqVae.Trainer.Tests;

[Collection(TorchTests.Name)]
public class SoftAssignmentTests
{
    private const double Lambda = 400;
    private static readonly float[] TwoCodes = [0, 1];
    private static readonly float[] TwoLengths = [1, 3];

    [Fact]
    public void Of_OneVectorByHand_GivesTheTestChannelsExpectations()
    {
        using var scope = NewDisposeScope();
        var codebook = tensor(TwoCodes).view(2, 1);
        var lengths = tensor(TwoLengths);
        var vectors = full([1, 1], 0.25f);
        const double mu = 0.5;
        var (codes, bits) = SoftAssignment.Of(CodeSearch.Costs(vectors, codebook, lengths, mu), codebook, lengths, mu);

        // p(k) ∝ 2^(−length) · 2^(−d²/μ), with d² = 1/16 and 9/16.
        var (zero, one) = (Math.Pow(2, -1 - (0.0625 / mu)), Math.Pow(2, -3 - (0.5625 / mu)));
        Assert.Equal(one / (zero + one), codes.item<float>(), 5);
        Assert.Equal((zero + (3 * one)) / (zero + one), bits.item<float>(), 5);
    }

    [Fact]
    public void Quantize_Soft_GivesTheSearchsCodesAndBits()
    {
        using var scope = NewDisposeScope();
        var (quantizer, latents) = Create(stages: 3);
        var (hard, soft) = (quantizer.Quantize(latents), quantizer.Quantize(latents, soft: true));
        Assert.True(hard.Quantized.allclose(soft.Quantized, atol: 1e-6));
        Assert.True(hard.Indices.eq(soft.Indices).all().item<bool>());
        Assert.Equal(hard.Rate.item<float>(), soft.Rate.item<float>());
        Assert.Null(hard.SoftRate);
        Assert.True(soft.SoftRate!.item<float>() > 0);
    }

    [Fact]
    public void Quantize_Soft_HasTheGradientOfTheExpectedCode()
    {
        using var scope = NewDisposeScope();
        var (quantizer, latents) = Create(stages: 1);
        var direction = randn_like(latents);
        quantizer.Quantize(latents, soft: true).Quantized.mul(direction).sum().backward();

        var step = randn_like(latents).mul(1e-3);
        var expected = Expected(latents.detach().add(step)) - Expected(latents.detach().sub(step));
        Assert.Equal(expected, 2 * latents.grad!.mul(step).sum().item<float>(), 4);

        // And not the one that passes straight through.
        Assert.False(latents.grad!.allclose(direction, atol: 0.05));

        double Expected(Tensor at)
        {
            var vectors = Quantizer.Vectors(at).to(ScalarType.Float64);
            var (codebook, lengths) = (quantizer.Codebook(0, 0).detach().to(ScalarType.Float64), quantizer.Lengths(0, 0).to(ScalarType.Float64));
            var mu = Quantizer.Mu(Lambda);
            var codes = SoftAssignment.Of(CodeSearch.Costs(vectors, codebook, lengths, mu), codebook, lengths, mu).Codes;
            return codes.mul(Quantizer.Vectors(direction).to(ScalarType.Float64)).sum().item<double>();
        }
    }

    [Fact]
    public void Quantize_SoftRate_FallsWhereLatentsFollowItsGradient()
    {
        using var scope = NewDisposeScope();
        var (quantizer, latents) = Create(stages: 1);
        var before = quantizer.Quantize(latents, soft: true).SoftRate!;
        before.backward();
        var moved = latents.detach().sub(latents.grad!.mul(0.02 / latents.grad!.abs().max().item<float>()));
        Assert.True(quantizer.Quantize(moved, soft: true).SoftRate!.item<float>() < before.item<float>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Run_WithARateWeight_LearnsAndKeepsTheNumberOfLiveTensors(double rateWeight)
    {
        var training = Preset.Photo.Training with { ImageSize = 32, Batch = 2, RateWeight = rateWeight, BalanceRates = true };
        using var trained = new TrainingStep(RandomCheckpoint.TinyLumaChroma, training, seed: 1, CPU);
        using var batch = rand(2, 32, 32, 3).mul(255).to(ScalarType.Byte);
        trained.StartFrom(batch);
        using var weights = trained.Optimizer.Parameters.clone();
        for (var step = 0; step < 8; step++) Step(step);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var tensors = Tensor.TotalCount;
        for (var step = 8; step < 30; step++) Step(step);
        Assert.Equal(tensors, Tensor.TotalCount);
        using var scope = NewDisposeScope();
        Assert.True(trained.Optimizer.Parameters.sub(weights).abs().max().item<float>() > 0);

        void Step(long step)
        {
            using var measured = trained.Run(batch, step, 1e-3);
        }
    }

    private static (CodebookQuantizer Quantizer, Tensor Latents) Create(int stages)
    {
        random.manual_seed(5);
        var quantizer = new CodebookQuantizer(QuantizerTests.Layout(stages, 8, 4), CodebookLearning.Ema, [Lambda]);
        using (no_grad())
        {
            quantizer.Codebooks.copy_(randn_like(quantizer.Codebooks).mul(0.2));
            quantizer.CodeLengths.copy_(rand_like(quantizer.CodeLengths).mul(6).add(1));
        }

        return (quantizer, randn(2, 4, 3, 3).mul(0.2).requires_grad_());
    }
}
