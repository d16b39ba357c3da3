using VqVae.Exporter.Tests.Reference;
using VqVae.Models;
using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.Exporter.Tests.Tables;

public sealed class TableExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Checkpoint _checkpoint;

    public TableExportTests()
    {
        RandomCheckpoint.Save(RandomCheckpoint.TinyKlt, seed: 4, _folder["run"]);
        _checkpoint = Checkpoint.Load(Path.Combine(_folder["run"], Checkpoint.FileName));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Export_WithCalibration_WritesTablesThatBelongToTheId()
    {
        CalibrationFixture.Save(_checkpoint, _folder["run"]);

        var manifest = Export("m").Manifest;

        var tables = manifest.ReadFile(_folder["m"], ModelManifest.TablesFileName);
        Assert.Equal(_checkpoint.IdWith(tables).ToString(), manifest.Id);
        Assert.NotEqual(_checkpoint.Id.ToString(), manifest.Id);
        using var codec = VqCodec.Load(_folder["m"], new VqCodecOptions { Device = VqDevice.Cpu });
        Assert.Equal(tables, codec.Graphs.Tables!.Write());
        Assert.NotNull(codec.Graphs.Tables.Coder(VqEntropyMode.Static, 0));
        Assert.Null(codec.Graphs.Tables.Coder(VqEntropyMode.Raw, 0));
    }

    [Theory]
    [InlineData(VqEntropyMode.Static)]
    [InlineData(VqEntropyMode.Fast)]
    [InlineData(VqEntropyMode.Dense)]
    public void Compress_EveryMode_IsTheSameImageInFewerBytes(VqEntropyMode mode)
    {
        // Maps of the very image, so that the tables expect what comes.
        var rgb = DrawnImage.Rgb(256, 192, seed: 3);
        CalibrationFixture.Save(_checkpoint, _folder["run"]);
        Export("first");
        using (var codec = VqCodec.Load(_folder["first"], new VqCodecOptions { Device = VqDevice.Cpu }))
        {
            var indices = codec.Graphs.Encode(rgb, 1, 192, 256, rate: 0, lambda: 0)[0];
            CalibrationFixture.Save(_checkpoint, _folder["run"], c => c.Tensors["indices"] = (indices, [1, 3, 24, 32]));
        }

        Export("m");
        using var model = VqCodec.Load(_folder["m"], new VqCodecOptions { Device = VqDevice.Cpu });
        var raw = model.Compress(rgb, 256, 192, options: new VqCompressOptions { EntropyMode = VqEntropyMode.Raw });
        var coded = model.Compress(rgb, 256, 192, options: new VqCompressOptions { EntropyMode = mode });

        Assert.Equal(mode, VqFile.ReadInfo(coded).EntropyMode);
        Assert.InRange(coded.Length, 1, raw.Length * 95 / 100);
        Assert.Equal(model.Decompress(raw).Pixels, model.Decompress(coded).Pixels);
    }

    [Fact]
    public void Export_WithoutCalibration_HasNoTablesAndTheCheckpointsId()
    {
        var run = CommandLineRun.Of(_folder["run"], "--out", _folder["m"], "--unverified");
        AssertNoTables(run, "warning: no tables ('", RunFiles.CalibrationFileName);
    }

    [Fact]
    public void Export_NoTables_HasNoneAndTheCheckpointsId()
    {
        CalibrationFixture.Save(_checkpoint, _folder["run"]);
        AssertNoTables(CommandLineRun.Of(_folder["run"], "--out", _folder["m"], "--unverified", "--no-tables"), "warning: no tables (--no-tables)");
    }

    [Fact]
    public void Export_Twice_GivesTheSameTables()
    {
        CalibrationFixture.Save(_checkpoint, _folder["run"]);
        Export("first");
        Export("second");
        Assert.Equal(ReadTables("first"), ReadTables("second"));
    }

    [Fact]
    public void Export_OtherMaps_GivesAnotherId()
    {
        CalibrationFixture.Save(_checkpoint, _folder["run"]);
        var first = Export("first").Manifest;
        CalibrationFixture.Save(_checkpoint, _folder["run"], c => Array.Fill(c.Values<int>("indices"), 3));
        Assert.NotEqual(first.Id, Export("second").Manifest.Id);
    }

    [Fact]
    public void Export_NoTablesOverAModelWithTables_RemovesThem()
    {
        CalibrationFixture.Save(_checkpoint, _folder["run"]);
        Export("m");
        ModelExporter.Export(_folder["run"], _folder["m"], new ExportOptions { Unverified = true, NoTables = true, Force = true });
        Assert.False(File.Exists(Path.Combine(_folder["m"], ModelManifest.TablesFileName)));
    }

    [Fact]
    public void Load_DamagedTables_IsOneClearError()
    {
        CalibrationFixture.Save(_checkpoint, _folder["run"]);
        Export("m");
        var bytes = ReadTables("m");
        bytes[^1] ^= 1;
        File.WriteAllBytes(Path.Combine(_folder["m"], ModelManifest.TablesFileName), bytes);
        var error = Assert.Throws<ModelFormatException>(() => VqCodec.Load(_folder["m"]));
        Assert.Contains("tables.bin: expected SHA-256", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Info_ModelWithTables_ListsThem()
    {
        CalibrationFixture.Save(_checkpoint, _folder["run"]);
        Export("m");
        var text = CommandLineRun.Of("info", _folder["m"]).Output;
        Assert.Contains($"| tables.bin | {ReadTables("m").Length:N0} |", text, StringComparison.Ordinal);
        Assert.Contains("## tables.bin\n", text, StringComparison.Ordinal);
        Assert.Contains("| 0 | static | 3 | 123 |", text, StringComparison.Ordinal);
        Assert.Contains("| 0 | fast | 3 | ", text, StringComparison.Ordinal);
    }

    private void AssertNoTables(CommandLineRun run, params string[] texts)
    {
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("", run.Error);
        foreach (var text in texts) Assert.Contains(text, run.Output, StringComparison.Ordinal);
        var manifest = ModelManifest.Load(_folder["m"]);
        Assert.Equal(_checkpoint.Id.ToString(), manifest.Id);
        Assert.DoesNotContain(ModelManifest.TablesFileName, manifest.Files.Keys);
        using var codec = VqCodec.Load(_folder["m"], new VqCodecOptions { Device = VqDevice.Cpu });
        Assert.Null(codec.Graphs.Tables);
    }

    private ExportResult Export(string name) =>
        ModelExporter.Run(_folder["run"], _folder[name], new ExportOptions { Unverified = true }, CancellationToken.None);

    private byte[] ReadTables(string name) => File.ReadAllBytes(Path.Combine(_folder[name], ModelManifest.TablesFileName));
}
