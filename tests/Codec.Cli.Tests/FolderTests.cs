using System.Text.Json;
using VqVae.Codec.Cli.Images;
using VqVae.CommandLine;
using VqVae.Models;
using VqVae.Runtime;
using VqVae.TestSupport;
using static VqVae.Codec.Cli.Tests.VqCodecTool;

namespace VqVae.Codec.Cli.Tests;

/// <summary>Folders: results, skipping, failures, shards, reports.</summary>
[Collection(TinyModelGroup.Name)]
public sealed class FolderTests(TinyModel model) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void CompressAndDecompress_FolderOfPictures_GivesWhatSingleFilesGive()
    {
        MakePictures("in/a.png", "in/b.png", "in/deep/c.png");
        using (var image = Pictures.RgbImage(seed: 7)) File.WriteAllBytes(_folder["in/d.jpg"], image.JpegsaveBuffer());
        File.WriteAllText(_folder["in/notes.txt"], "no picture");

        var said = Do(0, "compress", "in", "-o", "out", "--recursive", "--jobs", "3");
        Assert.Equal(["a.vq", "b.vq", "d.vq", "deep"], Names(_folder["out"]));
        Assert.Equal(["c.vq"], Names(_folder["out/deep"]));
        Assert.Contains("files:     4 done", said, StringComparison.Ordinal);
        using (var codec = VqCodec.Load(model.Folder))
            Assert.Equal(codec.Compress(ImageReader.Read(File.ReadAllBytes(_folder["in/deep/c.png"]), "test")), File.ReadAllBytes(_folder["out/deep/c.vq"]));

        Do(0, "decompress", "out", "-o", "back", "--recursive", "--format", "webp");
        Assert.Equal(["a.webp", "b.webp", "d.webp", "deep"], Names(_folder["back"]));
        Do(0, "decompress", "out", "back", "--recursive");
        Do(0, "decompress", "out/deep/c.vq", "-o", "single.png");
        Assert.Equal(File.ReadAllBytes(_folder["single.png"]), File.ReadAllBytes(_folder["back/deep/c.png"]));
    }

    [Fact]
    public void Compress_Again_SkipsWhatIsDoneUnlessItChangedOrIsForced()
    {
        MakePictures("in/a.png", "in/b.png");
        Assert.Contains("2 done", Do(0, "compress", "in", "-o", "out"), StringComparison.Ordinal);
        Assert.Contains("files:     0 done, 2 done before", Do(0, "compress", "in", "-o", "out"), StringComparison.Ordinal);
        MakePictures("in/c.png");
        File.SetLastWriteTimeUtc(_folder["in/a.png"], DateTime.UtcNow.AddMinutes(1));
        Assert.Contains("files:     2 done, 1 done before", Do(0, "compress", "in", "-o", "out"), StringComparison.Ordinal);
        Assert.Contains("files:     3 done", Do(0, "compress", "in", "-o", "out", "--force"), StringComparison.Ordinal);
        Assert.Equal(["a.vq", "b.vq", "c.vq"], Names(_folder["out"]));
    }

    [Fact]
    public void Compress_UnreadableFiles_AreListedAndTheOthersDone()
    {
        MakePictures("in/a.png", "in/d.png");
        File.WriteAllText(_folder["in/b.png"], "no picture");
        File.WriteAllBytes(_folder["in/c.jpg"], []);
        using var run = new InProcess();
        Assert.Equal(ExitCode.SomeFailed, run.Run(["compress", _folder["in"], "-o", _folder["out"], "--model", model.Folder]));
        Assert.Equal(["a.vq", "d.vq"], Names(_folder["out"]));
        Assert.Contains("2 done, 2 failed", run.Output, StringComparison.Ordinal);
        var lines = run.Error.TrimEnd().Split('\n', StringSplitOptions.TrimEntries);
        Assert.Equal(3, lines.Length);
        Assert.Equal($"vqcodec: {_folder["in/b.png"]}: not a PNG, JPEG, WebP or TIFF picture", lines[0]);
        Assert.Equal($"vqcodec: {_folder["in/c.jpg"]}: the file is empty, or no regular file", lines[1]);
        Assert.Equal("vqcodec: 2 of 4 files failed", lines[2]);

        // A rerun tries them again, and nothing else.
        using var again = new InProcess();
        Assert.Equal(ExitCode.SomeFailed, again.Run(["compress", _folder["in"], "-o", _folder["out"], "--model", model.Folder, "--quiet"]));
        Assert.Empty(again.Output);
        Assert.Equal(run.Error, again.Error.Replace("2 of 2", "2 of 4", StringComparison.Ordinal));
    }

    [Fact]
    public void Compress_Shards_TogetherDoEachFileOnce()
    {
        MakePictures([.. Enumerable.Range(0, 9).Select(i => $"in/p{i}.png")]);
        var done = 0;
        for (var i = 0; i < 3; i++)
        {
            var before = Directory.Exists(_folder["out"]) ? Names(_folder["out"]) : [];
            Do(0, "compress", "in", "-o", "out", "--shard", $"{i}/3");
            var after = Directory.Exists(_folder["out"]) ? Names(_folder["out"]) : [];
            Assert.Empty(before.Except(after));
            done += after.Length - before.Length;
        }

        Assert.Equal(9, done);
        Assert.Equal(9, Names(_folder["out"]).Length);
    }

    [Fact]
    public void Compress_CollidingNames_AreRefusedBeforeAnythingIsWritten()
    {
        MakePictures("in/a.png");
        using (var image = Pictures.RgbImage()) File.WriteAllBytes(_folder["in/a.jpg"], image.JpegsaveBuffer());
        Assert.Contains("would both become a.vq", Do(2, "compress", "in", "-o", "out"), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["out"]));
        Do(0, "compress", "in", "-o", "out", "--append");
        Assert.Equal(["a.jpg.vq", "a.png.vq"], Names(_folder["out"]));
    }

    [Fact]
    public void Compress_OptionThatTheModelLacks_FailsOnceAndNotForEachFile()
    {
        MakePictures("in/a.png", "in/b.png");
        Assert.Contains("--rate: model tiny1 has 1, numbered from 0, got 3", Do(2, "compress", "in", "-o", "out", "--rate", "3"), StringComparison.Ordinal);
        Assert.Contains("--stages: model tiny1 has 3", Do(2, "compress", "in", "-o", "out", "--stages", "9"), StringComparison.Ordinal);
        Assert.Contains("--entropy: ", Do(2, "compress", "in", "-o", "out", "--entropy", "dense"), StringComparison.Ordinal);
        Do(0, "compress", "in", "-o", "out", "--entropy", "raw");
    }

    [Fact]
    public void Compress_WhatDoesNotFitFolders_IsAUsageError()
    {
        MakePictures("in/a.png");
        Assert.Contains("do not fit standard output", Do(2, "compress", "in", "-"), StringComparison.Ordinal);
        Assert.Contains("--jobs is for folders", Do(2, "compress", "in/a.png", "-o", "b.vq", "--jobs", "2"), StringComparison.Ordinal);
        File.WriteAllText(_folder["file"], "");
        Assert.Contains("file is a file, expected a folder", Do(1, "compress", "in", "-o", "file"), StringComparison.Ordinal);
    }

    [Fact]
    public void Compress_Cancelled_LeavesCompleteFilesAndSaysHowToGoOn()
    {
        MakePictures([.. Enumerable.Range(0, 6).Select(i => $"in/p{i}.png")]);
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        using var run = new InProcess();
        Assert.Equal(ExitCode.Cancelled, run.Run(["compress", _folder["in"], "-o", _folder["out"], "--model", model.Folder], cancellationToken: cancelled.Token));
        Assert.Contains("run it again to go on", run.Output, StringComparison.Ordinal);
        Assert.Equal("vqcodec: cancelled", run.Error.TrimEnd());
        Assert.False(Directory.Exists(_folder["out"]) && Names(_folder["out"]).Any(n => !n.EndsWith(".vq", StringComparison.Ordinal)));
    }

    [Fact]
    public void Compress_Verbose_SaysALineAFileWithItsPsnr()
    {
        MakePictures("in/a.png", "in/b.png");
        var said = Do(0, "compress", "in", "-o", "out", "--verbose", "--verify");
        Assert.Matches(@"(?m)^b\.png: 61x43, [\d,]+ -> [\d,]+ bytes, [\d.]+ bits per pixel, PSNR [\d.]+ dB", said);
    }

    [Fact]
    public void Compress_OnATerminal_DrawsABarAndLeavesTheSummary()
    {
        MakePictures("in/a.png", "in/b.png");
        using var run = new InProcess(outputIsTerminal: true);
        Assert.Equal(0, run.Run(["compress", _folder["in"], "-o", _folder["out"], "--model", model.Folder]));
        Assert.Contains("files:     2 done", run.Output, StringComparison.Ordinal);
        Assert.Empty(run.Error);
    }

    [Fact]
    public void Info_Folder_IsATableOrJsonWithWhatIsDamaged()
    {
        MakePictures("in/a.png", "in/b.png");
        Do(0, "compress", "in", "-o", "out");
        var vq = File.ReadAllBytes(_folder["out/b.vq"]);
        vq[^10] ^= 4;
        File.WriteAllBytes(_folder["out/b.vq"], vq);
        File.WriteAllText(_folder["out/c.vq"], "no .vq");

        using var run = new InProcess();
        Assert.Equal(ExitCode.SomeFailed, run.Run(["info", _folder["out"]]));
        Assert.DoesNotContain('\u001b', run.Output);
        var rows = run.Output.Split('\n').Where(l => l.StartsWith('|')).Select(l => l.Split('|', StringSplitOptions.TrimEntries)).Skip(2).ToArray();
        Assert.Equal([_folder["out/a.vq"], _folder["out/b.vq"], _folder["out/c.vq"]], rows.Select(r => r[1]));
        Assert.Equal(["ok", "DAMAGED", "DAMAGED"], rows.Select(r => r[^2]));
        Assert.Contains("3 files, ", run.Output, StringComparison.Ordinal);
        Assert.Contains("2 of 3 files failed", run.Error, StringComparison.Ordinal);

        using var json = new InProcess();
        Assert.Equal(ExitCode.SomeFailed, json.Run(["info", _folder["out/a.vq"], _folder["out/c.vq"], "--json"]));
        using var parsed = JsonDocument.Parse(json.Output);
        Assert.Equal(["True", "False"], parsed.RootElement.EnumerateArray().Select(e => e.GetProperty("intact").GetBoolean().ToString()));
        Assert.Equal(61, parsed.RootElement[0].GetProperty("width").GetInt32());
        Assert.Contains("c.vq: ", parsed.RootElement[1].GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_Files_AreCheckedWithTheModelAndWithout()
    {
        MakePictures("in/a.png", "in/b.png");
        Do(0, "compress", "in", "-o", "out");
        Assert.Contains("2 files are intact and decode with model tiny1", Do(0, "verify", "out"), StringComparison.Ordinal);
        Assert.Equal("", Do(0, "verify", "out/a.vq", "--quiet"));
        using var run = new InProcess();
        Assert.Equal(0, run.Run(["verify", "-", "--model", model.Folder], File.ReadAllBytes(_folder["out/a.vq"])));
        Assert.Contains("standard input is intact", run.Output, StringComparison.Ordinal);

        // Another model decodes none of them; without a model they are intact.
        using var other = new InProcess();
        Assert.Equal(ExitCode.SomeFailed, other.Run(["verify", _folder["out"], "--model", model.OtherFolder]));
        Assert.Contains(ModelManifest.Load(model.Folder).Id, other.Error, StringComparison.Ordinal);
        using var none = new InProcess();
        Assert.Equal(0, none.Run(["verify", _folder["out"], "--no-model"]));
        Assert.Contains("2 files are intact", none.Output, StringComparison.Ordinal);

        var vq = File.ReadAllBytes(_folder["out/b.vq"]);
        vq[^10] ^= 4;
        File.WriteAllBytes(_folder["out/b.vq"], vq);
        Assert.Contains("b.vq: ", Do(3, "verify", "out"), StringComparison.Ordinal);
        Assert.Contains("b.vq: ", Do(1, "verify", "out/b.vq"), StringComparison.Ordinal);
        Assert.Contains("none.vq does not exist", Do(1, "verify", "none.vq"), StringComparison.Ordinal);
        Assert.Contains("no .vq files", Do(1, "verify", "in"), StringComparison.Ordinal);
    }

    private void MakePictures(params string[] names)
    {
        foreach (var name in names)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
            File.WriteAllBytes(_folder[name], Pictures.Png(seed: name.Length + name[^5]));
        }
    }

    /// <summary>Runs a command on paths inside the folder and returns what it said.</summary>
    private string Do(int exitCode, params string[] arguments)
    {
        using var run = new InProcess();
        string[] withModel = arguments.Contains("--no-model") || arguments[0] == "info" ? [] : ["--model", model.Folder];
        var paths = arguments.Select((a, i) => i == 0 || a.StartsWith('-') || arguments[i - 1] is "--jobs" or "--format" or "--shard" or "--rate" or "--stages" or "--entropy" ? a : _folder[a]);
        var code = run.Run([.. paths, .. withModel]);
        Assert.True(code == exitCode, $"exit code {code}\n{run.Output}\n{run.Error}");
        return exitCode == 0 ? run.Output : run.Error;
    }
}
