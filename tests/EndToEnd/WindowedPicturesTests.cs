using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.EndToEnd;

/// <summary>The shipped model on photographs (drawn pictures where there are none) in small windows, against the same pictures whole.</summary>
public sealed class WindowedPicturesTests : IDisposable
{
    /// <summary>The smallest windows of this model's decoder are 256 pixels a side.</summary>
    private const int WindowPixels = 256 * 320;

    private readonly VqCodec _whole = Load(null);
    private readonly VqCodec _windowed = Load(WindowPixels);

    [Fact]
    public void RoundTrip_InWindows_IsTheWholePicturesWithoutSeams()
    {
        var (different, all) = (0, 0);
        foreach (var picture in Pictures())
        {
            var vq = _whole.Compress(picture.Rgb, picture.Width, picture.Height, options: Raw);
            var windowed = _windowed.Compress(picture.Rgb, picture.Width, picture.Height, options: Raw);
            var (expected, found) = (Indices(_whole, vq), Indices(_windowed, windowed));
            different += expected.Zip(found).Count(p => p.First != p.Second);
            all += expected.Length;

            // The same indices, in windows and whole: no pixel differs by more than rounding, at seams or elsewhere.
            var (pixels, inWindows) = (_whole.Decompress(vq).Pixels, _windowed.Decompress(vq).Pixels);
            for (var i = 0; i < pixels.Length; i++)
                if (Math.Abs(pixels[i] - inWindows[i]) > 1) Assert.Fail($"byte {i}: expected {pixels[i]}, got {inWindows[i]}");
        }

        // Only where two codes are as near as rounding tells may the index be another; its stages behind it follow it.
        Assert.InRange(different, 0, all / 2_000);
    }

    public void Dispose()
    {
        _whole.Dispose();
        _windowed.Dispose();
    }

    private static VqCompressOptions Raw { get; } = new() { EntropyMode = VqEntropyMode.Raw };

    private static VqCodec Load(long? windowPixels) => VqCodec.Load(
        Path.Combine(SharedData.RepositoryRoot, "models", DefaultModel.Name), new VqCodecOptions { Device = VqDevice.Cpu, WindowPixels = windowPixels });

    private static IEnumerable<Picture> Pictures() => SharedData.Folder("kodak") is { } kodak
        ? Directory.GetFiles(kodak, "*.png").Order(StringComparer.Ordinal).Take(3).Select(Picture.Load)
        : Enumerable.Range(0, 3).Select(seed => Picture.Drawn(700, 509, seed));

    private static int[] Indices(VqCodec codec, byte[] vq)
    {
        var document = VqDocument.Open(vq, codec.Manifest, new VqLimits());
        var planes = codec.Manifest.Planes;
        var raw = new RawCoder(planes);
        using var maps = new IndexMaps(planes, document.Header.Stages, Padding.Of(planes, document.Header.Width, document.Header.Height));
        AllTiles.Decode(document, vq, raw, raw, maps);
        return [.. Enumerable.Range(0, planes.Count).SelectMany(p => maps.Plane(p).ToArray()).Select(i => (int)i)];
    }
}
