using VqVae.Models;
using VqVae.Trainer.Quantization;
using VqVae.Trainer.Training;
using static TorchSharp.torch;

namespace VqVae.Trainer.Tests;

[Collection(TorchTests.Name)]
public class CodebookStatisticsTests
{
    [Fact]
    public void Update_ByHand_FollowsTheFormula()
    {
        using var scope = NewDisposeScope();
        using var quantizer = new CodebookQuantizer(QuantizerTests.Layout(1, 2, 1), CodebookLearning.Ema);
        using var statistics = new CodebookStatistics(quantizer, new TrainingSpec { CodebookLearning = CodebookLearning.Ema, EmaDecay = 0.9, RestartThreshold = 0 }, seed: 1);
        statistics.Counts.copy_(tensor(new float[] { 10, 20 }).view(1, 2));
        statistics.Sums!.copy_(tensor(new float[] { 30, 40 }).view(1, 2, 1));
        var batch = statistics.Update(Result(tensor(new float[] { 1, 2, 6 }).view(3, 1), 0, 0, 1), ratePoint: 0, step: 0);
        Assert.Equal([2f, 1f], batch.data<float>().ToArray());

        // N = .9·10 + .1·2 = 9.2 and .9·20 + .1·1 = 18.1; m = .9·30 + .1·3 = 27.3 and .9·40 + .1·6 = 36.6.
        Assert.Equal(9.2f, statistics.Counts[0, 0].item<float>(), 4);
        Assert.Equal(18.1f, statistics.Counts[0, 1].item<float>(), 4);
        var total = 27.3;
        Assert.Equal(27.3 / ((9.2 + 1e-5) / (total + 2e-5) * total), quantizer.Codebooks[0, 0, 0].item<float>(), 4);
        // Bits of a code by its share of the counts, each seen half a step's observation more: (1 − .9) / 2.
        Assert.Equal(-Math.Log2((9.2 + 0.05) / (total + 0.1)), quantizer.CodeLengths[0, 0].item<float>(), 4);
        Assert.Equal(36.6 / ((18.1 + 1e-5) / (total + 2e-5) * total), quantizer.Codebooks[0, 1, 0].item<float>(), 4);
    }

    [Fact]
    public void Update_DeadCode_MovesToAVectorOfTheBatch()
    {
        using var scope = NewDisposeScope();
        using var quantizer = new CodebookQuantizer(QuantizerTests.Layout(1, 4, 2), CodebookLearning.Ema);
        using var statistics = new CodebookStatistics(quantizer, new TrainingSpec { CodebookLearning = CodebookLearning.Ema, EmaDecay = 0.5, RestartThreshold = 0.03 }, seed: 1);
        statistics.Counts.fill_(5);
        statistics.Sums!.copy_(tensor(new float[] { 0, 0, 5, 5, 10, 10, 15, 15 }).view(1, 4, 2));
        var vectors = tensor(new float[] { 70, 71, 80, 81 }).view(2, 2);
        for (var step = 0; step < 20; step++) statistics.Update(Result(vectors, 0, 0), ratePoint: 0, step);

        // Codes 1 to 3 were never chosen: each now lies on a vector of the batch, wherever it was before.
        for (var code = 1; code < 4; code++)
        {
            var value = quantizer.Codebooks[0, code, 0].item<float>();
            Assert.True(Math.Abs(value - 70) < 1 || Math.Abs(value - 80) < 1, $"code {code} is at {value}");
        }
    }

    [Fact]
    public void Update_CodeThatIsNeverChosen_StaysWhereItIs()
    {
        using var scope = NewDisposeScope();
        using var quantizer = new CodebookQuantizer(QuantizerTests.Layout(1, 3, 1), CodebookLearning.Ema);
        using var statistics = new CodebookStatistics(quantizer, new TrainingSpec { CodebookLearning = CodebookLearning.Ema, EmaDecay = 0.9, RestartThreshold = 0 }, seed: 1);
        statistics.Counts.fill_(5);
        statistics.Sums!.copy_(tensor(new float[] { 5, 15, 25 }).view(1, 3, 1));
        using (no_grad()) quantizer.Codebooks.copy_(tensor(new float[] { 1, 3, 5 }).view(1, 3, 1));
        for (var step = 0; step < 400; step++) statistics.Update(Result(tensor(new float[] { 1, 1 }).view(2, 1), 0, 0), ratePoint: 0, step);

        // Counts of 5 · 0.9⁴⁰⁰ are far below ε.
        Assert.Equal(3, quantizer.Codebooks[0, 1, 0].item<float>(), 2);
        Assert.Equal(5, quantizer.Codebooks[0, 2, 0].item<float>(), 2);
    }

    [Fact]
    public void Update_DeadCodeWhereMostVectorsAreAlike_MovesToAnother()
    {
        // 30 of 32 vectors lie on code 0, as those of a white background would: all draws of them are left out.
        using var scope = NewDisposeScope();
        using var quantizer = new CodebookQuantizer(QuantizerTests.Layout(1, 2, 1), CodebookLearning.Ema);
        using var statistics = new CodebookStatistics(quantizer, new TrainingSpec { CodebookLearning = CodebookLearning.Ema, EmaDecay = 0.5, RestartThreshold = 0.03 }, seed: 1);
        statistics.Counts.copy_(tensor(new float[] { 30, 0 }).view(1, 2));
        statistics.Sums!.copy_(tensor(new float[] { 30 * 7, 0 }).view(1, 2, 1));
        using (no_grad()) quantizer.Codebooks.copy_(tensor(new float[] { 7, 0 }).view(1, 2, 1));
        var vectors = tensor([.. Enumerable.Repeat(7f, 30), 50f, 50f]).view(32, 1);
        var where = new HashSet<float>();
        for (var step = 0; step < 60; step++)
        {
            statistics.Update(Result(vectors, [.. new long[32]]), ratePoint: 0, step);
            where.Add(MathF.Round(quantizer.Codebooks[0, 1, 0].item<float>(), 1));
        }

        Assert.Contains(50f, where);
        Assert.DoesNotContain(7f, where);
    }

    [Fact]
    public void Start_SeparateClusters_FindsTheirCentresAndShares()
    {
        using var scope = NewDisposeScope();
        using var quantizer = new CodebookQuantizer(QuantizerTests.Layout(2, 3, 2), CodebookLearning.Ema);
        using var statistics = new CodebookStatistics(quantizer, new TrainingSpec { CodebookLearning = CodebookLearning.Ema, EmaDecay = 0.99, RestartThreshold = 0.03 }, seed: 2);
        random.manual_seed(4);
        var centres = tensor(new float[] { 0, 0, 100, 0, 0, 100 }).view(3, 2);
        var vectors = cat([randn(300, 2).add(centres[0]), randn(200, 2).add(centres[1]), randn(100, 2).add(centres[2])]);
        statistics.Start(vectors, vectorsPerStep: 60);

        var distance = quantizer.Codebooks[0].unsqueeze(0).sub(centres.unsqueeze(1)).square().sum(2);
        Assert.True(distance.amin(1).max().item<float>() < 0.2, "every centre has a code near it");
        Assert.Equal([10f, 20f, 30f], statistics.Counts[0].data<float>().ToArray().Select(n => MathF.Round(n, 3)).Order().ToArray());

        // The second stage describes what the first left over, which is noise of variance 1 a dimension.
        Assert.True(quantizer.Codebooks[1].abs().max().item<float>() < 4);
    }

    [Fact]
    public void KMeans_FewerVectorsThanClusters_RepeatsThem()
    {
        using var scope = NewDisposeScope();
        var (centroids, shares, _) = KMeans.Fit(tensor(new float[] { 1, 5 }).view(2, 1), new KMeansOptions { Clusters = 4, Iterations = 3, Seed = 1 });
        Assert.All(centroids.data<float>().ToArray(), value => Assert.True(value is 1 or 5));
        Assert.Equal(1, shares.sum().item<float>(), 5);
    }

    [Theory]
    [InlineData(CodebookLearning.Ema)]
    [InlineData(CodebookLearning.Gradient)]
    public void Update_ZeroCode_StaysZeroAndIsNeverRestarted(CodebookLearning learning)
    {
        using var scope = NewDisposeScope();
        random.manual_seed(6);
        using var quantizer = new CodebookQuantizer(QuantizerTests.Layout(2, 4, 2), learning);
        using (no_grad()) quantizer.Codebooks.copy_(randn(2, 4, 2));
        using var statistics = new CodebookStatistics(quantizer, new TrainingSpec { CodebookLearning = learning, ZeroCode = true, EmaDecay = 0.5 }, seed: 1);
        statistics.Pin();
        for (var step = 0; step < 20; step++) statistics.Update(quantizer.Quantize(randn(1, 2, 4, 4).add(5)), ratePoint: 0, step);

        // The first level of a residual quantizer has none.
        Assert.NotEqual(0, quantizer.Codebooks[0, 0].detach().abs().sum().item<float>());
        Assert.Equal(0, quantizer.Codebooks[1, 0].detach().abs().sum().item<float>());
    }

    [Fact]
    public void Start_EntropyConstrained_LetsCodesThatAreNotWorthTheirBitsGo()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(7);
        var vectors = randn(4000, 1).mul(0.02);
        double Used(double lambda)
        {
            using var quantizer = new CodebookQuantizer(QuantizerTests.Layout(1, 64, 1), CodebookLearning.Ema, [lambda]);
            using var statistics = new CodebookStatistics(quantizer, new TrainingSpec { CodebookLearning = CodebookLearning.Ema, RestartThreshold = 0 }, seed: 3);
            statistics.Start(vectors, 4000);
            return CodebookUsage.Statistics("1", statistics.Counts.data<float>().ToArray()).Perplexity;
        }

        var (all, some, few) = (Used(0), Used(0.5), Used(5));
        Assert.True(all > 40 && some < 0.7 * all && few < 0.7 * some, $"perplexities of {all}, {some} and {few}");
    }

    private static QuantizerResult Result(Tensor vectors, params long[] indices)
    {
        var nothing = zeros(1);
        return new QuantizerResult(nothing, tensor(indices).view(1, -1), [vectors], nothing, nothing, nothing, SoftRate: null);
    }
}
