using VqVae.Exporter.Tests.Reference;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Exporter.Tests;

public sealed class ModelReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Info_VerifiedModel_SaysWhatItIs()
    {
        var checkpoint = ParityFixture.SaveRun(RandomCheckpoint.TinyKlt, seed: 3, _folder["run"]);
        var manifest = ModelExporter.Export(_folder["run"], _folder["tiny"]);

        var text = Info();

        Assert.StartsWith("# tiny\n", text, StringComparison.Ordinal);
        Assert.Contains($"`{checkpoint.Id}`", text, StringComparison.Ordinal);
        Assert.Contains("| `architecture` | klt |", text, StringComparison.Ordinal);
        Assert.Contains("| `refine_channels` | 16 |", text, StringComparison.Ordinal);
        Assert.All(manifest.Files, f => Assert.Contains($"| {f.Key} | {f.Value.Bytes:N0} | `{f.Value.Sha256}` |", text, StringComparison.Ordinal));

        // 20 codes take 5 bits; one position is 64 pixels.
        Assert.Contains("| `indices` | 8 | 3 | 20 | 5 |", text, StringComparison.Ordinal);
        Assert.Contains("| 1 | 0.0781 |\n| 2 | 0.1562 |\n| 3 | 0.2344 |\n", text, StringComparison.Ordinal);
        var cost = ComputeCost.Of(checkpoint.Spec);
        Assert.Contains($"| encoder, with the codebook search | {cost.Encoder / 1000:F2} |", text, StringComparison.Ordinal);
        Assert.Contains($"| decoder | {cost.Decoder / 1000:F2} |", text, StringComparison.Ordinal);
        Assert.Contains($"| codebooks and code lengths |  | {(3 * 20 * 8) + (3 * 20)} |", text, StringComparison.Ordinal);
        Assert.Contains($"| indices that must agree, and do | {manifest.Verification.IndicesCompared} |", text, StringComparison.Ordinal);
        Assert.Contains("| trainer | test |", text, StringComparison.Ordinal);
        Assert.Contains("## Licence\n\nUnspecified.", text, StringComparison.Ordinal);
        Assert.Contains("ONNX IR version 8, operator set ai.onnx 17", text, StringComparison.Ordinal);
        Assert.Contains("| input | `image` | uint8 | [N, H, W, 3] |", text, StringComparison.Ordinal);
        Assert.Contains("| output | `indices` | int32 | [N, 3, h, w] |", text, StringComparison.Ordinal);
        Assert.Contains("| ArgMin | 3 |", text, StringComparison.Ordinal);
        Assert.Contains("| QuantizeLinear | 1 |", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Info_UnverifiedModelWithLicence_SaysSo()
    {
        RandomCheckpoint.Save(RandomCheckpoint.TinyVqVae, seed: 3, _folder["run"]);
        ModelExporter.Export(_folder["run"], _folder["tiny"], new ExportOptions { Unverified = true, License = new ManifestLicense("MIT", "a | b\n# c") });

        var text = Info();

        Assert.Contains("**Not verified**", text, StringComparison.Ordinal);
        Assert.Contains("## Qualities\n\nNone", text, StringComparison.Ordinal);
        Assert.Contains("Model: MIT. Training images: a | b # c.", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\n# c", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Architecture.Klt)]
    [InlineData(Architecture.VqVae)]
    public void Info_Tables_HaveAsManyCellsInEveryRow(Architecture architecture)
    {
        RandomCheckpoint.Save(architecture == Architecture.Klt ? RandomCheckpoint.TinyKlt : RandomCheckpoint.TinyVqVae, seed: 3, _folder["run"]);
        ModelExporter.Export(_folder["run"], _folder["tiny"], new ExportOptions { Unverified = true });
        foreach (var block in Info().Split("\n\n").Where(b => b.StartsWith('|')))
            Assert.Single(block.TrimEnd('\n').Split('\n').Select(row => row.Replace("\\|", "", StringComparison.Ordinal).Count(c => c == '|')).Distinct());
    }

    [Fact]
    public void Info_DamagedFile_IsOneClearError()
    {
        RandomCheckpoint.Save(RandomCheckpoint.TinyKlt, seed: 3, _folder["run"]);
        ModelExporter.Export(_folder["run"], _folder["tiny"], new ExportOptions { Unverified = true });
        var path = Path.Combine(_folder["tiny"], ModelManifest.DecoderFileName);
        var bytes = File.ReadAllBytes(path);
        bytes[1000] ^= 1;
        File.WriteAllBytes(path, bytes);
        CommandLineRun.Of("info", _folder["tiny"]).AssertFails(1, "decoder.onnx: expected SHA-256");
    }

    [Fact]
    public void Info_NoModelFolder_IsOneClearError() => CommandLineRun.Of("info", _folder.Path).AssertFails(1, "is not a model folder");

    private string Info()
    {
        var run = CommandLineRun.Of("info", _folder["tiny"]);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        return run.Output;
    }
}
