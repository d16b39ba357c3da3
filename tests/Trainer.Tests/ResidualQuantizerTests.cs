using VqVae.Models;
using VqVae.Trainer.Quantization;
using static TorchSharp.torch;

namespace VqVae.Trainer.Tests;

[Collection(TorchTests.Name)]
public class ResidualQuantizerTests
{
    [Fact]
    public void Quantize_CodebookLoss_MovesTheCodebookOnly()
    {
        using var scope = NewDisposeScope();
        var (quantizer, latents) = Gradient(stages: 2);
        quantizer.Quantize(latents).CodebookLoss.backward();
        Assert.True(quantizer.Codebooks.grad!.abs().sum().item<float>() > 0);
        Assert.Null(latents.grad);
    }

    [Fact]
    public void Quantize_CommitmentLoss_MovesTheEncoderOnly()
    {
        using var scope = NewDisposeScope();
        var (quantizer, latents) = Gradient(stages: 2);
        quantizer.Quantize(latents).CommitmentLoss.backward();
        Assert.Null(quantizer.Codebooks.grad);

        // d/dz mean(z − q)² = 2 (z − q) / count
        var result = quantizer.Quantize(latents);
        var expected = latents.detach().sub(result.Quantized.detach()).mul(2.0 / latents.numel());
        Assert.True(latents.grad!.allclose(expected, rtol: 1e-4, atol: 1e-7));
    }

    [Fact]
    public void Quantize_StraightThrough_PassesCodesForwardAndGradientsBack()
    {
        using var scope = NewDisposeScope();
        var (quantizer, latents) = Gradient(stages: 1);
        var result = quantizer.Quantize(latents);
        Assert.True(result.Quantized.allclose(quantizer.Lookup(result.Indices, 1), atol: 1e-6));

        var direction = randn_like(latents);
        result.Quantized.mul(direction).sum().backward();
        Assert.True(latents.grad!.allclose(direction));
        Assert.Null(quantizer.Codebooks.grad);
    }

    [Fact]
    public void Quantize_OneStageByHand_GivesNearestCodesAndBothLosses()
    {
        using var scope = NewDisposeScope();
        using var quantizer = new ResidualQuantizer(1, 2, 2, CodebookLearning.Ema);
        Set(quantizer.Codebooks, 0, 0, 10, 0);
        var latents = tensor(new float[] { 1, 2, 7, -1 }).view(2, 2).t().contiguous().view(1, 2, 1, 2);
        var result = quantizer.Quantize(latents);

        // (1, 2) is nearest to (0, 0): squared error 5; (7, −1) to (10, 0): 10. Mean over the four numbers: 15 / 4.
        Assert.Equal([0L, 1L], result.Indices.data<long>().ToArray());
        Assert.Equal(15f / 4, result.CodebookLoss.item<float>(), 5);
        Assert.Equal(15f / 4, result.CommitmentLoss.item<float>(), 5);
    }

    [Fact]
    public void Quantize_KeptStages_SumsOnlyTheLeadingOnesOfEachSample()
    {
        using var scope = NewDisposeScope();
        var (quantizer, _) = Gradient(stages: 3);
        var latents = randn(2, 4, 2, 2);
        var result = quantizer.Quantize(latents, tensor(new long[] { 1, 3 }));
        Assert.True(result.Quantized[0].allclose(quantizer.Lookup(result.Indices, 1)[0], atol: 1e-6));
        Assert.True(result.Quantized[1].allclose(quantizer.Lookup(result.Indices, 3)[1], atol: 1e-6));
    }

    [Fact]
    public void Search_LambdaZero_AgreesWithQuantizeAndGapsSeparateBestFromSecond()
    {
        using var scope = NewDisposeScope();
        var (quantizer, latents) = Gradient(stages: 2);
        var (indices, gaps) = quantizer.Search(latents.detach(), lambda: 0);
        Assert.Equal(quantizer.Quantize(latents).Indices.data<long>().ToArray(), indices.data<long>().ToArray());

        var vector = ResidualQuantizer.Vectors(latents.detach())[0];
        var distances = quantizer.Codebooks[0].detach().sub(vector).square().sum(1).data<float>().ToArray().Order().ToArray();
        Assert.Equal(distances[1] - distances[0], gaps[0, 0, 0, 0].item<float>(), 4);
    }

    [Fact]
    public void Search_LargerLambda_SpendsFewerBits()
    {
        using var scope = NewDisposeScope();
        using var quantizer = new ResidualQuantizer(1, 64, 4, CodebookLearning.Ema);
        random.manual_seed(3);
        quantizer.Codebooks.copy_(randn(1, 64, 4).mul(0.05));
        quantizer.CodeLengths.copy_(linspace(1, 12, 64).view(1, 64));
        var latents = randn(1, 4, 16, 16).mul(0.05);
        double Bits(double lambda) => quantizer.CodeLengths[0].index_select(0, quantizer.Search(latents, lambda).Indices.reshape(-1)).sum().item<float>();
        Assert.True(Bits(0) > Bits(20));
        Assert.True(Bits(20) > Bits(100));
    }

    private static (ResidualQuantizer Quantizer, Tensor Latents) Gradient(int stages)
    {
        random.manual_seed(5);
        var quantizer = new ResidualQuantizer(stages, 8, 4, CodebookLearning.Gradient);
        using (no_grad()) quantizer.Codebooks.copy_(randn_like(quantizer.Codebooks));
        return (quantizer, randn(2, 4, 3, 3, requires_grad: true));
    }

    private static void Set(Tensor target, params float[] values) => target.copy_(tensor(values).view(target.shape));
}
