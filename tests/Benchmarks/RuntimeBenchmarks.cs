using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

namespace VqVae.Benchmarks;

/// <summary>Compressing and decompressing 768×512 pixels, each against the bare run of its graph.</summary>
[InProcess]
[MemoryDiagnoser]
[CategoriesColumn]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
public class RuntimeBenchmarks : IDisposable
{
    private RuntimeWorkload _workload = null!;

    [GlobalSetup]
    public void Setup() => _workload = new RuntimeWorkload(RuntimeQuick.ShippedModel());

    [GlobalCleanup]
    public void Cleanup()
    {
        _workload.Verify();
        Dispose();
    }

    public void Dispose()
    {
        _workload.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark(Baseline = true), BenchmarkCategory("encoder")]
    public int[] EncoderGraph() => _workload.EncoderGraph();

    [Benchmark, BenchmarkCategory("encoder")]
    public byte[] Compress() => _workload.Compress();

    [Benchmark(Baseline = true), BenchmarkCategory("decoder")]
    public byte[] DecoderGraph() => _workload.DecoderGraph();

    [Benchmark, BenchmarkCategory("decoder")]
    public byte[] Decompress() => _workload.Decompress();
}
