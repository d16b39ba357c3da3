using BenchmarkDotNet.Running;
using VqVae.Benchmarks;

// `quick` prints ratios within one run in seconds; anything else goes to BenchmarkDotNet (`--filter '*'` for everything).
return args switch
{
    ["quick", .. var rest] => RuntimeQuick.Run(rest),
    _ => BenchmarkSwitcher.FromAssembly(typeof(RuntimeBenchmarks).Assembly).Run(args).Any(s => s.HasCriticalValidationErrors) ? 1 : 0,
};
