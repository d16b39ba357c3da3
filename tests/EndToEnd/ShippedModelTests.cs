using System.Globalization;
using VqVae.Models;
using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.EndToEnd;

/// <summary>The model in the repository, which <c>vqcodec</c> uses when none is named.</summary>
public class ShippedModelTests
{
    /// <summary>Both fp32 graphs together; the entropy coder's tables are beside them.</summary>
    private const long MaxBytes = 16_000_000;

    private static readonly int[] Qualities = [1, 35, 70, 100];

    private static readonly string Folder = Path.Combine(SharedData.RepositoryRoot, "models", DefaultModel.Name);

    [Fact]
    public void Manifest_OfTheShippedModel_IsCompleteAndMatchesItsFiles()
    {
        var manifest = ModelManifest.Load(Folder);

        Assert.Equal(DefaultModel.Name, manifest.Name);
        Assert.Equal(Preset.Photo.Model, manifest.Spec);
        Assert.True(manifest.Verification.Verified);
        Assert.InRange(manifest.Verification.MaxPixelDifference ?? 255, 0, 1);
        Assert.True(manifest.Provenance is { Trainer: not null, Preset: "photo", Data: not null, Images: > 0, Steps: > 0, Batch: > 0, Seed: not null, Metrics.Count: > 0 }, manifest.ToJson());
        Assert.False(string.IsNullOrWhiteSpace(manifest.License?.Model));
        Assert.False(string.IsNullOrWhiteSpace(manifest.License?.Data));
        Assert.InRange(new[] { ModelManifest.EncoderFileName, ModelManifest.DecoderFileName }.Sum(name => (long)manifest.ReadFile(Folder, name).Length), 1, MaxBytes);
        foreach (var name in manifest.Files.Keys) Assert.NotEmpty(manifest.ReadFile(Folder, name));
        Assert.Equal([GraphPrecision.Fp16, GraphPrecision.Int8], manifest.Variants!.Keys.Order());
    }

    [Fact]
    public void ModelCard_OfTheShippedModel_SaysWhatTheManifestSays()
    {
        var (card, manifest) = (File.ReadAllText(Path.Combine(Folder, "README.md")), ModelManifest.Load(Folder));
        Assert.Contains(manifest.Id, card, StringComparison.Ordinal);
        Assert.Contains(manifest.License!.Model, card, StringComparison.Ordinal);
        Assert.Contains(manifest.Provenance!.Steps!.Value.ToString("N0", CultureInfo.InvariantCulture).Replace(",", "", StringComparison.Ordinal), card.Replace(",", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void Quality_OnKodak_IsAsPromised()
    {
        if (SharedData.Folder("kodak") is not { } kodak) return;
        using var codec = Load(VqPrecision.Fp32);
        var pictures = Directory.GetFiles(kodak, "*.png").Select(Picture.Load).ToList();
        Assert.Equal(24, pictures.Count);
        AssertQuality(codec, pictures, quality: 56, minPsnr: 28.1, maxBitsPerPixel: 0.161);
        AssertQuality(codec, pictures, quality: 89, minPsnr: 31.5, maxBitsPerPixel: 0.435);
    }

    /// <summary>Bits are the same, so that the loss of PSNR at a quality is one at equal rate.</summary>
    [Theory]
    [InlineData(VqPrecision.Int8, 0.15)]
    [InlineData(VqPrecision.Fp16, 0.01)]
    public void Quality_OfTheOtherPrecisions_IsNearTheReference(VqPrecision precision, double mostLost)
    {
        using var reference = Load(VqPrecision.Fp32);
        using var codec = Load(precision);
        Assert.Equal(precision, codec.Precision);
        var pictures = SharedData.Folder("kodak") is { } kodak && precision == VqPrecision.Int8
            ? Directory.GetFiles(kodak, "*.png").Order(StringComparer.Ordinal).Take(8).Select(Picture.Load).ToList()
            : [.. Enumerable.Range(0, 4).Select(seed => Picture.Drawn(320, 256, seed))];
        foreach (var quality in Qualities)
        {
            var (expected, found) = (Measure(reference, pictures, quality), Measure(codec, pictures, quality));
            Assert.InRange(expected.Psnr - found.Psnr, -mostLost, mostLost);
            Assert.Equal(expected.BitsPerPixel, found.BitsPerPixel, 0.01 * expected.BitsPerPixel);
        }
    }

    [Theory]
    [InlineData(VqPrecision.Fp32)]
    [InlineData(VqPrecision.Int8)]
    public void Quality_OnDrawnPictures_IsFairAndRisesWithIt(VqPrecision precision)
    {
        using var codec = Load(precision);
        var pictures = Enumerable.Range(0, 4).Select(seed => Picture.Drawn(320, 256, seed)).ToList();
        var measured = Qualities.Select(quality => Measure(codec, pictures, quality)).ToList();
        for (var i = 1; i < measured.Count; i++)
        {
            Assert.InRange(measured[i].Psnr, measured[i - 1].Psnr + 0.5, 50);
            Assert.InRange(measured[i].BitsPerPixel, measured[i - 1].BitsPerPixel * 1.1, 8);
        }

        // Hard edges and noise in every picture: far harder than photographs.
        Assert.InRange(measured[0].Psnr, 16, 45);
        Assert.InRange(measured[^1].Psnr, 20, 50);
    }

    [Fact]
    public void Demo_WithoutAModelNamed_UsesItAndLeavesAPictureToOpen()
    {
        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string?> { [DefaultModel.EnvironmentVariable] = null };

        var demo = ToolProcess.Run("vqcodec", ["demo"], environment: environment, workingFolder: folder.Path);

        Assert.True(demo.ExitCode == 0, demo.ToString());
        Assert.Contains(ModelManifest.Load(Folder).Id, demo.Text, StringComparison.Ordinal);
        Assert.Contains("dB", demo.Text, StringComparison.Ordinal);
        string Output(string name) => Path.Combine(folder["vqcodec-demo"], name);
        var (original, decoded) = (Picture.Load(Output("sample.png")), Picture.Load(Output("decoded.png")));
        Assert.InRange(original.Psnr(decoded), 24, 60);
        Assert.True(Picture.Load(Output("side-by-side.png")).Width >= 2 * original.Width);
        Assert.InRange(8.0 * new FileInfo(Output("sample.vq")).Length / (original.Width * original.Height), 0.3, 0.65);
    }

    private static VqCodec Load(VqPrecision precision) => VqCodec.Load(Folder, new VqCodecOptions { Device = VqDevice.Cpu, Precision = precision });

    private static void AssertQuality(VqCodec codec, IReadOnlyList<Picture> pictures, int quality, double minPsnr, double maxBitsPerPixel)
    {
        var (psnr, bitsPerPixel) = Measure(codec, pictures, quality);
        Assert.True(psnr >= minPsnr && bitsPerPixel <= maxBitsPerPixel, FormattableString.Invariant(
            $"quality {quality}: expected at least {minPsnr} dB at no more than {maxBitsPerPixel} bpp, got {psnr:0.00} dB at {bitsPerPixel:0.0000} bpp"));
    }

    /// <summary>Averages over the pictures; whole files count.</summary>
    private static (double Psnr, double BitsPerPixel) Measure(VqCodec codec, IReadOnlyList<Picture> pictures, int quality)
    {
        double psnr = 0, bitsPerPixel = 0;
        foreach (var picture in pictures)
        {
            var vq = codec.Compress(picture.Rgb, picture.Width, picture.Height, options: new VqCompressOptions { Quality = quality });
            psnr += picture.Psnr(picture with { Rgb = codec.Decompress(vq).Pixels });
            bitsPerPixel += 8.0 * vq.Length / (picture.Width * picture.Height);
        }

        return (psnr / pictures.Count, bitsPerPixel / pictures.Count);
    }
}
