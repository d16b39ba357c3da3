using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;

namespace VqVae.Benchmarks;

/// <summary>Compressing and decompressing 768×512 pixels, each against what it runs bare.</summary>
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
    public void BareCompress() => _workload.BareCompress();

    [Benchmark, BenchmarkCategory("encoder")]
    public void LatentGraph() => _workload.LatentGraph();

    [Benchmark, BenchmarkCategory("encoder")]
    public void Search() => _workload.Search();

    [Benchmark, BenchmarkCategory("encoder")]
    public byte[] Compress() => _workload.Compress();

    [Benchmark(Baseline = true), BenchmarkCategory("decoder")]
    public byte[] DecoderGraph() => _workload.DecoderGraph();

    [Benchmark, BenchmarkCategory("decoder")]
    public byte[] Decompress() => _workload.Decompress();
}
