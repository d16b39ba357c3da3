using System.Globalization;
using System.Text.Json;
using VqVae.CommandLine;
using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.Codec.Cli.Tests;

/// <summary>What is measured and printed; how fast it is, no test asks.</summary>
[Collection(TinyModelGroup.Name)]
public sealed class BenchCommandTests(TinyModel model)
{
    private static readonly string[] Parts = ["encoder", "search", "decoder"];

    [Fact]
    public void Bench_Json_HasEveryPartWithItsLimit()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["in.png"], Pictures.Png());
        using var run = new InProcess();
        Assert.Equal(ExitCode.Ok, run.Run(["bench", folder["in.png"], "--model", model.Folder, "--rounds", "3", "--device", "cpu", "--json"]));
        using var json = JsonDocument.Parse(run.Output);
        var root = json.RootElement;
        Assert.Equal("vqcodec-bench/1", root.GetProperty("format").GetString());
        Assert.Equal((Pictures.Width, Pictures.Height), (root.GetProperty("width").GetInt32(), root.GetProperty("height").GetInt32()));
        Assert.Equal(("fp32", "cpu"), (root.GetProperty("precision").GetString(), root.GetProperty("device").GetString()));
        Assert.True(root.GetProperty("peak_operations_per_second").GetDouble() > 0);

        using var codec = VqCodec.Load(model.Folder, new VqCodecOptions { Device = VqDevice.Cpu });
        var raw = codec.Compress(Images.ImageReader.Read(Pictures.Png(), "test"), new VqCompressOptions { EntropyMode = VqEntropyMode.Raw });
        Assert.Equal(8.0 * raw.Length / (Pictures.Width * Pictures.Height), root.GetProperty("bits_per_pixel").GetProperty("raw").GetDouble(), 4);

        var parts = root.GetProperty("parts").EnumerateArray().ToDictionary(p => p.GetProperty("name").GetString()!);
        Assert.All(parts.Values, part => Assert.True(part.GetProperty("megapixels_per_second").GetDouble() > 0));
        foreach (var name in Parts) Assert.Equal("arithmetic at the peak", parts[name].GetProperty("limit_is").GetString());

        // Peak and limit are the same figure in two units: multiply-accumulates a second over those that a pixel takes.
        var cost = Models.ComputeCost.Of(codec.Manifest.Spec);
        var limit = root.GetProperty("peak_operations_per_second").GetDouble() / cost.Decoder / 1e6;
        Assert.Equal(1, parts["decoder"].GetProperty("limit").GetDouble() / limit, 0.01);
        Assert.Contains("read_png", parts.Keys);
        Assert.Contains("write_png", parts.Keys);
    }

    [Fact]
    public void Bench_WithoutJson_PrintsATable()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["in.png"], Pictures.Png());
        using var run = new InProcess();
        Assert.Equal(ExitCode.Ok, run.Run(["bench", folder["in.png"], "--model", model.Folder, "--rounds", "3"]));
        foreach (var name in (string[])["encoder graph", "search for codes", "decoder graph", "read PNG", "Medians of 3 rounds", "tiny1"])
            Assert.Contains(name, run.Output, StringComparison.Ordinal);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"{Pictures.Width}x{Pictures.Height}"), run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--rounds: expected 3 to 1000, got 2", "--rounds", "2")]
    [InlineData("--quality: expected 1 to 100, got 0", "--quality", "0")]
    [InlineData("--precision: expected auto, fp32, fp16 or int8, got 'bf16'", "--precision", "bf16")]
    public void Bench_WrongOption_SaysWhatIsExpected(string message, params string[] options)
    {
        using var run = new InProcess();
        Assert.Equal(ExitCode.Usage, run.Run(["bench", "--model", model.Folder, .. options]));
        Assert.Contains(message, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Compress_PrecisionThatTheModelLacks_SaysHowToGetIt()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["in.png"], Pictures.Png());
        using var run = new InProcess();
        Assert.Equal(ExitCode.Usage, run.Run(["compress", folder["in.png"], folder["out.vq"], "--model", model.Folder, "--precision", "int8", "--device", "cpu"]));
        Assert.StartsWith("vqcodec: --precision: the model 'tiny1' has no int8 graphs, only fp32; export it with --precision int8", run.Error, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["out.vq"]));
    }
}
