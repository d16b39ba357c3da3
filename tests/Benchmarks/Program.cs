using BenchmarkDotNet.Running;
using VqVae.Benchmarks;

// `quick` (runtime) and `trainer` print ratios within one run, in seconds and minutes, `memory` what calls take, `large` what 100 megapixels
// do in minutes, `entropy` what the entropy modes save on real images and how fast they are, `search` what efforts and targets cost, `floor` how a model
// does at and below WebP's smallest files, `chart` draws what it is bad at; anything else goes to BenchmarkDotNet
// (`--filter '*'` for everything).
return args switch
{
    ["memory"] => RuntimeMemory.Run(),
    ["large", .. var rest] => RuntimeLarge.Run(rest),
    ["entropy", .. var rest] => EntropyQuick.Run(rest),
    ["quick", .. var rest] => RuntimeQuick.Run(rest),
    ["search", .. var rest] => SearchQuick.Run(rest),
    ["floor", .. var rest] => FloorQuick.Run(rest),
    ["chart", .. var rest] => ChartQuick.Run(rest),
    ["trainer", .. var rest] => TrainerQuick.Run(rest),
    _ => BenchmarkSwitcher.FromAssembly(typeof(RuntimeBenchmarks).Assembly).Run(args).Any(s => s.HasCriticalValidationErrors) ? 1 : 0,
};
