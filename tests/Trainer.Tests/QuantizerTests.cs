using VqVae.Models;
using VqVae.Trainer.Quantization;
using static TorchSharp.torch;

namespace VqVae.Trainer.Tests;

[Collection(TorchTests.Name)]
public class QuantizerTests
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
        Assert.True(result.Quantized.allclose(quantizer.Lookup(Maps(result.Indices, latents), 1), atol: 1e-6));

        var direction = randn_like(latents);
        result.Quantized.mul(direction).sum().backward();
        Assert.True(latents.grad!.allclose(direction));
        Assert.Null(quantizer.Codebooks.grad);
    }

    [Fact]
    public void Quantize_OneStageByHand_GivesNearestCodesAndBothLosses()
    {
        using var scope = NewDisposeScope();
        using var quantizer = Create(stages: 1, codes: 2, dimension: 2);
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
        Assert.True(result.Quantized[0].allclose(quantizer.Lookup(Maps(result.Indices, latents), 1)[0], atol: 1e-6));
        Assert.True(result.Quantized[1].allclose(quantizer.Lookup(Maps(result.Indices, latents), 3)[1], atol: 1e-6));
    }

    [Fact]
    public void Search_CodesThatAreEqual_AreNoOtherChoiceForTheGap()
    {
        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var (quantizer, latents) = Gradient(stages: 1);
        var (indices, gaps) = quantizer.Search(latents, lambda: 0);
        var chosen = indices[0, 0, 0, 0].item<long>();
        var codebook = quantizer.Codebooks.view(quantizer.Codes, -1);
        var costs = codebook.sub(Quantizer.Vectors(latents)[0]).square().sum(1);
        var second = costs.topk(2, 0, largest: false, sorted: true).indexes[1].item<long>();

        // The second best code becomes the best one over again: the gap is then that to the third.
        codebook[second].copy_(codebook[chosen]);
        var third = costs.topk(3, 0, largest: false, sorted: true).values[2].item<float>();
        var (again, wider) = quantizer.Search(latents, lambda: 0);
        Assert.Contains(again[0, 0, 0, 0].item<long>(), new[] { chosen, second });
        Assert.Equal(third - costs[chosen].item<float>(), wider[0, 0, 0, 0].item<float>(), 4);
        Assert.True(wider[0, 0, 0, 0].item<float>() > gaps[0, 0, 0, 0].item<float>());
    }

    [Fact]
    public void Search_LambdaZero_AgreesWithQuantizeAndGapsSeparateBestFromSecond()
    {
        using var scope = NewDisposeScope();
        var (quantizer, latents) = Gradient(stages: 2);
        var (indices, gaps) = quantizer.Search(latents.detach(), lambda: 0);
        Assert.Equal(Maps(quantizer.Quantize(latents).Indices, latents).contiguous().data<long>().ToArray(), indices.data<long>().ToArray());

        var vector = Quantizer.Vectors(latents.detach())[0];
        var distances = quantizer.Codebooks[0].detach().sub(vector).square().sum(1).data<float>().ToArray().Order().ToArray();
        Assert.Equal(distances[1] - distances[0], gaps[0, 0, 0, 0].item<float>(), 4);
    }

    [Fact]
    public void Search_LargerLambda_SpendsFewerBits()
    {
        using var scope = NewDisposeScope();
        using var quantizer = Create(stages: 1, codes: 64, dimension: 4);
        random.manual_seed(3);
        quantizer.Codebooks.copy_(randn(1, 64, 4).mul(0.05));
        quantizer.CodeLengths.copy_(linspace(1, 12, 64).view(1, 64));
        var latents = randn(1, 4, 16, 16).mul(0.05);
        double Bits(double lambda) => quantizer.CodeLengths[0].index_select(0, quantizer.Search(latents, lambda).Indices.reshape(-1)).sum().item<float>();
        Assert.True(Bits(0) > Bits(20));
        Assert.True(Bits(20) > Bits(100));
    }

    [Fact]
    public void Quantize_Groups_QuantizesEachGroupsDimensionsAlone()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(8);
        var layout = Layout(stages: 3, codes: 16, dimension: 5) with { Bounds = [0, 1, 3, 5] };
        using var quantizer = new CodebookQuantizer(layout, CodebookLearning.Ema);
        using (no_grad()) foreach (var stage in Enumerable.Range(0, 3)) quantizer.Codebook(0, stage).copy_(randn(16, layout.Range(stage).Length));
        var latents = randn(2, 5, 3, 4);
        var result = quantizer.Quantize(latents);
        for (var stage = 0; stage < 3; stage++)
        {
            var (start, length) = layout.Range(stage);
            var vectors = Quantizer.Vectors(latents).narrow(1, start, length);
            var nearest = vectors.unsqueeze(1).sub(quantizer.Codebook(0, stage).unsqueeze(0)).square().sum(2).argmin(1);
            Assert.Equal(nearest.data<long>().ToArray(), result.Indices[stage].data<long>().ToArray());
            Assert.True(Quantizer.Vectors(result.Quantized).narrow(1, start, length).allclose(quantizer.Codebook(0, stage).index_select(0, nearest), atol: 1e-5));
        }

        // Codes are zero outside their group, so the checkpoint's codes of all stages just add up.
        Assert.Equal(0, quantizer.Codebooks[0].narrow(1, 1, 4).abs().max().item<float>());
        Assert.True(quantizer.Lookup(Maps(result.Indices, latents), 3).allclose(result.Quantized, atol: 1e-5));
        Assert.Equal(0, quantizer.Lookup(Maps(result.Indices, latents), 1).narrow(1, 1, 4).abs().max().item<float>());
    }

    [Fact]
    public void Quantize_GroupsWithTwoLevels_SecondLevelQuantizesTheRest()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(9);
        var layout = Layout(stages: 4, codes: 8, dimension: 4) with { Bounds = [0, 2, 4] };
        using var quantizer = new CodebookQuantizer(layout, CodebookLearning.Ema);
        using (no_grad()) foreach (var stage in Enumerable.Range(0, 4)) quantizer.Codebook(0, stage).copy_(randn(8, 2));
        var latents = randn(1, 4, 2, 2);
        var result = quantizer.Quantize(latents);
        var second = Quantizer.Vectors(latents).narrow(1, 2, 2);
        Assert.True(result.StageInputs[1].allclose(second));
        Assert.True(result.StageInputs[3].allclose(second.sub(quantizer.Codebook(0, 1).index_select(0, result.Indices[1]))));
        Assert.True(quantizer.Lookup(Maps(result.Indices, latents), 4).allclose(result.Quantized, atol: 1e-5));
    }

    [Fact]
    public void Quantize_EntropyConstrained_TakesFewerBitsThanNearestCodesAtTheSameDistortion()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(10);

        // A Laplacian source, as transform coefficients are: fine codebooks with the rate term against coarser ones without.
        var vectors = randn(8192, 1).sign().mul(rand(8192, 1).log().neg().mul(0.05));
        (double Bits, double Distortion) Curve(int codes, double lambda)
        {
            using var quantizer = Create(stages: 1, codes, dimension: 1, lambda);
            using var statistics = new CodebookStatistics(quantizer, new TrainingSpec { CodebookLearning = CodebookLearning.Ema, ZeroCode = lambda > 0 }, seed: 4);
            statistics.Start(vectors, 8192);
            var result = quantizer.Quantize(vectors.t().view(1, 1, 1, 8192));
            return (result.Rate.item<float>(), result.CommitmentLoss.item<float>() * ModelSpec.PixelScale * ModelSpec.PixelScale);
        }

        var constrained = Curve(64, lambda: 12);
        var plain = Enumerable.Range(2, 12).Select(codes => Curve(codes, lambda: 0)).OrderBy(p => p.Distortion).First(p => p.Distortion >= constrained.Distortion);
        Assert.True(constrained.Bits < 0.95 * plain.Bits, $"{constrained} against {plain}");
    }

    [Fact]
    public void Quantize_SecondRatePoint_UsesItsOwnCodesAndLengths()
    {
        using var scope = NewDisposeScope();
        using var quantizer = new CodebookQuantizer(Layout(1, 2, 1), CodebookLearning.Ema, [0, 50_000]);
        Set(quantizer.Codebooks, 0, 1, 0, 2);
        Set(quantizer.CodeLengths, 1, 1, 1, 2);
        var latents = linspace(1.4, 2.1, 2).view(1, 1, 1, 2);
        Assert.Equal([1L, 1L], quantizer.Quantize(latents, ratePoint: 0).Indices.data<long>().ToArray());

        // μ = 50000 / 127.5² = 3.08 a bit: (2.1 − 2)² + 2·3.08 = 6.16 is still below 2.1² + 3.08 = 7.49, but 0.36 + 6.16 is above 1.96 + 3.08.
        Assert.Equal([0L, 1L], quantizer.Quantize(latents, ratePoint: 1).Indices.data<long>().ToArray());
        Assert.Equal([0f, 2f], quantizer.Lookup(arange(0, 2, ScalarType.Int64).view(1, 1, 1, 2), 1, ratePoint: 1).data<float>().ToArray());
    }

    private static readonly int[] Levels = [8, 5, 5];
    private static readonly int[] FiveLevels = [5];

    [Fact]
    public void FiniteScalarQuantizer_AnyLatent_RoundsEachDimensionToItsNearestLevel()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(11);
        using var quantizer = new FiniteScalarQuantizer(Layout(1, 200, 3), Levels);
        var latents = randn(1, 3, 5, 7).mul(2);
        var result = quantizer.Quantize(latents);
        var bounded = Quantizer.Vectors(quantizer.Bound(latents)).data<float>().ToArray();
        var found = Quantizer.Vectors(result.Quantized).data<float>().ToArray();
        var indices = result.Indices.data<long>().ToArray();
        for (var i = 0; i < bounded.Length; i++)
        {
            var (dimension, unit) = (i % 3, Levels[i % 3] / 2);
            Assert.Equal(Math.Round(bounded[i] * unit) / unit, found[i], 5);

            // The index in mixed radix, the first dimension's level lowest: 1, 8, 40.
            var level = indices[i / 3] / (dimension == 0 ? 1 : dimension == 1 ? 8 : 40) % Levels[dimension];
            Assert.Equal((level - unit) / (double)unit, found[i], 5);
        }

        // Zero lies on the grid, in the middle; the ends are reached.
        Assert.Equal(0, quantizer.Bound(zeros(1, 3, 1, 1)).abs().max().item<float>(), 6);
        Assert.Equal(-1, quantizer.Quantize(full([1, 3, 1, 1], -50)).Quantized.max().item<float>(), 5);
        Assert.Equal(199, quantizer.Quantize(full([1, 3, 1, 1], 50)).Indices.item<long>());
    }

    [Fact]
    public void FiniteScalarQuantizer_Gradient_PassesStraightThroughTheBound()
    {
        using var scope = NewDisposeScope();
        using var quantizer = new FiniteScalarQuantizer(Layout(1, 5, 1), FiveLevels);
        var latents = zeros(1, 1, 1, 1, requires_grad: true);
        quantizer.Quantize(latents).Quantized.sum().backward();

        // d/dz tanh(z)·h/2 at 0 with h = 2·1.001.
        Assert.Equal(1.001f, latents.grad!.item<float>(), 5);
    }

    /// <summary>A step's indices <c>[L,P]</c> as maps <c>[N,L,h,w]</c>.</summary>
    private static Tensor Maps(Tensor indices, Tensor latents) =>
        indices.view(-1, latents.shape[0], latents.shape[2], latents.shape[3]).transpose(0, 1);

    internal static LatentLayout Layout(int stages, int codes, int dimension) => new(new LatentPlane("", 8, stages, codes), dimension, [0, dimension]);

    private static CodebookQuantizer Create(int stages, int codes, int dimension, double lambda = 0) => new(Layout(stages, codes, dimension), CodebookLearning.Ema, [lambda]);

    private static (CodebookQuantizer Quantizer, Tensor Latents) Gradient(int stages)
    {
        random.manual_seed(5);
        var quantizer = new CodebookQuantizer(Layout(stages, 8, 4), CodebookLearning.Gradient);
        using (no_grad()) quantizer.Codebooks.copy_(randn_like(quantizer.Codebooks));
        return (quantizer, randn(2, 4, 3, 3, requires_grad: true));
    }

    private static void Set(Tensor target, params float[] values) => target.copy_(tensor(values).view(target.shape));
}
