using VqVae.Models;

namespace VqVae.EndToEnd;

/// <summary>Two residual levels at two rates, whose codebooks start by k-means and then learn by the gradient.</summary>
public sealed class TrainedByGradient() : TrainedModel(
    "--preset", "small", "--hidden", "16", "--embedding-dim", "12", "--residual-blocks", "1", "--codes", "16", "--stages", "2", "--rate-lambdas", "400,50",
    "--kmeans-start", "true", "--zero-code", "true", "--set", "training.codebook_learning=gradient", "--codebook-weight", "1",
    "--set", "training.restart_threshold=0", "--crop", "32", "--batch", "4", "--steps", "12", "--no-report", "--no-tensorboard");

/// <summary>Codebooks that are parameters, with a part for each rate point, through training and export.</summary>
public sealed class GradientCodebooksTests(TrainedByGradient model) : IClassFixture<TrainedByGradient>
{
    [Fact]
    public void Export_KMeansStartAndSeveralRatePoints_ComputesWhatTheTrainerDoes()
    {
        var manifest = model.Manifest;
        Assert.Equal(2, manifest.RatePoints);
        Assert.True(manifest.Verification.Verified);
        Assert.True(manifest.Verification.IndicesCompared > 0);
        Assert.Equal(1, manifest.Verification.IndexAgreement);
    }

    [Fact]
    public void Codebooks_KMeansStartAndSeveralRatePoints_BelongToTheirRate()
    {
        Assert.True(model.Fit.ExitCode == 0, model.Fit.ToString());
        var checkpoint = Checkpoint.Load(Path.Combine(model.Run, Checkpoint.FileName));
        var (codes, dimension) = (checkpoint.Spec.Codes, checkpoint.Spec.EmbeddingDim);
        var stages = checkpoint.Values(ModelTensors.Codebooks).ToArray().Chunk(codes * dimension).ToArray();
        Assert.Equal(4, stages.Length);

        // Drawn codes lie within 1/16 of zero, and a few small steps leave them there: only latents of pictures reach this far.
        Assert.All(stages, stage => Assert.InRange(stage.Max(Math.Abs), 0.5f, 20));

        // A rate's codes are of its own search, from the start on.
        for (var stage = 0; stage < 2; stage++) Assert.NotEqual(stages[stage], stages[2 + stage]);

        // The gradient moves the zero codes too, and they are put back after each step; a first level has none.
        Assert.All((float[][])[stages[1], stages[3]], stage => Assert.All(stage[..dimension], value => Assert.Equal(0, value)));
        Assert.All((float[][])[stages[0], stages[2]], stage => Assert.Contains(stage[..dimension], value => value != 0));
    }
}
