using System.Text.Json;
using VqVae.Codec.Cli.Images;
using VqVae.CommandLine;
using VqVae.Runtime;
using VqVae.TestSupport;
using static VqVae.Codec.Cli.Tests.VqCodecTool;

namespace VqVae.Codec.Cli.Tests;

/// <summary>The built program as a process: what works.</summary>
[Collection(TinyModelGroup.Name)]
public sealed class RoundTripProcessTests(TinyModel model)
{
    [Fact]
    public void Compress_LeavesNothingInTheCacheFolder()
    {
        // What ONNX Runtime's telemetry would do, whose identifier and database lie there; it looks for signs of a build server, too.
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["in.png"], Pictures.Png());
        Directory.CreateDirectory(folder["cache"]);
        var environment = new Dictionary<string, string?>(VqCodecTool.Environment(model.Folder)) { ["XDG_CACHE_HOME"] = folder["cache"], ["HOME"] = folder["cache"], ["ORT_DISABLE_TELEMETRY"] = null };
        foreach (var name in (string[])["CI", "TF_BUILD", "GITHUB_ACTIONS", "GITLAB_CI", "JENKINS_URL", "BUILD_ID", "BUILD_BUILDID"]) environment[name] = null;
        var result = ToolProcess.Run("vqcodec", ["compress", "in.png", "out.vq"], environment: environment, workingFolder: folder.Path);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.DoesNotContain(Directory.EnumerateFileSystemEntries(folder["cache"], "*", SearchOption.AllDirectories), path => path.Contains("onnx", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void CompressInfoDecompress_Png_GivesWhatTheLibraryGives()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["in.png"], Pictures.Png());

        var said = Succeed(Run(model, folder, "compress", "in.png", "out.vq", "--verify"));
        var vq = File.ReadAllBytes(folder["out.vq"]);
        using var codec = VqCodec.Load(model.Folder);
        var image = ImageReader.Read(Pictures.Png(), "test");
        Assert.Equal(codec.Compress(image), vq);

        var decoded = codec.Decompress(vq);
        Assert.Contains($"{vq.Length} bytes, {CommandLine.Figures.BitsPerPixel(vq.Length, Pictures.Width * Pictures.Height)} bits per pixel", said, StringComparison.Ordinal);
        Assert.Contains($"PSNR {CommandLine.Figures.Decibels(Psnr.Compute(image, decoded))}", said, StringComparison.Ordinal);
        Assert.Contains("tiny1", said, StringComparison.Ordinal);

        Succeed(Run(model, folder, "decompress", "out.vq", "back.png"));
        Assert.Equal(decoded.Pixels, ImageReader.Read(File.ReadAllBytes(folder["back.png"]), "test").Pixels);

        using var json = JsonDocument.Parse(Succeed(Run(model, folder, "info", "out.vq", "--json")));
        var root = json.RootElement;
        Assert.Equal(Pictures.Width, root.GetProperty("width").GetInt32());
        Assert.Equal(Pictures.Height, root.GetProperty("height").GetInt32());
        Assert.Equal(vq.Length, root.GetProperty("bytes").GetInt32());
        Assert.Equal(3, root.GetProperty("stages").GetInt32());
        Assert.Equal(codec.Manifest.Id, root.GetProperty("model_id").GetString());
        Assert.Equal("rgb24", root.GetProperty("format").GetString());
        Assert.True(root.GetProperty("intact").GetBoolean());
        Assert.Equal(["back.png", "in.png", "out.vq"], Names(folder.Path));
    }

    [Theory]
    [InlineData("jpg", 0xff)]
    [InlineData("webp", (int)'R')]
    public void Decompress_OtherFormats_WritesThem(string extension, byte first)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["in.png"], Pictures.Png());
        Assert.Empty(Succeed(Run(model, folder, "compress", "in.png", "out.vq", "--quiet")));
        Assert.Empty(Succeed(Run(model, folder, "decompress", "out.vq", "low." + extension, "--out-quality", "5", "--quiet")));
        Assert.Empty(Succeed(Run(model, folder, "decompress", "out.vq", "high", "--format", extension, "--out-quality", "95", "--quiet")));

        var (low, high) = (File.ReadAllBytes(folder["low." + extension]), File.ReadAllBytes(folder["high"]));
        Assert.Equal(first, low[0]);
        Assert.True(high.Length > 2 * low.Length, $"{high.Length} against {low.Length} bytes");
    }

    [Fact]
    public void StandardStreams_CarryOnlyBytesAndMessagesGoToStandardError()
    {
        using var folder = new TemporaryFolder();
        var compressed = RunWithInput(model, folder, Pictures.Png(), "compress", "-", "-", "--verify");
        Assert.Equal(0, compressed.ExitCode);
        Assert.Contains("bits per pixel", compressed.Error, StringComparison.Ordinal);
        Assert.Contains("PSNR", compressed.Error, StringComparison.Ordinal);
        VqFile.Verify(compressed.Output);

        var decompressed = RunWithInput(model, folder, compressed.Output, "decompress", "-", "-", "--quiet");
        Assert.Equal(0, decompressed.ExitCode);
        Assert.Empty(decompressed.Error);
        using var codec = VqCodec.Load(model.Folder);
        Assert.Equal(codec.Decompress(compressed.Output).Pixels, ImageReader.Read(decompressed.Output, "test").Pixels);

        var info = RunWithInput(model, folder, compressed.Output, "info", "-");
        Assert.Contains("standard input", Succeed(info), StringComparison.Ordinal);
        Assert.Empty(Names(folder.Path));
    }

    [Fact]
    public void Stages_Fewer_GiveASmallerFileAndWhatTheFullFileGivesForThem()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["in.png"], Pictures.Png());
        Succeed(Run(model, folder, "compress", "in.png", "all.vq"));
        Succeed(Run(model, folder, "compress", "in.png", "one.vq", "--stages", "1"));
        Assert.True(new FileInfo(folder["one.vq"]).Length < new FileInfo(folder["all.vq"]).Length);

        Succeed(Run(model, folder, "decompress", "all.vq", "all.png", "--stages", "1"));
        Succeed(Run(model, folder, "decompress", "one.vq", "one.png"));
        Assert.Equal(File.ReadAllBytes(folder["one.png"]), File.ReadAllBytes(folder["all.png"]));
    }

    [Fact]
    public void Grey_StaysGreyAllTheWay()
    {
        using var folder = new TemporaryFolder();
        using (var grey = Pictures.GreyImage()) File.WriteAllBytes(folder["in.png"], grey.PngsaveBuffer());
        Assert.Contains("grey", Succeed(Run(model, folder, "compress", "in.png", "out.vq")), StringComparison.Ordinal);
        Succeed(Run(model, folder, "decompress", "out.vq", "back.png"));
        Assert.Equal(PixelFormat.Gray8, ImageReader.Read(File.ReadAllBytes(folder["back.png"]), "test").Format);
    }

    [Theory]
    [InlineData(3, ".png")]
    [InlineData(1, ".png")]
    [InlineData(3, ".webp")]
    public void Alpha_IsKeptAllTheWayOrLaidOnABackground(int bands, string extension)
    {
        using var folder = new TemporaryFolder();
        using var color = bands == 3 ? Pictures.RgbImage() : Pictures.GreyImage();
        var alpha = Pictures.Grey(seed: 9);
        using var band = Pictures.FromPixels(alpha, 1);
        using var image = color.Bandjoin(band);
        File.WriteAllBytes(folder["in.png"], image.PngsaveBuffer());
        using var run = new InProcess();

        Assert.Equal(0, run.Run(["compress", folder["in.png"], folder["a.vq"], "--verify", "--model", model.Folder]));
        Assert.Contains(bands == 3 ? "RGB with alpha" : "grey with alpha", run.Output, StringComparison.Ordinal);
        Assert.Contains("verified:", run.Output, StringComparison.Ordinal);
        Assert.Equal(0, run.Run(["decompress", folder["a.vq"], folder["a" + extension], "--model", model.Folder]));
        var back = ImageReader.Read(File.ReadAllBytes(folder["a" + extension]), "test");
        Assert.Equal(bands == 3 || extension == ".webp" ? PixelFormat.Rgba32 : PixelFormat.GrayAlpha16, back.Format);
        var pixel = AlphaBlend.BytesPerPixel(back.Format);
        Assert.Equal(alpha, back.Pixels.Where((_, i) => i % pixel == pixel - 1));

        Assert.Equal(1, run.Run(["decompress", folder["a.vq"], folder["a.jpg"], "--model", model.Folder]));
        Assert.Contains("JPEG has no transparency", run.Error, StringComparison.Ordinal);
        Assert.Equal(0, run.Run(["decompress", folder["a.vq"], folder["a.jpg"], "--background", "white", "--model", model.Folder]));
        Assert.Equal(0, run.Run(["compress", folder["in.png"], folder["flat.vq"], "--background", "#ff8800", "--model", model.Folder]));
        Assert.Equal(PixelFormat.Rgb24, VqFile.ReadInfo(File.ReadAllBytes(folder["flat.vq"])).Format);
    }

    [Fact]
    public void Demo_Sample_WritesFourPicturesAndAPlainTable()
    {
        using var folder = new TemporaryFolder();
        var said = Succeed(Run(model, folder, "demo"));

        Assert.Equal(["decoded.png", "sample.png", "sample.vq", "side-by-side.png"], Names(folder["vqcodec-demo"]));
        Assert.DoesNotContain('\u001b', said);
        var vq = File.ReadAllBytes(folder["vqcodec-demo/sample.vq"]);
        var original = ImageReader.Read(File.ReadAllBytes(folder["vqcodec-demo/sample.png"]), "test");
        var decoded = ImageReader.Read(File.ReadAllBytes(folder["vqcodec-demo/decoded.png"]), "test");
        using var codec = VqCodec.Load(model.Folder);
        Assert.Equal(codec.Decompress(vq).Pixels, decoded.Pixels);

        // A row for each number of stages; the last one's figures are those of the file.
        var rows = said.Split('\n').Where(line => line.StartsWith('|')).Skip(2).Select(line => line.Split('|', StringSplitOptions.TrimEntries)).ToArray();
        Assert.Equal(["1", "2", "3"], rows.Select(row => row[1]));
        Assert.Equal(CommandLine.Figures.Bytes(vq.Length), rows[2][2]);
        Assert.Equal(CommandLine.Figures.BitsPerPixel(vq.Length, 768 * 512), rows[2][3]);
        Assert.Equal(CommandLine.Figures.Decibels(Psnr.Compute(original, decoded)), rows[2][5]);
    }

    [Fact]
    public void Demo_OwnPicture_GoesIntoItsOwnFolderAndNeverOverItself()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["look"]);
        File.WriteAllBytes(folder["look/sample.png"], Pictures.Png());
        Assert.Contains("both the picture and an output", Fail(2, Run(model, folder, "demo", "look/sample.png", "--out", "look")), StringComparison.Ordinal);
        Assert.Equal(Pictures.Png(), File.ReadAllBytes(folder["look/sample.png"]));

        Succeed(Run(model, folder, "demo", "look/sample.png", "--out", "other/deep"));
        Assert.Equal(Pictures.Rgb(), ImageReader.Read(File.ReadAllBytes(folder["other/deep/sample.png"]), "test").Pixels);

        // Again: what is there is somebody's, and kept unless told otherwise.
        File.WriteAllBytes(folder["next.png"], Pictures.Png(seed: 2));
        Assert.Contains("sample.png exists; --force", Fail(1, Run(model, folder, "demo", "next.png", "--out", "other/deep")), StringComparison.Ordinal);
        Assert.Equal(Pictures.Rgb(), ImageReader.Read(File.ReadAllBytes(folder["other/deep/sample.png"]), "test").Pixels);
        Succeed(Run(model, folder, "demo", "next.png", "--out", "other/deep", "--force"));
        Assert.Equal(Pictures.Rgb(seed: 2), ImageReader.Read(File.ReadAllBytes(folder["other/deep/sample.png"]), "test").Pixels);
        Assert.Equal(4, Names(folder["other/deep"]).Length);
    }

    [Fact]
    public void Demo_TransparentPicture_KeepsAlphaAndShowsItOnWhite()
    {
        using var folder = new TemporaryFolder();
        using (var rgb = Pictures.RgbImage())
        using (var image = Pictures.WithAlpha(rgb, 100))
            File.WriteAllBytes(folder["in.png"], image.PngsaveBuffer());
        using var run = new InProcess();
        Assert.True(run.Run(["demo", folder["in.png"], "--out", folder["look"], "--model", model.Folder]) == 0, run.Error);
        Assert.Equal(PixelFormat.Rgba32, ImageReader.Read(File.ReadAllBytes(folder["look/decoded.png"]), "test").Format);
        Assert.Equal(PixelFormat.Rgb24, ImageReader.Read(File.ReadAllBytes(folder["look/side-by-side.png"]), "test").Format);
    }

    [Fact]
    public void Demo_DefaultFolder_IsOverwrittenByTheNextRun()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["in.png"], Pictures.Png());
        File.WriteAllBytes(folder["next.png"], Pictures.Png(seed: 2));
        Succeed(Run(model, folder, "demo", "in.png"));
        Succeed(Run(model, folder, "demo", "next.png"));
        Assert.Equal(Pictures.Rgb(seed: 2), ImageReader.Read(File.ReadAllBytes(folder["vqcodec-demo/sample.png"]), "test").Pixels);
    }

    [Theory]
    [InlineData("sample.png")]
    [InlineData("sample.vq")]
    [InlineData("decoded.png")]
    [InlineData("side-by-side.png")]
    public void Demo_FolderWithAFileOfThatName_FailsBeforeTheModelLoads(string name)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["photo.png"], Pictures.Png());
        File.WriteAllText(folder[name], "mine");
        using var run = new InProcess();
        Assert.Equal(ExitCode.Failed, run.Run(["demo", folder["photo.png"], "--out", folder.Path, "--model", folder["none"]]));
        Assert.Contains($"{name} exists; --force", run.Error, StringComparison.Ordinal);
        Assert.Equal("mine", File.ReadAllText(folder[name]));
        Assert.Equal(2, Names(folder.Path).Length);
    }

    [Fact]
    public void Demo_OutIsAFile_IsRefused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["look"], "mine");
        Assert.Contains("look is a file", Fail(1, Run(model, folder, "demo", "--out", "look")), StringComparison.Ordinal);
    }
}
