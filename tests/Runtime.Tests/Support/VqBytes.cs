using System.Buffers.Binary;
using VqVae.Models;

namespace VqVae.Runtime.Tests;

/// <summary>Hand-made <c>.vq</c> files and what they need around them.</summary>
internal static class VqBytes
{
    public const string Id = "0123456789abcdef";

    private static ModelSpec Spec => new() { Architecture = Architecture.Klt, Hidden = 8, EmbeddingDim = 8, Codes = 20, Stages = 2, Stride = 8 };

    /// <summary>The manifest of a model that has no graphs: one plane of stride 8, 20 codes, 2 stages.</summary>
    public static ModelManifest Manifest { get; } = new()
    {
        Format = ModelManifest.CurrentFormat,
        Name = "handmade",
        Id = Id,
        Producer = "test",
        Spec = Spec,
        Planes = Spec.Planes,
        RatePoints = 1,
        Files = new Dictionary<string, ManifestFile>(),
        Verification = new ManifestVerification { Verified = false },
    };

    public static VqHeader Header(int width, int height, int stages = 2, bool isGray = false) =>
        new() { Width = width, Height = height, IsGray = isGray, ModelId = ModelId.Parse(Id), Stages = stages };

    /// <summary>The manifest of a model that has no graphs and the given planes.</summary>
    public static ModelManifest ManifestOf(IReadOnlyList<LatentPlane> planes, int ratePoints = 1) => Manifest with { Planes = planes, RatePoints = ratePoints };

    /// <summary>The worked example of <c>docs/vq-format.md</c>: 17×9 pixels, so 3×2 positions.</summary>
    public static byte[] Example() => Write(Header(17, 9), Manifest.Planes, [ExampleIndices]);

    /// <summary>Writes a file.</summary>
    /// <param name="header">The header.</param>
    /// <param name="planes">The model's planes.</param>
    /// <param name="indices">For each plane the tensor <c>[stages, h, w]</c>, of which the header's stages are kept.</param>
    /// <param name="coder">The coder of the header's mode; none for raw.</param>
    /// <param name="alpha">The alpha section.</param>
    /// <param name="exif">The EXIF section.</param>
    public static byte[] Write(
        VqHeader header, IReadOnlyList<LatentPlane> planes, int[][] indices, IIndexCoder? coder = null, byte[]? alpha = null, byte[]? exif = null)
    {
        using var maps = new IndexMaps(planes, header.Stages, Padding.Of(planes, header.Width, header.Height));
        for (var p = 0; p < planes.Count; p++)
        {
            var whole = new TileRectangle(0, 0, maps.WidthOf(p), maps.HeightOf(p));
            for (var s = 0; s < maps.StagesOf(p); s++) maps.Write(p, s, whole, indices[p].AsSpan(s * whole.Count, whole.Count), whole.Width);
        }

        var raw = new RawCoder(planes);
        return AllTiles.Encode(header, maps, coder ?? raw, raw, alpha, exif);
    }

    /// <summary>Reads the leading stages of a file.</summary>
    /// <returns>For each plane the tensor <c>[stages, h, w]</c>.</returns>
    public static int[][] Read(byte[] file, ModelManifest model, int stages = int.MaxValue, IIndexCoder? coder = null, bool allowPartial = false)
    {
        var document = VqDocument.Open(file, model, new VqLimits(), allowPartial);
        var header = document.Header;
        using var maps = new IndexMaps(model.Planes, Math.Min(stages, header.Stages), Padding.Of(model.Planes, header.Width, header.Height));
        var raw = new RawCoder(model.Planes);
        AllTiles.Decode(document, file, header.EntropyMode == VqEntropyMode.Raw ? raw : coder!, raw, maps);
        return [.. model.Planes.Select((_, p) => maps.Plane(p).ToArray().Select(i => (int)i).ToArray())];
    }

    /// <summary>Random indices of an image: for each plane <c>[L, h, w]</c>.</summary>
    public static int[][] RandomIndices(IReadOnlyList<LatentPlane> planes, int width, int height, Random random)
    {
        var padding = Padding.Of(planes, width, height);
        return [.. planes.Select(p => Enumerable.Range(0, p.Stages * (int)padding.Positions(p)).Select(_ => random.Next(p.Codes)).ToArray())];
    }

    public static int[] ExampleIndices => [0, 1, 2, 3, 4, 19, 19, 18, 17, 16, 15, 14];

    /// <summary>The bytes with a right checksum behind them.</summary>
    public static byte[] Seal(params byte[] content)
    {
        var file = new byte[content.Length + 4];
        content.CopyTo(file, 0);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(content.Length), Crc32C.Compute(content));
        return file;
    }

    /// <summary>The file with some bytes replaced and the checksum made right again.</summary>
    public static byte[] Patch(byte[] file, int offset, params byte[] bytes)
    {
        var content = file[..^4];
        bytes.CopyTo(content, offset);
        return Seal(content);
    }

    /// <summary>The file with bytes put in and the checksum made right again.</summary>
    public static byte[] Insert(byte[] file, int offset, params byte[] bytes) => Seal([.. file[..offset], .. bytes, .. file[offset..^4]]);
}
