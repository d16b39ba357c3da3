using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.EndToEnd;

/// <summary>A folder of pictures becomes a model, and a picture goes to <c>.vq</c> and back: each tool as its own process.</summary>
public sealed partial class PipelineTests(TrainedKlt klt, TrainedVqVae vqvae) : IClassFixture<TrainedKlt>, IClassFixture<TrainedVqVae>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<Architecture> Architectures => [Architecture.Klt, Architecture.VqVae];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Fit_Finished_RunFolderIsComplete(Architecture architecture)
    {
        var model = Trained(architecture);
        Assert.True(model.Fit.ExitCode == 0, model.Fit.ToString());

        var checkpoint = Checkpoint.Load(Path.Combine(model.Run, Checkpoint.FileName));
        Assert.Equal(architecture, checkpoint.Spec.Architecture);
        Assert.Equal(3, checkpoint.Provenance?.Seed);
        foreach (var name in new[] { RunFiles.ParityFileName, RunFiles.CalibrationFileName })
            Assert.Equal(checkpoint.Id.ToString(), SafetensorsFile.Load(Path.Combine(model.Run, name)).GetMetadata("id"));

        var metrics = File.ReadAllLines(Path.Combine(model.Run, "metrics.csv")).Select(l => l.Split(',')).ToList();
        Assert.InRange(metrics.Count, 3, 100);
        Assert.All(metrics, row => Assert.Equal(metrics[0].Length, row.Length));
        Assert.All(metrics.Skip(1).SelectMany(row => row).Where(cell => cell.Length > 0), cell =>
            Assert.True(double.IsFinite(double.Parse(cell, CultureInfo.InvariantCulture)), cell));
        foreach (var grid in Directory.GetFiles(Path.Combine(model.Run, "samples"), "*.png")) Assert.True(Picture.Load(grid).Width >= 32);
    }

    [Theory]
    [MemberData(nameof(Architectures))]
    public void Exporter_TrainedRun_IsVerifiedAgainstTheTrainer(Architecture architecture)
    {
        var model = Trained(architecture);
        var verification = model.Manifest.Verification;

        Assert.True(verification.Verified);
        Assert.InRange(verification.IndicesCompared ?? 0, 100, long.MaxValue);
        Assert.InRange(verification.IndexAgreement ?? 0, 0.99, 1);
        Assert.InRange(verification.MaxPixelDifference ?? 255, 0, 1);
        var tables = File.ReadAllBytes(Path.Combine(model.Model, ModelManifest.TablesFileName));
        Assert.Equal(Checkpoint.Load(Path.Combine(model.Run, Checkpoint.FileName)).IdWith(tables).ToString(), model.Manifest.Id);
        Assert.Equal(
            ["decoder.fp16.onnx", "decoder.int8.onnx", "decoder.onnx", "encoder.fp16.onnx", "encoder.onnx", "model.json", "tables.bin"],
            Directory.GetFiles(model.Model).Select(Path.GetFileName).Order(StringComparer.Ordinal));

        var info = ToolProcess.Run("exporter", ["info", model.Model]);
        Assert.True(info.ExitCode == 0, info.ToString());
        Assert.Contains(model.Manifest.Id, info.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Exporter_ResultsThatTheGraphsDoNotReach_WritesNothing()
    {
        var manifest = klt.Manifest;
        CopyRun(klt.Run, _folder["run"], (name, data) =>
        {
            if (!name.Contains("reconstruction", StringComparison.Ordinal)) return;
            for (var i = 0; i < data.Length; i++) data[i] = (byte)(255 - data[i]);
        });

        var export = ToolProcess.Run("exporter", [_folder["run"], "--out", _folder["model"]]);

        AssertFailed(export, "exporter: ");
        Assert.False(Directory.Exists(_folder["model"]));
        Assert.Equal(["run"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));
        Assert.True(manifest.Verification.Verified);
    }

    [Theory]
    [InlineData(Architecture.Klt, 1)]
    [InlineData(Architecture.Klt, 2)]
    [InlineData(Architecture.Klt, null)]
    [InlineData(Architecture.VqVae, null)]
    public void Codec_ThereAndBack_HasTheComputedSizeAndAFairPicture(Architecture architecture, int? stages)
    {
        var model = Trained(architecture);
        var (manifest, picture) = (model.Manifest, Picture.Unseen());
        picture.Save(_folder["in.png"]);
        string[] chosen = stages is { } n ? ["--stages", n.ToString(CultureInfo.InvariantCulture)] : [];

        var compress = Run("vqcodec", ["compress", _folder["in.png"], _folder["a.vq"], "--model", model.Model, "--verify", .. chosen]);
        Run("vqcodec", ["decompress", _folder["a.vq"], _folder["out.png"], "--model", model.Model]);
        var info = Run("vqcodec", ["info", _folder["a.vq"], "--json"]);

        // Raw files have a computed size; others are smaller, or a byte of flags larger where no block gains from its mode.
        var raw = ExpectedBytes(picture, manifest.Spec, stages ?? manifest.Spec.Stages);
        Run("vqcodec", ["compress", _folder["in.png"], _folder["raw.vq"], "--model", model.Model, "--entropy", "raw", .. chosen]);
        Assert.Equal(raw, new FileInfo(_folder["raw.vq"]).Length);
        var bytes = new FileInfo(_folder["a.vq"]).Length;
        Assert.InRange(bytes, 24, raw + 1);
        using (var json = JsonDocument.Parse(info.Output))
        {
            var root = json.RootElement;
            Assert.Equal((picture.Width, picture.Height), (root.GetProperty("width").GetInt32(), root.GetProperty("height").GetInt32()));
            Assert.Equal(manifest.Id, root.GetProperty("model_id").GetString());
            Assert.Equal(stages ?? manifest.Spec.Stages, root.GetProperty("stages").GetInt32());
            Assert.Equal(bytes, root.GetProperty("bytes").GetInt64());
            Assert.Equal(8.0 * bytes / (picture.Width * picture.Height), root.GetProperty("bits_per_pixel").GetDouble(), 4);
            Assert.True(root.GetProperty("intact").GetBoolean());
        }

        var decoded = Picture.Load(_folder["out.png"]);
        var psnr = picture.Psnr(decoded);
        Assert.InRange(psnr, picture.Psnr(picture.Flat()) + 3, 60);
        var printed = double.Parse(PrintedPsnr().Match(compress.Text + compress.Error).Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.Equal(psnr, printed, 0.011);
    }

    [Fact]
    public void Codec_MoreStages_GiveABetterPicture()
    {
        _ = klt.Manifest;
        var picture = Picture.Unseen();
        picture.Save(_folder["in.png"]);
        Run("vqcodec", ["compress", _folder["in.png"], _folder["a.vq"], "--model", klt.Model]);
        var psnr = new List<double>();
        foreach (var stages in new[] { "1", "2", "3" })
        {
            Run("vqcodec", ["decompress", _folder["a.vq"], _folder["out.png"], "--stages", stages, "--force", "--model", klt.Model]);
            psnr.Add(picture.Psnr(Picture.Load(_folder["out.png"])));
        }

        Assert.True(psnr[0] < psnr[1] && psnr[1] < psnr[2], string.Join(" dB, ", psnr));
    }

    [Fact]
    public void Codec_StandardInputAndOutput_GiveTheSameBytesAsFiles()
    {
        _ = klt.Manifest;
        Picture.Drawn(61, 47, 5).Save(_folder["in.png"]);
        Run("vqcodec", ["compress", _folder["in.png"], _folder["a.vq"], "--model", klt.Model]);
        Run("vqcodec", ["decompress", _folder["a.vq"], _folder["out.png"], "--model", klt.Model]);

        var vq = Run("vqcodec", ["compress", "-", "-", "--model", klt.Model], File.ReadAllBytes(_folder["in.png"])).Output;
        Assert.Equal(File.ReadAllBytes(_folder["a.vq"]), vq);
        var png = Run("vqcodec", ["decompress", "-", "-", "--model", klt.Model], vq).Output;
        Assert.Equal(File.ReadAllBytes(_folder["out.png"]), png);
    }

    [Fact]
    public void Codec_FileOfAnotherModel_IsRefusedWithBothIds()
    {
        var (own, other) = (klt.Manifest.Id, vqvae.Manifest.Id);
        Picture.Drawn(40, 40, 6).Save(_folder["in.png"]);
        Run("vqcodec", ["compress", _folder["in.png"], _folder["a.vq"], "--model", klt.Model]);

        var result = ToolProcess.Run("vqcodec", ["decompress", _folder["a.vq"], _folder["out.png"], "--model", vqvae.Model]);

        AssertFailed(result, "vqcodec: ");
        Assert.Contains(own, result.Error, StringComparison.Ordinal);
        Assert.Contains(other, result.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["out.png"]));
    }

    [Fact]
    public void Codec_DamagedFileOrModel_FailsAndLeavesNoOutput()
    {
        _ = klt.Manifest;
        Picture.Drawn(40, 40, 7).Save(_folder["in.png"]);
        Run("vqcodec", ["compress", _folder["in.png"], _folder["a.vq"], "--model", klt.Model]);
        var vq = File.ReadAllBytes(_folder["a.vq"]);
        File.WriteAllBytes(_folder["short.vq"], vq[..^1]);
        vq[^6] ^= 1;
        File.WriteAllBytes(_folder["flipped.vq"], vq);
        foreach (var file in Directory.GetFiles(klt.Model)) File.Copy(file, Path.Combine(Directory.CreateDirectory(_folder["bad"]).FullName, Path.GetFileName(file)));

        // Whichever the machine prefers.
        foreach (var path in Directory.GetFiles(_folder["bad"], "decoder*.onnx"))
        {
            var decoder = File.ReadAllBytes(path);
            decoder[decoder.Length / 2] ^= 1;
            File.WriteAllBytes(path, decoder);
        }

        foreach (var (file, model) in new[] { ("short.vq", klt.Model), ("flipped.vq", klt.Model), ("a.vq", _folder["bad"]) })
        {
            AssertFailed(ToolProcess.Run("vqcodec", ["decompress", _folder[file], _folder["out.png"], "--model", model]), "vqcodec: ");
            Assert.False(File.Exists(_folder["out.png"]));
        }
    }

    private TrainedModel Trained(Architecture architecture) => architecture == Architecture.Klt ? klt : vqvae;

    private static ToolResult Run(string tool, string[] arguments, byte[]? input = null)
    {
        var result = ToolProcess.Run(tool, arguments, input);
        Assert.True(result.ExitCode == 0, $"{tool} {string.Join(' ', arguments)}: {result}");
        return result;
    }

    private static void AssertFailed(ToolResult result, string prefix)
    {
        Assert.True(result.ExitCode == 1, result.ToString());
        Assert.StartsWith(prefix, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }

    /// <summary>The size of a <c>.vq</c> file as docs/vq-format.md gives it: header, raw indices in whole bytes a stage, checksum.</summary>
    private static long ExpectedBytes(Picture picture, ModelSpec spec, int stages)
    {
        static int Blocks(int pixels, int stride) => (pixels + stride - 1) / stride;
        static int Varint(int value) => value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : 3;
        var bits = (int)Math.Ceiling(Math.Log2(spec.Codes));
        long stage = ((Blocks(picture.Width, spec.Stride) * Blocks(picture.Height, spec.Stride) * bits) + 7) / 8;
        var header = 3 + 1 + Varint(picture.Width) + Varint(picture.Height) + 1 + 8 + 1 + 1;
        return header + (stages * stage) + 4;
    }

    /// <summary>A run folder with edited parity results.</summary>
    private static void CopyRun(string from, string to, Action<string, byte[]> edit)
    {
        Directory.CreateDirectory(to);
        File.Copy(Path.Combine(from, Checkpoint.FileName), Path.Combine(to, Checkpoint.FileName));
        var parity = SafetensorsFile.Load(Path.Combine(from, RunFiles.ParityFileName));
        var writer = new SafetensorsWriter();
        foreach (var (key, value) in parity.Metadata) writer.Metadata[key] = value;
        foreach (var (name, tensor) in parity.Tensors)
        {
            long[] shape = [.. tensor.Shape];
            if (tensor.Type == TensorType.Float32)
            {
                writer.Add(name, tensor.Values<float>(), shape);
            }
            else if (tensor.Type == TensorType.Int32)
            {
                writer.Add(name, tensor.Values<int>(), shape);
            }
            else
            {
                var data = tensor.Values<byte>().ToArray();
                edit(name, data);
                writer.Add<byte>(name, data, shape);
            }
        }

        writer.Save(Path.Combine(to, RunFiles.ParityFileName));
    }

    [GeneratedRegex(@"PSNR ([0-9.]+) dB")]
    private static partial Regex PrintedPsnr();
}
