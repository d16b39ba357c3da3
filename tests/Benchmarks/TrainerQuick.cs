using System.Diagnostics;
using System.Runtime.InteropServices;
using TorchSharp;
using VqVae.TestSupport;
using static VqVae.Benchmarks.Print;

namespace VqVae.Benchmarks;

/// <summary>
/// Training speed against the same steps on batches in memory, and the optimizer's against TorchSharp's: medians of interleaved rounds in one run.
/// </summary>
internal static class TrainerQuick
{
    private const int Rounds = 15;
    private const int Steps = 4;

    /// <summary>The smallest share of the speed on resident batches that the project allows with the default cache.</summary>
    private const double Limit = 0.97;

    /// <summary>How many times faster than TorchSharp's AdamW ours has to be.</summary>
    private const double OptimizerLimit = 4;

    private const int OptimizerRounds = 15;
    private const int OptimizerSteps = 10;

    public static int Run(string[] args)
    {
        if (args is not ([] or ["--data", _]))
        {
            Console.Error.WriteLine("usage: trainer [--data DIR]");
            return 2;
        }

        var data = args is [_, var folder] ? folder : SharedData.Folder("photos-train");
        Line($"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores, libtorch {torch.__version__}");
        var right = CompareOptimizers();
        right &= Compare(data, new Trainer.Training.FitOptions().CacheBytes, "decoded images cached");
        Compare(data, 0, "every image decoded each time");
        return right ? 0 : 1;
    }

    private static bool CompareOptimizers()
    {
        using var workload = new TrainerOptimizer();
        workload.Ours(3);
        workload.Theirs(3);
        var (ours, theirs) = (new double[OptimizerRounds], new double[OptimizerRounds]);
        for (var i = 0; i < OptimizerRounds; i++)
        {
            theirs[i] = workload.Theirs(OptimizerSteps);
            ours[i] = workload.Ours(OptimizerSteps);
        }

        var difference = workload.Difference();
        if (!(difference <= 1e-6)) throw new InvalidOperationException($"after {3 + (OptimizerRounds * OptimizerSteps)} steps the parameters differ by {difference}");
        var (oursStep, theirsStep) = (Timing.Median(ours) / OptimizerSteps, Timing.Median(theirs) / OptimizerSteps);
        Line($"AdamW, {TrainerOptimizer.Tensors} tensors of {TrainerOptimizer.Numbers}: {oursStep * 1000:F2} ms a step; TorchSharp's {theirsStep * 1000:F2} ms; ratio {theirsStep / oursStep:F2} (limit {OptimizerLimit:F1}); largest difference {difference:E1}");
        return theirsStep >= OptimizerLimit * oursStep;
    }

    private static bool Compare(string? data, long cacheBytes, string name)
    {
        using var workload = new TrainerWorkload(data, cacheBytes);
        workload.Resident(2);
        workload.Fed(2);
        var (fed, resident) = (new Cost[Rounds], new Cost[Rounds]);
        for (var i = 0; i < Rounds; i++)
        {
            // Whatever else the machine does changes over minutes: each round has its own ratio, and who begins takes turns.
            if (i % 2 == 0) resident[i] = Measure(() => workload.Resident(Steps));
            fed[i] = Measure(() => workload.Fed(Steps));
            if (i % 2 == 1) resident[i] = Measure(() => workload.Resident(Steps));
        }

        var ratio = Timing.Median([.. resident.Zip(fed, (r, f) => r.Seconds / f.Seconds)]);
        var processor = Timing.Median([.. resident.Zip(fed, (r, f) => r.ProcessorSeconds / f.ProcessorSeconds)]);
        Line($"{name}: {Rate(fed):F1} images/s of {workload.Images} files; from memory {Rate(resident):F1}; ratio {ratio:F3} (limit {Limit:F2} with the cache); of processor time {processor:F3}");
        return ratio >= Limit;
    }

    private static double Rate(Cost[] rounds) => Steps * TrainerWorkload.Batch / Timing.Median([.. rounds.Select(r => r.Seconds)]);

    private static Cost Measure(Action action)
    {
        var (start, processor) = (Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);
        action();
        return new Cost(Stopwatch.GetElapsedTime(start).TotalSeconds, (Environment.CpuUsage.TotalTime - processor).TotalSeconds);
    }

    /// <summary>What a round took, by the clock and on all processors together.</summary>
    private readonly record struct Cost(double Seconds, double ProcessorSeconds);
}
