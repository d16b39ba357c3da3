using VqVae.Exporter.Tables;
using VqVae.Models;
using VqVae.Runtime;

namespace VqVae.Fuzz;

/// <summary>A model without graphs: planes, and tables trained on drawn index maps that have the structure of real ones.</summary>
internal static class FuzzModel
{
    public static readonly LatentPlane[] Planes = [new("fine", 8, 3, 20), new("coarse", 16, 1, 300)];

    private static readonly ModelSpec Spec = new() { Architecture = Architecture.Klt, Hidden = 8, EmbeddingDim = 8, Codes = 20, Stages = 3, Stride = 8 };

    /// <summary>The manifest, which names no files.</summary>
    public static ModelManifest Manifest { get; } = new()
    {
        Format = ModelManifest.CurrentFormat,
        Name = "fuzz",
        Id = "0123456789abcdef",
        Producer = "fuzzer",
        Spec = Spec,
        Planes = Planes,
        RatePoints = 1,
        Files = new Dictionary<string, ManifestFile>(),
        Verification = new ManifestVerification { Verified = false },
    };

    public static ModelTables Tables { get; } = Train(Planes);

    /// <summary>Tables for planes.</summary>
    public static ModelTables Train(IReadOnlyList<LatentPlane> planes, int maps = 24) => new(planes, [TableTrainer.Train([.. planes.Select(p => Calibration(p, maps))], [.. planes.Select(Codebooks)], CancellationToken.None)]);

    /// <summary>Index maps of an image: neighbours and stages depend on each other.</summary>
    public static IndexMaps Maps(int width, int height, int stages, int seed) => Maps(Planes, width, height, stages, seed);

    /// <inheritdoc cref="Maps(int, int, int, int)"/>
    public static IndexMaps Maps(IReadOnlyList<LatentPlane> planes, int width, int height, int stages, int seed)
    {
        var maps = new IndexMaps(planes, stages, Padding.Of(planes, width, height));
        for (var p = 0; p < planes.Count; p++)
            for (var s = 0; s < maps.StagesOf(p); s++) Draw(maps.Stage(p, s), maps.WidthOf(p), planes[p].Codes, new Random(seed + s));
        return maps;
    }

    private static CalibrationPlane Calibration(LatentPlane plane, int maps)
    {
        const int side = 16;
        var indices = new ushort[maps * plane.Stages * side * side];
        for (var map = 0; map < maps * plane.Stages; map++) Draw(indices.AsSpan(map * side * side, side * side), side, plane.Codes, new Random(1000 + map));
        return new CalibrationPlane(plane, maps, side, side, indices);
    }

    private static ReadOnlyMemory<float> Codebooks(LatentPlane plane)
    {
        var random = new Random(plane.Codes);
        return Enumerable.Range(0, plane.Stages * plane.Codes * 8).Select(_ => random.NextSingle() - 0.5f).ToArray();
    }

    private static void Draw(Span<ushort> map, int width, int codes, Random random)
    {
        for (var i = 0; i < map.Length; i++)
        {
            var like = random.Next(3) switch
            {
                0 when i >= width => map[i - width],
                1 when i % width > 0 => map[i - 1],
                _ => random.Next(1 + random.Next(codes)),
            };
            map[i] = (ushort)like;
        }
    }
}
