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

    public static VqHeader Header(int width, int height, int stages = 2, PixelFormat format = PixelFormat.Rgb24) =>
        new() { Width = width, Height = height, Format = format, ModelId = ModelId.Parse(Id), Stages = stages };

    /// <summary>The worked example of <c>docs/vq-format.md</c>: 17×9 pixels, so 3×2 positions.</summary>
    public static byte[] Example() => VqContainer.Write(Header(17, 9), Manifest.Spec.Planes, [ExampleIndices]);

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
