using static TorchSharp.torch;

namespace VqVae.Trainer.Training;

/// <summary>Averages of the losses since the last report, summed on the device so that no step waits for it.</summary>
internal sealed class RunningAverages : IDisposable
{
    public RunningAverages(Device device) => Sums = zeros(6, ScalarType.Float32, device).DetachFromDisposeScope();

    /// <summary>Sums over the steps since the last report: with <see cref="Steps"/> all that a saved state needs to go on with them.</summary>
    public Tensor Sums { get; }

    /// <summary>How many steps have been added since the last report.</summary>
    public long Steps { get; set; }

    /// <summary>Adds a step.</summary>
    public void Add(StepMeasurements step)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        Sums.add_(stack([step.Loss, step.Reconstruction, step.Codebook, step.Commitment, step.Rate, step.GradientNorm]));
        Steps++;
    }

    /// <summary>Whether everything since the last report is finite.</summary>
    public bool IsFinite()
    {
        using var scope = NewDisposeScope();
        return Sums.isfinite().all().item<bool>();
    }

    /// <summary>The averages, which start anew.</summary>
    public Progress Take(long step, double learningRate, IReadOnlyList<StageUsage> stages)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var values = Sums.div(Math.Max(1, Steps)).cpu().data<float>().ToArray();
        Sums.zero_();
        Steps = 0;
        return new Progress
        {
            Step = step,
            LearningRate = learningRate,
            Loss = values[0],
            Reconstruction = values[1],
            Codebook = values[2],
            Commitment = values[3],
            Rate = values[4],
            GradientNorm = values[5],
            Stages = stages,
        };
    }

    public void Dispose() => Sums.Dispose();
}
