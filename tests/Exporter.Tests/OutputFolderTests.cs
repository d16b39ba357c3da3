using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Exporter.Tests;

public sealed class OutputFolderTests : IDisposable
{
    private static readonly string[] ModelFiles = [ModelManifest.DecoderFileName, ModelManifest.EncoderFileName, ModelManifest.FileName];

    private readonly TemporaryFolder _folder = new();

    public OutputFolderTests() => RandomCheckpoint.Save(RandomCheckpoint.TinyKlt, seed: 1, _folder["run"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Export_NewFolder_HoldsWhatItsManifestSays()
    {
        var written = Export("a/b/tiny");

        var manifest = ModelManifest.Load(_folder["a/b/tiny"]);
        Assert.Equal(ModelFiles, Names("a/b/tiny"));
        Assert.Equal(ModelFiles[..2], manifest.Files.Keys.Order(StringComparer.Ordinal));
        Assert.All(manifest.Files.Keys, name => Assert.NotEmpty(manifest.ReadFile(_folder["a/b/tiny"], name)));
        Assert.Equal("tiny", manifest.Name);
        Assert.Equal(RandomCheckpoint.TinyKlt, manifest.Spec);
        Assert.Equal(Checkpoint.Load(Path.Combine(_folder["run"], Checkpoint.FileName)).Id.ToString(), manifest.Id);
        Assert.Equal("test", manifest.Provenance!.Trainer);
        Assert.False(manifest.Verification.Verified);
        Assert.Null(manifest.License);
        Assert.Equal(written.ToJson(), manifest.ToJson());
        Assert.Equal(["tiny"], Names("a/b"));
    }

    [Fact]
    public void Export_Twice_GivesSameBytes()
    {
        Export("first", new ExportOptions { Unverified = true, Name = "same" });
        Export("second", new ExportOptions { Unverified = true, Name = "same" });
        Assert.All(ModelFiles, name => Assert.Equal(File.ReadAllBytes(Path.Combine(_folder["first"], name)), File.ReadAllBytes(Path.Combine(_folder["second"], name))));
    }

    [Fact]
    public void Export_EmptyFolder_IsUsed()
    {
        Directory.CreateDirectory(_folder["model"]);
        Export("model");
        Assert.Equal(ModelFiles, Names("model"));
    }

    [Fact]
    public void Export_ExistingModel_IsKeptWithoutForce()
    {
        Export("model");
        var before = File.ReadAllText(Path.Combine(_folder["model"], ModelManifest.FileName));
        RandomCheckpoint.Save(RandomCheckpoint.TinyKlt, seed: 2, _folder["run"]);

        Assert.Contains("--force", Assert.Throws<IOException>(() => Export("model")).Message, StringComparison.Ordinal);

        Assert.Equal(before, File.ReadAllText(Path.Combine(_folder["model"], ModelManifest.FileName)));
        Assert.Equal(["model", "run"], Names("."));
    }

    [Fact]
    public void Export_ExistingModelWithForce_IsReplacedAndOtherFilesStay()
    {
        Export("model");
        File.WriteAllText(Path.Combine(_folder["model"], "README.md"), "card");
        Directory.CreateDirectory(Path.Combine(_folder["model"], "samples"));
        RandomCheckpoint.Save(RandomCheckpoint.TinyVqVae, seed: 2, _folder["run"]);

        var manifest = Export("model", new ExportOptions { Unverified = true, Force = true });

        Assert.Equal(manifest.Id, ModelManifest.Load(_folder["model"]).Id);
        Assert.Equal(RandomCheckpoint.TinyVqVae, ModelManifest.Load(_folder["model"]).Spec);
        Assert.Equal("card", File.ReadAllText(Path.Combine(_folder["model"], "README.md")));
        Assert.Equal(["README.md", .. ModelFiles, "samples"], Names("model"));
        Assert.Equal(["model", "run"], Names("."));
    }

    [Fact]
    public void Export_DamagedModelWithForce_IsReplaced()
    {
        Export("model");
        File.WriteAllText(Path.Combine(_folder["model"], ModelManifest.FileName), "{");
        Export("model", new ExportOptions { Unverified = true, Force = true });
        Assert.Equal("model", ModelManifest.Load(_folder["model"]).Name);
        Assert.Equal(ModelFiles, Names("model"));
    }

    [Fact]
    public void Export_LinkToAFolder_ReplacesTheModelBehindIt()
    {
        // Links need a privilege there.
        if (OperatingSystem.IsWindows()) return;
        Export("disk/model");
        Directory.CreateSymbolicLink(_folder["link"], _folder["disk/model"]);
        RandomCheckpoint.Save(RandomCheckpoint.TinyVqVae, seed: 2, _folder["run"]);

        var manifest = Export("link", new ExportOptions { Unverified = true, Force = true });

        Assert.Equal(_folder["disk/model"], new DirectoryInfo(_folder["link"]).LinkTarget);
        Assert.Equal(manifest.Id, ModelManifest.Load(_folder["disk/model"]).Id);
        Assert.Equal(ModelFiles, Names("disk/model"));
        Assert.Equal(["model"], Names("disk"));
    }

    [Fact]
    public void Export_LinkToAnEmptyFolder_IsUsed()
    {
        // Links need a privilege there.
        if (OperatingSystem.IsWindows()) return;
        Directory.CreateDirectory(_folder["disk"]);
        Directory.CreateSymbolicLink(_folder["link"], _folder["disk"]);
        Export("link");
        Assert.Equal(ModelFiles, Names("disk"));
    }

    [Fact]
    public void Export_ReplacedModelHadMoreFiles_TheyAreRemoved()
    {
        var manifest = Export("model");
        var path = Path.Combine(_folder["model"], ModelManifest.FileName);
        File.WriteAllText(Path.Combine(_folder["model"], "tables.bin"), "x");
        File.WriteAllText(path, (manifest with
        {
            Files = new SortedDictionary<string, ManifestFile>(manifest.Files.ToDictionary(), StringComparer.Ordinal) { ["tables.bin"] = new(1, new string('0', 64)) },
        }).ToJson());

        Export("model", new ExportOptions { Unverified = true, Force = true });

        Assert.Equal(ModelFiles, Names("model"));
    }

    [Fact]
    public void Export_ReplacementThatWasKilled_CanBeRepeated()
    {
        Export("model");
        File.Delete(Path.Combine(_folder["model"], ModelManifest.FileName));
        Export("model", new ExportOptions { Unverified = true, Force = true });
        Assert.Equal("model", ModelManifest.Load(_folder["model"]).Name);
    }

    [Theory]
    [InlineData("decoder.onnx", "\n")]
    [InlineData("no/such/folder/decoder.onnx", "new")]
    public void Write_FailsBeforeTheEnd_LeavesTheOldModel(string file, string name)
    {
        var old = Export("model");
        var before = ModelFiles.Select(f => File.ReadAllBytes(Path.Combine(_folder["model"], f))).ToList();

        Assert.ThrowsAny<Exception>(() =>
            new OutputFolder(_folder["model"], force: true).Write([(ModelManifest.EncoderFileName, [1]), (file, [2])], old with { Name = name }));

        Assert.Equal(ModelFiles, Names("model"));
        Assert.Equal(before, ModelFiles.Select(f => File.ReadAllBytes(Path.Combine(_folder["model"], f))));
        Assert.Equal(["model", "run"], Names("."));
    }

    [Fact]
    public void Export_FolderThatIsNoModel_IsNeverReplaced()
    {
        Directory.CreateDirectory(_folder["photos"]);
        File.WriteAllText(Path.Combine(_folder["photos"], "holiday.png"), "x");
        var error = Assert.Throws<IOException>(() => Export("photos", new ExportOptions { Unverified = true, Force = true }));
        Assert.Contains("not a model folder", error.Message, StringComparison.Ordinal);
        Assert.Equal(["holiday.png"], Names("photos"));
    }

    [Fact]
    public void Export_OntoAFile_IsRefused()
    {
        File.WriteAllText(_folder["model"], "x");
        Assert.Contains("is a file", Assert.Throws<IOException>(() => Export("model")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Export_Cancelled_WritesNothing()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.Throws<OperationCanceledException>(() =>
            ModelExporter.Export(_folder["run"], _folder["model"], new ExportOptions { Unverified = true }, cancelled.Token));
        Assert.Equal(["run"], Names("."));
    }

    private ModelManifest Export(string name, ExportOptions? options = null) =>
        ModelExporter.Export(_folder["run"], _folder[name], options ?? new ExportOptions { Unverified = true });

    private string[] Names(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(_folder[folder]).Select(e => Path.GetFileName(e)).Order(StringComparer.Ordinal)];
}
