using BenchmarkDotNet.Attributes;
using VqVae.Runtime;

namespace VqVae.Benchmarks;

/// <summary>One tile's blocks through an entropy coder, one thread.</summary>
[InProcess]
[MemoryDiagnoser]
public class EntropyBenchmarks : IDisposable
{
    private VqCodec _codec = null!;
    private RawCoder _raw = null!;
    private IIndexCoder _coder = null!;
    private EntropyTile _tile = null!;

    [Params(VqEntropyMode.Fast, VqEntropyMode.Dense)]
    public VqEntropyMode Mode { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _codec = VqCodec.Load(RuntimeQuick.ShippedModel() ?? throw new InvalidOperationException("there is no model beside the sources"), new VqCodecOptions { Device = VqDevice.Cpu });
        (_raw, _coder) = (_codec.Coders.Raw, _codec.Coders.ForWriting(Mode, 0));
        _tile = new EntropyWorkload(_codec, ratePoint: 0, imageFolder: null).Tiles[0];
        Encode();
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        Decode();
        _tile.Verify();
        Dispose();
    }

    public void Dispose()
    {
        _codec.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public void Encode() => _tile.Encode(_coder, _raw);

    [Benchmark]
    public void Decode() => _tile.Decode(_coder, _raw);
}
