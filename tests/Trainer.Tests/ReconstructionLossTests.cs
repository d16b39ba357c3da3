using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Losses;
using static TorchSharp.torch;

namespace VqVae.Trainer.Tests;

[Collection(TorchTests.Name)]
public class ReconstructionLossTests
{
    [Fact]
    public void Of_SmallTensors_IsTheWeightedSumByHand()
    {
        using var scope = NewDisposeScope();
        var loss = new ReconstructionLoss(new TrainingSpec { MseWeight = 2, L1Weight = 3 });
        var output = tensor(new[] { 0.5f, -0.5f, 1f, 0f }).view(1, 1, 2, 2);
        var target = tensor(new[] { 0f, 0.5f, 1f, -0.5f }).view(1, 1, 2, 2);

        var (total, squared) = loss.Of(output, target);

        // Errors .5, −1, 0, .5: squares average to .375, sizes to .5.
        Assert.Equal(0.375, squared.item<float>(), 6);
        Assert.Equal((2 * 0.375) + (3 * 0.5), total.item<float>(), 6);
    }

    [Fact]
    public void Of_MseAlone_IsTheMeanSquaredErrorBitForBit()
    {
        using var scope = NewDisposeScope();
        var (output, target) = Images(32);
        var (total, squared) = new ReconstructionLoss(new TrainingSpec()).Of(output, target);
        Assert.Equal(nn.functional.mse_loss(output, target).item<float>(), total.item<float>());
        Assert.Equal(total.item<float>(), squared.item<float>());
    }

    [Fact]
    public void Of_MsSsimAlone_IsOneLessTheSimilarityAveragedOverTheBatch()
    {
        using var scope = NewDisposeScope();
        var (output, target) = Images(32);
        var expected = Enumerable.Range(0, 2).Average(i => 1 - Enumerable.Range(0, 3).Average(c =>
            ReferenceSimilarity.MsSsim(Plane(output, i, c), Plane(target, i, c), range: 2, scales: 2)));

        var (total, _) = new ReconstructionLoss(new TrainingSpec { MseWeight = 0, MsSsimWeight = 0.5 }).Of(output, target);

        Assert.Equal(0.5 * expected, total.item<float>(), 5);
    }

    [Fact]
    public void Of_AllThreeParts_AddUpAndReachEveryPixel()
    {
        using var scope = NewDisposeScope();
        var (output, target) = Images(48);
        var x = output.requires_grad_();
        double Part(double mse, double l1, double msSsim) =>
            new ReconstructionLoss(new TrainingSpec { MseWeight = mse, L1Weight = l1, MsSsimWeight = msSsim }).Of(x, target).Total.item<float>();

        var (total, squared) = new ReconstructionLoss(new TrainingSpec { MseWeight = 0.5, L1Weight = 0.25, MsSsimWeight = 2 }).Of(x, target);
        Assert.Equal((0.5 * Part(1, 0, 0)) + (0.25 * Part(0, 1, 0)) + (2 * Part(0, 0, 1)), total.item<float>(), 5);
        Assert.Equal(Part(1, 0, 0), squared.item<float>(), 6);

        total.backward();
        Assert.True(x.grad!.isfinite().all().item<bool>());
        Assert.True(x.grad!.ne(0).all().item<bool>());
    }

    [Fact]
    public void Of_StepsAgainstTheGradient_BringTheImagesTogether()
    {
        using var scope = NewDisposeScope();
        var (output, target) = Images(32);
        var loss = new ReconstructionLoss(new TrainingSpec { MseWeight = 0, MsSsimWeight = 1 });
        var x = output.clone();
        var values = new List<float>();
        for (var step = 0; step < 5; step++)
        {
            x = x.detach().requires_grad_();
            var total = loss.Of(x, target).Total;
            total.backward();
            values.Add(total.item<float>());
            x = x.sub(x.grad!.mul(20));
        }

        Assert.Equal(values.OrderDescending(), values);
        Assert.True(values[^1] < 0.9f * values[0]);
    }

    /// <summary>Two pictures and what an imperfect decoder would give for them, float32 <c>[2,3,S,S]</c> in [−1, 1].</summary>
    private static (Tensor Output, Tensor Target) Images(int side)
    {
        var target = stack([.. Enumerable.Range(1, 2).Select(seed =>
            tensor(DrawnImage.Rgb(side, side, seed).Select(p => (p / 127.5f) - 1).ToArray()).view(side, side, 3).permute(2, 0, 1))]).contiguous();
        var random = new Random(3);
        var noise = tensor(Enumerable.Range(0, (int)target.numel()).Select(_ => (float)(random.NextDouble() - 0.5)).ToArray()).view(target.shape);
        return (target.add(noise), target);
    }

    /// <summary>A channel with black at 0, as the reference has it.</summary>
    private static double[,] Plane(Tensor images, int image, int channel)
    {
        var side = (int)images.shape[3];
        var plane = new double[side, side];
        var values = images[image, channel].contiguous().data<float>().ToArray();
        for (var i = 0; i < values.Length; i++) plane[i / side, i % side] = values[i] + 1.0;
        return plane;
    }
}
