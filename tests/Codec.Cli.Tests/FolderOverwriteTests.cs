using VqVae.Codec.Cli.Coding;
using VqVae.Codec.Cli.CommandLine;
using VqVae.Codec.Cli.Images;
using VqVae.CommandLine;
using VqVae.Imaging;
using VqVae.Models;
using VqVae.Runtime;
using VqVae.TestSupport;
using static VqVae.Codec.Cli.Tests.VqCodecTool;

namespace VqVae.Codec.Cli.Tests;

/// <summary>What a run over a folder replaces, and what it never does without being forced to.</summary>
[Collection(TinyModelGroup.Name)]
public sealed class FolderOverwriteTests(TinyModel model) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Decompress_BesideTheOriginals_NeverReplacesThem()
    {
        MakePicture("photos/a.png", seed: 1);
        MakePicture("photos/b.png", seed: 2);
        var originals = (A: File.ReadAllBytes(_folder["photos/a.png"]), B: File.ReadAllBytes(_folder["photos/b.png"]));
        Do(0, "compress", "photos", "photos");

        // One .vq file is of the original's time, the other is newer than it, as one that was copied here is.
        File.SetLastWriteTimeUtc(_folder["photos/b.vq"], DateTime.UtcNow.AddHours(1));
        var error = Do(ExitCode.SomeFailed, "decompress", "photos", "photos");
        Assert.Contains($"{_folder["photos/b.png"]} exists", error, StringComparison.Ordinal);
        Assert.Contains("--force replaces it", error, StringComparison.Ordinal);
        Assert.Equal(originals.A, File.ReadAllBytes(_folder["photos/a.png"]));
        Assert.Equal(originals.B, File.ReadAllBytes(_folder["photos/b.png"]));

        Do(0, "decompress", "photos", "photos", "--force");
        Assert.NotEqual(originals.B, File.ReadAllBytes(_folder["photos/b.png"]));
    }

    [Fact]
    public void Compress_TargetThatIsNoVqFile_IsListedAndKept()
    {
        MakePicture("in/a.png", seed: 1);
        MakePicture("in/b.png", seed: 2);
        Directory.CreateDirectory(_folder["out"]);
        File.WriteAllText(_folder["out/a.vq"], "somebody's notes");
        File.WriteAllText(_folder["out/b.vq"], "");
        foreach (var name in Names(_folder["out"])) File.SetLastWriteTimeUtc(_folder[$"out/{name}"], DateTime.UtcNow.AddDays(-1));
        var error = Do(ExitCode.SomeFailed, "compress", "in", "out");
        Assert.Contains("2 of 2 files failed", error, StringComparison.Ordinal);
        Assert.Equal("somebody's notes", File.ReadAllText(_folder["out/a.vq"]));
        Assert.Empty(File.ReadAllBytes(_folder["out/b.vq"]));
        Do(0, "compress", "in", "out", "--force");
        VqFile.Verify(File.ReadAllBytes(_folder["out/a.vq"]));
    }

    [Fact]
    public void Compress_AnotherFolderOfTheSameNames_IsNotTakenForDone()
    {
        MakePicture("c1/a.png", seed: 1);
        MakePicture("c2/a.png", seed: 2);
        File.SetLastWriteTimeUtc(_folder["c2/a.png"], DateTime.UtcNow.AddDays(-3));
        Do(0, "compress", "c1", "out");
        var first = File.ReadAllBytes(_folder["out/a.vq"]);
        Assert.Contains("files:     1 done", Do(0, "compress", "c2", "out"), StringComparison.Ordinal);
        Assert.NotEqual(first, File.ReadAllBytes(_folder["out/a.vq"]));
        Assert.Contains("1 done before", Do(0, "compress", "c2", "out"), StringComparison.Ordinal);
    }

    [Fact]
    public void Decompress_AnotherFolderOfTheSameNames_IsRefused()
    {
        MakePicture("c1/a.png", seed: 1);
        MakePicture("c2/a.png", seed: 2);
        File.SetLastWriteTimeUtc(_folder["c2/a.png"], DateTime.UtcNow.AddDays(-3));
        Do(0, "compress", "c1", "v1");
        Do(0, "compress", "c2", "v2");
        Do(0, "decompress", "v1", "out");
        var first = File.ReadAllBytes(_folder["out/a.png"]);
        Assert.Contains("exists", Do(ExitCode.SomeFailed, "decompress", "v2", "out"), StringComparison.Ordinal);
        Assert.Equal(first, File.ReadAllBytes(_folder["out/a.png"]));
        Assert.Contains("1 done before", Do(0, "decompress", "v1", "out"), StringComparison.Ordinal);
    }

    [Fact]
    public void Results_OfAFolder_HaveTheTimeOfTheirSources()
    {
        MakePicture("in/a.png", seed: 1);
        var time = new DateTime(2019, 5, 4, 3, 2, 1, 250, DateTimeKind.Utc);
        File.SetLastWriteTimeUtc(_folder["in/a.png"], time);
        Do(0, "compress", "in", "out");
        Do(0, "decompress", "out", "back");
        Assert.Equal(time, File.GetLastWriteTimeUtc(_folder["out/a.vq"]));
        Assert.Equal(time, File.GetLastWriteTimeUtc(_folder["back/a.png"]));
    }

    [Fact]
    public void Run_VerifyingFails_WritesNothing()
    {
        MakePicture("a.png", seed: 1);
        using var run = new InProcess();
        using var codec = VqCodec.Load(model.Folder);
        var (content, picture) = (PictureContent.OfFile(_folder["a.png"]), new PictureOptions());
        using var reader = PictureReader.Open(content, picture);
        var output = OutputFile.Check(_folder["a.vq"], _folder["a.png"], overwrite: false, run.Terminal());

        // The second reading, which the result is compared with, finds another file in the picture's place.
        File.WriteAllText(_folder["other"], "no picture any more, and longer than the few bytes that tell its kind");
        File.Move(_folder["other"], _folder["a.png"], overwrite: true);
        Assert.Throws<ImageException>(() => PictureCompressor.Run(codec, content, reader, output, new VqCompressOptions(), picture, verify: true, CancellationToken.None));
        Assert.Equal(["a.png"], Names(_folder.Path));
    }

    [Fact]
    public void Compress_LeftoversOfKilledRuns_AreRemovedForSkippedFilesAndSingleOnes()
    {
        MakePicture("in/a.png", seed: 1);
        Do(0, "compress", "in", "out");
        Leave("out/a.vq");
        Leave("single.vq");
        Assert.Equal(2, Names(_folder["out"]).Length);
        Assert.Contains("1 done before", Do(0, "compress", "in", "out"), StringComparison.Ordinal);
        Assert.Equal(["a.vq"], Names(_folder["out"]));
        Do(0, "compress", "in/a.png", "single.vq", "--force");
        Assert.Equal(["in", "out", "single.vq"], Names(_folder.Path));
    }

    /// <summary>Leaves a temporary file as a killed process does, and the file as it was.</summary>
    private void Leave(string name) => AtomicFile.Write(_folder[name], stream =>
    {
        var temporary = Directory.GetFiles(Path.GetDirectoryName(_folder[name])!, ".*.tmp").Single();
        File.WriteAllText($"{temporary[..^20]}{new string('f', 16)}.tmp", "half");
        if (File.Exists(_folder[name])) stream.Write(File.ReadAllBytes(_folder[name]));
    }, modified: File.Exists(_folder[name]) ? File.GetLastWriteTimeUtc(_folder[name]) : null);

    private void MakePicture(string name, int seed)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllBytes(_folder[name], Pictures.Png(seed));
    }

    private string Do(int exitCode, string command, string input, string output, params string[] options)
    {
        using var run = new InProcess();
        var code = run.Run([command, _folder[input], "-o", _folder[output], "--model", model.Folder, .. options]);
        Assert.True(code == exitCode, $"exit code {code}\n{run.Output}\n{run.Error}");
        return exitCode == 0 ? run.Output : run.Error;
    }
}
