using System.Diagnostics;
using System.Text.Json;
using NetVips;
using VqVae.CommandLine;
using VqVae.TestSupport;
using static VqVae.Codec.Cli.Tests.VqCodecTool;

namespace VqVae.Codec.Cli.Tests;

/// <summary>What is wrong with some of many files is said of these, and the others are done.</summary>
[Collection(TinyModelGroup.Name)]
public sealed class FolderTroubleTests(TinyModel model) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Compress_PictureOfSeveralPages_IsWarnedOfWithItsName()
    {
        MakePicture("in/a.png");
        VqVae.Imaging.Vips.Prepare();
        using (var image = Pictures.RgbImage())
        using (var two = image.Join(image, Enums.Direction.Vertical))
        using (var paged = two.Mutate(m => m.Set(GValue.GIntType, "page-height", Pictures.Height)))
            File.WriteAllBytes(_folder["in/b.tif"], paged.TiffsaveBuffer());

        using var run = new InProcess();
        Assert.Equal(0, Run(run, "compress", "in", "out"));
        Assert.Contains("2 done, 1 warning", run.Output, StringComparison.Ordinal);
        Assert.Equal($"vqcodec: warning: {_folder["in/b.tif"]}: has 2 pages or frames, only the first is read", run.Error.TrimEnd());
        using var quiet = new InProcess();
        Assert.Equal(0, Run(quiet, "compress", "in", "out2", "--quiet"));
        Assert.Empty(quiet.Error);
    }

    [Fact]
    public void Decompress_PartialFolder_WarnsOfFilesThatAreCutShort()
    {
        MakePicture("in/a.png");
        MakePicture("in/b.png");
        using var run = new InProcess();
        Assert.Equal(0, Run(run, "compress", "in", "out"));
        File.WriteAllBytes(_folder["out/b.vq"], File.ReadAllBytes(_folder["out/b.vq"])[..^6]);
        Assert.Equal(0, Run(run, "decompress", "out", "back", "--partial"));
        Assert.Equal($"vqcodec: warning: {_folder["out/b.vq"]}: the file is cut short, 2 of its 3 stages are decoded", run.Error.TrimEnd());
    }

    [Fact]
    public void Compress_PipeAmongPictures_IsListedAndNotWaitedFor()
    {
        if (OperatingSystem.IsWindows()) return;
        MakePicture("in/a.png");
        Pipe("in/x.png");
        var result = ToolProcess.Run("vqcodec", ["compress", "in", "-o", "out"], environment: VqCodecTool.Environment(model.Folder), workingFolder: _folder.Path, timeout: TimeSpan.FromSeconds(60));
        Assert.Equal(ExitCode.SomeFailed, result.ExitCode);
        Assert.Contains("in/x.png: the file is empty, or no regular file", result.Error, StringComparison.Ordinal);
        Assert.Equal(["a.vq"], Names(_folder["out"]));
    }

    [Fact]
    public void VerifyAndInfo_MissingNameAndPipeInAFolder_AreListedAndTheOthersChecked()
    {
        MakePicture("in/a.png");
        using var run = new InProcess();
        Assert.Equal(0, Run(run, "compress", "in", "out"));
        if (!OperatingSystem.IsWindows()) Pipe("out/pipe.vq");
        var failed = OperatingSystem.IsWindows() ? 1 : 2;

        using var verify = new InProcess();
        Assert.Equal(ExitCode.SomeFailed, verify.Run(["verify", _folder["none.vq"], _folder["out"], "--model", model.Folder]));
        Assert.Contains("1 file is intact", verify.Output, StringComparison.Ordinal);
        Assert.Contains("none.vq does not exist", verify.Error, StringComparison.Ordinal);
        Assert.Contains($"{failed} of {failed + 1} files failed", verify.Error, StringComparison.Ordinal);

        using var info = new InProcess();
        Assert.Equal(ExitCode.SomeFailed, info.Run(["info", _folder["none.vq"], _folder["out"], "--json"]));
        using var parsed = JsonDocument.Parse(info.Output);
        var byName = parsed.RootElement.EnumerateArray().ToDictionary(e => Path.GetFileName(e.GetProperty("file").GetString()!));
        Assert.Equal(failed + 1, byName.Count);
        Assert.True(byName["a.vq"].GetProperty("intact").GetBoolean());
        Assert.Contains("does not exist", byName["none.vq"].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains($"{failed} of {failed + 1} files failed", info.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Verify_OnlyNameIsMissing_Fails()
    {
        using var run = new InProcess();
        Assert.Equal(ExitCode.Failed, run.Run(["verify", _folder["none.vq"], "--no-model"]));
        Assert.Equal($"vqcodec: {_folder["none.vq"]} does not exist", run.Error.TrimEnd());
    }

    [Theory]
    [InlineData("no .vq file at all")]
    [InlineData(null)]
    public void InfoJson_OneUnreadableFile_IsAnObjectWithTheError(string? content)
    {
        if (content is not null) File.WriteAllText(_folder["x.png"], content);
        using var run = new InProcess();
        Assert.Equal(ExitCode.Failed, run.Run(["info", _folder["x.png"], "--json"]));
        using var parsed = JsonDocument.Parse(run.Output);
        Assert.False(parsed.RootElement.GetProperty("intact").GetBoolean());
        Assert.Contains("x.png", parsed.RootElement.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.Contains("x.png", run.Error, StringComparison.Ordinal);
    }

    private int Run(InProcess run, string command, string input, string output, params string[] options) =>
        run.Run([command, _folder[input], "-o", _folder[output], "--model", model.Folder, .. options]);

    private void MakePicture(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        File.WriteAllBytes(_folder[name], Pictures.Png(seed: name.Length));
    }

    private void Pipe(string name)
    {
        using var process = Process.Start("mkfifo", [_folder[name]]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
