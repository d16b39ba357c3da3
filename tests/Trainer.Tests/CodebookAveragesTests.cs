using VqVae.Models;
using VqVae.Trainer.Quantization;
using static TorchSharp.torch;

namespace VqVae.Trainer.Tests;

[Collection(TorchTests.Name)]
public class CodebookAveragesTests
{
    [Fact]
    public void Update_ByHand_FollowsTheFormula()
    {
        using var scope = NewDisposeScope();
        using var quantizer = new ResidualQuantizer(1, 2, 1, CodebookLearning.Ema);
        using var averages = new CodebookAverages(quantizer, new TrainingSpec { EmaDecay = 0.9, RestartThreshold = 0 }, seed: 1);
        averages.Counts.copy_(tensor(new float[] { 10, 20 }).view(1, 2));
        averages.Sums.copy_(tensor(new float[] { 30, 40 }).view(1, 2, 1));
        averages.Update(0, tensor(new float[] { 1, 2, 6 }).view(3, 1), tensor(new long[] { 0, 0, 1 }), step: 0);

        // N = .9·10 + .1·2 = 9.2 and .9·20 + .1·1 = 18.1; m = .9·30 + .1·3 = 27.3 and .9·40 + .1·6 = 36.6.
        Assert.Equal(9.2f, averages.Counts[0, 0].item<float>(), 4);
        Assert.Equal(18.1f, averages.Counts[0, 1].item<float>(), 4);
        var total = 27.3;
        Assert.Equal(27.3 / ((9.2 + 1e-5) / (total + 2e-5) * total), quantizer.Codebooks[0, 0, 0].item<float>(), 4);
        Assert.Equal(36.6 / ((18.1 + 1e-5) / (total + 2e-5) * total), quantizer.Codebooks[0, 1, 0].item<float>(), 4);
    }

    [Fact]
    public void Update_DeadCode_MovesToAVectorOfTheBatch()
    {
        using var scope = NewDisposeScope();
        using var quantizer = new ResidualQuantizer(1, 4, 2, CodebookLearning.Ema);
        using var averages = new CodebookAverages(quantizer, new TrainingSpec { EmaDecay = 0.5, RestartThreshold = 0.03 }, seed: 1);
        averages.Counts.fill_(5);
        averages.Sums.copy_(tensor(new float[] { 0, 0, 5, 5, 10, 10, 15, 15 }).view(1, 4, 2));
        var vectors = tensor(new float[] { 70, 71, 80, 81 }).view(2, 2);
        for (var step = 0; step < 20; step++) averages.Update(0, vectors, tensor(new long[] { 0, 0 }), step);

        // Codes 1 to 3 were never chosen: each now lies on a vector of the batch, wherever it was before.
        for (var code = 1; code < 4; code++)
        {
            var value = quantizer.Codebooks[0, code, 0].item<float>();
            Assert.True(Math.Abs(value - 70) < 1 || Math.Abs(value - 80) < 1, $"code {code} is at {value}");
        }
    }

    [Fact]
    public void Start_SeparateClusters_FindsTheirCentresAndShares()
    {
        using var scope = NewDisposeScope();
        using var quantizer = new ResidualQuantizer(2, 3, 2, CodebookLearning.Ema);
        using var averages = new CodebookAverages(quantizer, new TrainingSpec { EmaDecay = 0.99, RestartThreshold = 0.03 }, seed: 2);
        random.manual_seed(4);
        var centres = tensor(new float[] { 0, 0, 100, 0, 0, 100 }).view(3, 2);
        var vectors = cat([randn(300, 2).add(centres[0]), randn(200, 2).add(centres[1]), randn(100, 2).add(centres[2])]);
        averages.Start(vectors, vectorsPerStep: 60);

        var distance = quantizer.Codebooks[0].unsqueeze(0).sub(centres.unsqueeze(1)).square().sum(2);
        Assert.True(distance.amin(1).max().item<float>() < 0.2, "every centre has a code near it");
        Assert.Equal([10f, 20f, 30f], averages.Counts[0].data<float>().ToArray().Select(n => MathF.Round(n, 3)).Order().ToArray());

        // The second stage describes what the first left over, which is noise of variance 1 a dimension.
        Assert.True(quantizer.Codebooks[1].abs().max().item<float>() < 4);
    }

    [Fact]
    public void KMeans_FewerVectorsThanClusters_RepeatsThem()
    {
        using var scope = NewDisposeScope();
        var (centroids, shares) = KMeans.Fit(tensor(new float[] { 1, 5 }).view(2, 1), clusters: 4, iterations: 3, seed: 1);
        Assert.All(centroids.data<float>().ToArray(), value => Assert.True(value is 1 or 5));
        Assert.Equal(1, shares.sum().item<float>(), 5);
    }
}
