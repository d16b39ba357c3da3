using VqVae.Exporter.Quality;
using VqVae.Exporter.Variants;
using VqVae.Models;
using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.Exporter.Tests.Reference;

/// <summary>A random model with its fp32 graphs and samples of drawn images, which variants are made from.</summary>
internal sealed class VariantFixture : IDisposable
{
    private const int Images = 6, Side = 48;

    public VariantFixture(string model, int seed = 3)
    {
        Checkpoint = GraphParityTests.Load(RandomCheckpoint.Tiny[model], seed);
        (Encoder, Decoder) = (OnnxModel.Encoder(Checkpoint), OnnxModel.Decoder(Checkpoint));
        Reference = ModelGraphs.Create(Manifest(Checkpoint), Encoder, Decoder, new VqCodecOptions { Device = VqDevice.Cpu });
        var pixels = Enumerable.Range(0, Images).SelectMany(i => DrawnImage.Rgb(Side, Side, i)).ToArray();
        Samples = CalibrationSample.Take(Reference, new CalibrationImages(Images, Side, pixels), CancellationToken.None);
    }

    public Checkpoint Checkpoint { get; }

    public byte[] Encoder { get; }

    public byte[] Decoder { get; }

    public ModelGraphs Reference { get; }

    public IReadOnlyList<CalibrationSample> Samples { get; }

    public GraphVariant Build(string precision) => GraphVariant.Build(precision, Checkpoint, Encoder, Reference, Samples, CancellationToken.None);

    public void Dispose() => Reference.Dispose();

    private static ModelManifest Manifest(Checkpoint checkpoint) => new()
    {
        Format = ModelManifest.CurrentFormat,
        Name = "tiny",
        Id = checkpoint.Id.ToString(),
        Producer = "test",
        Spec = checkpoint.Spec,
        Planes = checkpoint.Spec.Planes,
        RatePoints = checkpoint.Spec.RatePoints,
        Files = new Dictionary<string, ManifestFile>(),
        Verification = new ManifestVerification { Verified = false },
    };
}
