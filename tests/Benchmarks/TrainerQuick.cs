using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using TorchSharp;
using VqVae.TestSupport;

namespace VqVae.Benchmarks;

/// <summary>Training speed against the same step on a batch in memory: medians of interleaved rounds in one run.</summary>
internal static class TrainerQuick
{
    private const int Rounds = 7;
    private const int Steps = 5;

    /// <summary>The smallest share of the synthetic speed that the project allows with the default cache.</summary>
    private const double Limit = 0.9;

    public static int Run(string[] args)
    {
        if (args is not ([] or ["--data", _]))
        {
            Console.Error.WriteLine("usage: trainer [--data DIR]");
            return 2;
        }

        var data = args is [_, var folder] ? folder : SharedData.Folder("photos-train");
        Line($"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}, {Environment.ProcessorCount} cores, libtorch {torch.__version__}");
        var right = Compare(data, new Trainer.Training.FitOptions().CacheBytes, "decoded images cached");
        Compare(data, 0, "every image decoded each time");
        return right ? 0 : 1;
    }

    private static bool Compare(string? data, long cacheBytes, string name)
    {
        using var workload = new TrainerWorkload(data, cacheBytes);
        workload.Synthetic(2);
        workload.Fed(2);
        var (fed, synthetic) = (new double[Rounds], new double[Rounds]);
        for (var i = 0; i < Rounds; i++)
        {
            synthetic[i] = Time(() => workload.Synthetic(Steps));
            fed[i] = Time(() => workload.Fed(Steps));
        }

        var (fedRate, syntheticRate) = (Rate(fed), Rate(synthetic));
        Line($"{name}: {fedRate:F1} images/s of {workload.Images} files; synthetic {syntheticRate:F1}; ratio {fedRate / syntheticRate:F3} (limit {Limit:F2} with the cache)");
        return fedRate >= Limit * syntheticRate;
    }

    private static double Rate(double[] seconds)
    {
        Array.Sort(seconds);
        return Steps * TrainerWorkload.Batch / seconds[seconds.Length / 2];
    }

    private static double Time(Action action)
    {
        var start = Stopwatch.GetTimestamp();
        action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
