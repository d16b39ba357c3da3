using BenchmarkDotNet.Running;
using VqVae.Benchmarks;
using VqVae.Benchmarks.Web;

// Everything prints ratios or rates of one run. The codec: `quick` what it costs beside the bare graphs and search, `kernels` how near each kind of kernel is to its peak,
// `scale` how time and memory grow from 0.1 to 100 megapixels, `large` what 100 megapixels do in minutes, `memory` what calls take, `search` what efforts and targets cost,
// `entropy` what the entropy modes save on real images and how fast they are. Against others: `codecs` from file to file beside cwebp, avifenc and avifdec, `torch` the graphs
// beside the same model in libtorch, `floor` a model at and below WebP's smallest files, `chart` draws what it is bad at. `trainer` is about training, `web` puts the sample service under load. Anything else goes to
// BenchmarkDotNet (`--filter '*'` for everything).
return args switch
{
    ["quick", .. var rest] => RuntimeQuick.Run(rest),
    ["kernels", .. var rest] => KernelsQuick.Run(rest),
    ["scale", .. var rest] => ScaleQuick.Run(rest),
    ["large", .. var rest] => RuntimeLarge.Run(rest),
    ["memory"] => RuntimeMemory.Run(),
    ["search", .. var rest] => SearchQuick.Run(rest),
    ["entropy", .. var rest] => EntropyQuick.Run(rest),
    ["codecs", .. var rest] => CodecsQuick.Run(rest),
    ["torch", .. var rest] => TorchQuick.Run(rest),
    ["floor", .. var rest] => FloorQuick.Run(rest),
    ["chart", .. var rest] => ChartQuick.Run(rest),
    ["trainer", .. var rest] => TrainerQuick.Run(rest),
    ["web", .. var rest] => WebQuick.Run(rest),
    _ => BenchmarkSwitcher.FromAssembly(typeof(RuntimeBenchmarks).Assembly).Run(args).Any(s => s.HasCriticalValidationErrors) ? 1 : 0,
};
