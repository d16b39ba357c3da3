using BenchmarkDotNet.Attributes;
using VqVae.Codec.Cli.Images.Png;
using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.Benchmarks;

/// <summary>What reads and writes files of 768×512 pixels, without the disk.</summary>
[InProcess]
[MemoryDiagnoser]
public class FileBenchmarks : IDisposable
{
    private const int Width = 768;
    private const int Height = 512;

    private readonly byte[] _rgb = DrawnImage.Rgb(Width, Height, seed: 1);
    private readonly MemoryStream _png = new(4 * Width * Height);
    private VqCodec _codec = null!;
    private byte[] _vq = [];

    [GlobalSetup]
    public void Setup()
    {
        _codec = VqCodec.Load(RuntimeQuick.ShippedModel() ?? throw new InvalidOperationException("there is no model beside the sources"), new VqCodecOptions { Device = VqDevice.Cpu });
        _vq = _codec.Compress(_rgb, Width, Height);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _codec.Dispose();
        _png.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>A picture as PNG, at the level that vqcodec uses.</summary>
    [Benchmark]
    public long WritePng()
    {
        _png.SetLength(0);
        using var writer = new PngWriter(_png, Width, Height, PixelFormat.Rgb24);
        writer.WriteRows(_rgb);
        writer.Finish();
        return _png.Length;
    }

    /// <summary>Everything of a file but its blocks' contents: header, sections, lengths, checksum.</summary>
    [Benchmark]
    public int ParseContainer() => VqDocument.Open(_vq, _codec.Manifest, new VqLimits()).HeadSize;
}
