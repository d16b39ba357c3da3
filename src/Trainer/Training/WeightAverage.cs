using static TorchSharp.torch;

namespace VqVae.Trainer.Training;

/// <summary>
/// An exponential moving average of the weights (Polyak averaging), which is validated and exported in their place: it forgets the noise of single steps.
/// </summary>
/// <remarks>At step t the decay is at most (1 + t) / (10 + t), so that the random start is soon forgotten.</remarks>
internal sealed class WeightAverage : IDisposable
{
    private readonly Tensor _weights;
    private readonly double _decay;

    /// <param name="weights">All weights, in one buffer.</param>
    /// <param name="decay">Decay of a step, above 0 and below 1.</param>
    public WeightAverage(Tensor weights, double decay)
    {
        using var gradients = no_grad();
        (_weights, _decay) = (weights, decay);
        Average = weights.clone().DetachFromDisposeScope();
    }

    /// <summary>The average.</summary>
    public Tensor Average { get; }

    /// <summary>Takes the weights as they are for where the average begins.</summary>
    public void Restart()
    {
        using var gradients = no_grad();
        Average.copy_(_weights);
    }

    /// <summary>Adds the weights after a step.</summary>
    /// <param name="step">The step, from 0.</param>
    public void Update(long step)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var decay = Math.Min(_decay, (1.0 + step) / (10 + step));
        Average.mul_(decay).add_(_weights, alpha: 1 - decay);
    }

    /// <summary>Puts the average in the weights' place until what it returns is disposed.</summary>
    public IDisposable Use()
    {
        using var gradients = no_grad();
        var own = _weights.clone().DetachFromDisposeScope();
        _weights.copy_(Average);
        return new Restore(_weights, own);
    }

    public void Dispose() => Average.Dispose();

    private sealed class Restore(Tensor weights, Tensor own) : IDisposable
    {
        public void Dispose()
        {
            using var gradients = no_grad();
            weights.copy_(own);
            own.Dispose();
        }
    }
}
