using VqVae.CommandLine;
using VqVae.Exporter.Tests.Reference;
using VqVae.Models;
using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.Exporter.Tests;

/// <summary>Which graphs an export writes.</summary>
public sealed class VariantExportTests : IDisposable
{
    private static readonly string[] Fp32Files = ["decoder.onnx", "encoder.onnx"];

    private readonly TemporaryFolder _folder = new();
    private readonly Checkpoint _checkpoint;

    public VariantExportTests()
    {
        RandomCheckpoint.Save(RandomCheckpoint.TinyKlt, seed: 4, _folder["run"]);
        _checkpoint = Checkpoint.Load(Path.Combine(_folder["run"], Checkpoint.FileName));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, "decoder.fp16.onnx decoder.int8.onnx decoder.onnx encoder.fp16.onnx encoder.onnx")]
    [InlineData("fp32", "decoder.onnx encoder.onnx")]
    [InlineData("int8", "decoder.int8.onnx decoder.onnx encoder.onnx")]
    [InlineData("int8, fp16", "decoder.fp16.onnx decoder.int8.onnx decoder.onnx encoder.fp16.onnx encoder.onnx")]
    public void Export_Precisions_WritesTheirGraphsAndDeviations(string? precisions, string files)
    {
        CalibrationFixture.Save(_checkpoint, _folder["run"]);

        var run = Run([.. precisions is null ? Array.Empty<string>() : ["--precision", precisions]]);

        Assert.Equal("", run.Error);
        var manifest = ModelManifest.Load(_folder["m"]);
        Assert.Equal(files.Split(' '), Graphs());
        Assert.All(manifest.Files.Keys, name => Assert.NotEmpty(manifest.ReadFile(_folder["m"], name)));
        var variants = manifest.Variants?.Keys ?? [];
        Assert.Equal(GraphPrecision.All.Where(p => p != GraphPrecision.Fp32 && Graphs().Contains(ModelManifest.DecoderFile(p))), variants);
        Assert.All(variants, precision => Assert.Contains($"{precision}: bytes differ from fp32's by ", run.Output, StringComparison.Ordinal));

        // The id is that of the weights, whatever the graphs compute in.
        Assert.Equal(_checkpoint.Id.ToString(), manifest.Id);
        using var codec = VqCodec.Load(_folder["m"], new VqCodecOptions { Device = VqDevice.Cpu });
        var info = CommandLineRun.Of("info", _folder["m"]).Output;
        Assert.All(Graphs(), name => Assert.Contains($"\n## {name}\n", info, StringComparison.Ordinal));
        Assert.Equal(variants.Contains(GraphPrecision.Int8), info.Contains("\n| int8 | ", StringComparison.Ordinal));
    }

    [Fact]
    public void Export_WithoutCalibration_HasFp32AndSaysSo()
    {
        var run = Run();
        Assert.Contains("no graphs but fp32 ones: the run folder has no calibration.safetensors", run.Output, StringComparison.Ordinal);
        Assert.Equal(Fp32Files, Graphs());
        Assert.Null(ModelManifest.Load(_folder["m"]).Variants);
    }

    [Fact]
    public void Export_PrecisionWithoutCalibration_IsAnErrorAndWritesNothing()
    {
        Run("--precision", "int8").AssertFails(1, "int8: ranges and losses are measured on calibration images");
        Assert.False(Directory.Exists(_folder["m"]));
    }

    [Fact]
    public void Export_ImagesSmallerThanAPosition_HasFp32AndSaysSo()
    {
        CalibrationFixture.Save(_checkpoint, _folder["run"], c => c.Tensors["images"] = (new byte[3 * 7 * 7], [1, 7, 7, 3]));
        Assert.Contains("no graphs but fp32 ones: the images in calibration.safetensors are smaller than 8 pixels", Run().Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("int4")]
    [InlineData("")]
    [InlineData("int8,,fp16")]
    public void Run_UnknownPrecision_IsOneLineAndExitCode2(string list) => Run("--precision", list).AssertFails(ExitCode.Usage, "--precision");

    [Fact]
    public void Export_FewerPrecisionsThanBefore_RemovesTheOthersFiles()
    {
        CalibrationFixture.Save(_checkpoint, _folder["run"]);
        Run();
        Run("--precision", "fp32", "--force");
        Assert.Equal(Fp32Files, Graphs());
    }

    private CommandLineRun Run(params string[] more) => CommandLineRun.Of([_folder["run"], "--out", _folder["m"], "--unverified", "--no-tables", .. more]);

    private string[] Graphs() => [.. Directory.GetFiles(_folder["m"], "*.onnx").Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];
}
