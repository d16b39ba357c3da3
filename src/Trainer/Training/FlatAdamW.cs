using VqVae.Models;
using static TorchSharp.torch;

namespace VqVae.Trainer.Training;

/// <summary>
/// AdamW (Loshchilov and Hutter 2019) over one flat buffer: on the CPU one pass (<see cref="AdamWKernel"/>), elsewhere a handful of large tensor
/// operations a step instead of a dozen small ones a parameter; and a state of two tensors that can be saved.
/// </summary>
/// <remarks>The parameters become views of the buffer, so nothing may convert them (<c>module.to(…)</c>) afterwards.</remarks>
internal sealed class FlatAdamW : IDisposable
{
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.999;
    private const double Epsilon = 1e-8;

    private readonly Tensor _gradients;

    public FlatAdamW(IReadOnlyList<Tensor> parameters)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        Parameters = cat([.. parameters.Select(p => p.detach().reshape(-1))]).DetachFromDisposeScope();
        _gradients = zeros_like(Parameters).DetachFromDisposeScope();
        FirstMoment = zeros_like(Parameters).DetachFromDisposeScope();
        SecondMoment = zeros_like(Parameters).DetachFromDisposeScope();
        long offset = 0;
        foreach (var parameter in parameters)
        {
            var length = parameter.numel();
            parameter.set_(Parameters.narrow(0, offset, length).view(parameter.shape));
            parameter.grad = _gradients.narrow(0, offset, length).view(parameter.shape);
            offset += length;
        }
    }

    /// <summary>All parameters, in their order.</summary>
    public Tensor Parameters { get; }

    /// <summary>Number of steps taken.</summary>
    public long Steps { get; set; }

    /// <summary>Moving average of the gradient.</summary>
    public Tensor FirstMoment { get; }

    /// <summary>Moving average of the squared gradient.</summary>
    public Tensor SecondMoment { get; }

    /// <summary>Empties the gradients before a backward pass.</summary>
    public void ZeroGradients() => _gradients.zero_();

    /// <summary>Euclidean norm of the gradient of all parameters together.</summary>
    public Tensor GradientNorm() => _gradients.norm();

    /// <summary>Takes a step.</summary>
    /// <param name="learningRate">The step's learning rate.</param>
    /// <param name="weightDecay">Decoupled weight decay.</param>
    /// <param name="gradientNorm">What <see cref="GradientNorm"/> gave.</param>
    /// <param name="clip">Largest norm, beyond which the gradient is scaled down; 0 for none.</param>
    /// <param name="head">How many numbers at the buffer's beginning have a learning rate of their own.</param>
    /// <param name="headRate">That rate; at 0 they stay, and so do their moments.</param>
    public void Step(double learningRate, double weightDecay, Tensor gradientNorm, double clip, long head = 0, double headRate = 0)
    {
        using var noGradients = no_grad();
        using var scope = NewDisposeScope();
        Steps++;
        if (head > 0 && headRate > 0) Move(0, head, headRate, weightDecay, gradientNorm, clip);
        Move(head, Parameters.shape[0] - head, learningRate, weightDecay, gradientNorm, clip);
    }

    private void Move(long start, long length, double learningRate, double weightDecay, Tensor gradientNorm, double clip)
    {
        var (parameters, gradients, firstMoment, secondMoment) = (Part(Parameters), Part(_gradients), Part(FirstMoment), Part(SecondMoment));
        var correction1 = 1 - Math.Pow(Beta1, Steps);
        var correction2 = Math.Sqrt(1 - Math.Pow(Beta2, Steps));
        if (AdamWKernel.Takes(parameters))
        {
            var scale = clip > 0 ? Math.Min(1, 1 / (gradientNorm.item<float>() + 1e-6f) * (float)clip) : 1;
            AdamWKernel.Step(parameters, gradients, firstMoment, secondMoment, new AdamWFactors(
                scale, (float)(1 - (learningRate * weightDecay)), (float)Beta1, (float)(1 - Beta1), (float)Beta2, (float)(1 - Beta2), (float)correction2, (float)Epsilon, (float)(-learningRate / correction1)));
            return;
        }

        if (clip > 0) gradients.mul_(gradientNorm.add(1e-6).reciprocal().mul(clip).clamp_max(1));
        firstMoment.mul_(Beta1).add_(gradients, alpha: 1 - Beta1);
        secondMoment.mul_(Beta2).addcmul_(gradients, gradients, value: 1 - Beta2);
        if (weightDecay > 0) parameters.mul_(1 - (learningRate * weightDecay));
        var denominator = secondMoment.sqrt().div_(correction2).add_(Epsilon);
        parameters.addcdiv_(firstMoment, denominator, value: -learningRate / correction1);

        Tensor Part(Tensor all) => length == all.shape[0] ? all : all.narrow(0, start, length);
    }

    public void Dispose()
    {
        FirstMoment.Dispose();
        SecondMoment.Dispose();
        _gradients.Dispose();
        Parameters.Dispose();
    }

    /// <summary>The learning rate of a step.</summary>
    /// <param name="training">Peak rate, warm-up and schedule.</param>
    /// <param name="step">The step, from 0.</param>
    /// <param name="progress">Share of the run that is done, 0 to 1.</param>
    public static double LearningRate(TrainingSpec training, long step, double progress)
    {
        var rate = training.LearningRate;
        if (training.Schedule == LearningRateSchedule.Cosine) rate *= 0.5 * (1 + Math.Cos(Math.PI * Math.Clamp(progress, 0, 1)));
        return step < training.WarmupSteps ? rate * (step + 1) / training.WarmupSteps : rate;
    }
}
