using System.Text;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Fuzz.Targets;

/// <summary>The manifest <c>model.json</c>.</summary>
internal sealed class ManifestTarget : FuzzTarget
{
    public override string Name => "manifest";

    public override IReadOnlyList<byte[]> Seeds { get; } = [Encode(Full), Encode(Full with { Provenance = null, License = null, Variants = null })];

    private static ModelManifest Full => new()
    {
        Format = ModelManifest.CurrentFormat,
        Name = "fuzz",
        Id = "0123456789abcdef",
        Producer = "fuzzer",
        Spec = RandomCheckpoint.TinyKlt,
        Planes = RandomCheckpoint.TinyKlt.Planes,
        RatePoints = 1,
        Files = new SortedDictionary<string, ManifestFile>(StringComparer.Ordinal)
        {
            [ModelManifest.EncoderFileName] = new(1000, new string('0', 64)),
            [ModelManifest.DecoderFileName] = new(2000, new string('a', 64)),
            [ModelManifest.DecoderFile(GraphPrecision.Int8)] = new(600, new string('b', 64)),
        },
        Variants = new Dictionary<string, ManifestVariant>
        {
            [GraphPrecision.Int8] = new() { MeanPixelDifference = 0.5, MaxPixelDifference = 9, PsnrLoss = 0.05, IndexAgreement = 1 },
        },
        Verification = new ManifestVerification { Verified = true, IndicesCompared = 10, IndexAgreement = 0.5, Epsilon = 1e-5, MaxPixelDifference = 1 },
        Provenance = new Provenance { Trainer = "fuzzer", Preset = "none", Data = "none", Images = 1, Steps = 2, Batch = 3, Seed = 4, Metrics = new Dictionary<string, double> { ["psnr"] = 20.5 } },
        License = new ManifestLicense("MIT", "none"),
    };

    public override void Read(byte[] input) => _ = ModelManifest.FromJson(input).ToJson();

    public override bool IsRefusal(Exception exception) => exception is ModelFormatException;

    private static byte[] Encode(ModelManifest manifest) => Encoding.UTF8.GetBytes(manifest.ToJson());
}
