using System.Diagnostics;
using TorchSharp;
using VqVae.Trainer.Training;

namespace VqVae.Benchmarks;

/// <summary>Our AdamW over one buffer against TorchSharp's over the same parameters and gradients.</summary>
internal sealed class TrainerOptimizer : IDisposable
{
    public const int Tensors = 60;
    public const int Numbers = 37_000;

    private const double LearningRate = 1e-3;
    private const double WeightDecay = 0.01;

    private readonly torch.Tensor[] _ours;
    private readonly TorchSharp.Modules.Parameter[] _theirs;
    private readonly FlatAdamW _flat;
    private readonly torch.optim.Optimizer _reference;
    private readonly torch.Tensor _norm = torch.ones([]);

    public TrainerOptimizer()
    {
        torch.random.manual_seed(1);
        _ours = [.. Enumerable.Range(0, Tensors).Select(_ => torch.randn(Numbers, requires_grad: true))];
        _theirs = [.. _ours.Select(p => torch.nn.Parameter(p.detach().clone()))];
        _flat = new FlatAdamW(_ours);
        _reference = torch.optim.AdamW(_theirs, lr: LearningRate, weight_decay: WeightDecay);
        foreach (var (ours, theirs) in _ours.Zip(_theirs))
        {
            using var gradient = torch.randn(Numbers);
            using var scope = torch.no_grad();
            ours.grad!.copy_(gradient);
            theirs.grad = gradient.clone();
        }
    }

    /// <summary>Seconds of that many steps of ours.</summary>
    public double Ours(int steps) => Time(steps, () => _flat.Step(LearningRate, WeightDecay, _norm, clip: 0));

    /// <summary>Seconds of that many steps of TorchSharp's.</summary>
    public double Theirs(int steps) => Time(steps, () => _reference.step());

    /// <summary>Largest difference of a parameter, relative to 1 or to its size if that is more.</summary>
    public double Difference()
    {
        using var scope = torch.NewDisposeScope();
        using var gradients = torch.no_grad();
        return _ours.Zip(_theirs).Max(pair => pair.First.sub(pair.Second).abs().div(pair.Second.abs().clamp_min(1)).max().item<float>());
    }

    public void Dispose()
    {
        _reference.Dispose();
        _flat.Dispose();
        _norm.Dispose();
        foreach (var tensor in _ours.Concat(_theirs)) tensor.Dispose();
    }

    private static double Time(int steps, Action step)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < steps; i++)
        {
            using var scope = torch.NewDisposeScope();
            step();
        }

        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
