using static TorchSharp.torch;

namespace VqVae.Trainer.Training;

/// <summary>Averages of the losses since the last report, summed on the device so that no step waits for it.</summary>
internal sealed class RunningAverages : IDisposable
{
    private readonly Tensor _sums;
    private long _steps;

    public RunningAverages(Device device) => _sums = zeros(6, ScalarType.Float32, device).DetachFromDisposeScope();

    /// <summary>Adds a step.</summary>
    public void Add(StepMeasurements step)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        _sums.add_(stack([step.Loss, step.Reconstruction, step.Codebook, step.Commitment, step.Rate, step.GradientNorm]));
        _steps++;
    }

    /// <summary>Whether everything since the last report is finite.</summary>
    public bool IsFinite()
    {
        using var scope = NewDisposeScope();
        return _sums.isfinite().all().item<bool>();
    }

    /// <summary>The averages, which start anew.</summary>
    public Progress Take(long step, double learningRate, IReadOnlyList<StageUsage> stages)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var values = _sums.div(Math.Max(1, _steps)).cpu().data<float>().ToArray();
        _sums.zero_();
        _steps = 0;
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

    public void Dispose() => _sums.Dispose();
}
