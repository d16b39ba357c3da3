using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.Benchmarks;

/// <summary>The blocks that a model's encoder makes of images at one rate point with its own λ, as files of them have them.</summary>
internal sealed class EntropyWorkload
{
    private readonly List<EntropyTile> _tiles = [];

    /// <param name="codec">The model.</param>
    /// <param name="ratePoint">The rate point.</param>
    /// <param name="imageFolder">A folder of images; <c>null</c> for drawn ones.</param>
    public EntropyWorkload(VqCodec codec, int ratePoint, string? imageFolder)
    {
        foreach (var (rgb, width, height) in imageFolder is null ? Drawn() : Read(imageFolder))
        {
            var vq = codec.Compress(rgb, width, height, options: new VqCompressOptions { EntropyMode = VqEntropyMode.Raw, RatePoint = ratePoint });
            var document = VqDocument.Open(vq, codec.Manifest, new VqLimits());
            var raw = new RawCoder(codec.Manifest.Planes);
            using var maps = new IndexMaps(codec.Manifest.Planes, document.Header.Stages, Padding.Of(codec.Manifest.Planes, width, height));
            AllTiles.Decode(document, vq, raw, raw, maps);
            for (var tile = 0; tile < document.Layout.Grid.Count; tile++) _tiles.Add(new EntropyTile(document.Layout, maps, tile));
            Images++;
            Pixels += (long)width * height;
        }
    }

    public int Images { get; }

    public long Pixels { get; }

    public IReadOnlyList<EntropyTile> Tiles => _tiles;

    private static IEnumerable<(byte[] Rgb, int Width, int Height)> Drawn() =>
        Enumerable.Range(0, 8).Select(i => (DrawnImage.Rgb(768, 512, seed: i), 768, 512));

    private static IEnumerable<(byte[] Rgb, int Width, int Height)> Read(string folder)
    {
        var files = BenchmarkPictures.Files(folder);
        if (files.Count == 0) throw new FileNotFoundException($"'{folder}' has no .png or .jpg images");
        foreach (var file in files)
        {
            var picture = BenchmarkPictures.Load(file);
            yield return (picture.Pixels, picture.Width, picture.Height);
        }
    }
}
