using VqVae.Codec.Cli.CommandLine;
using VqVae.TestSupport;
using static VqVae.Codec.Cli.Tests.VqCodecTool;

namespace VqVae.Codec.Cli.Tests;

/// <summary>The built program as a process: one line on standard error, the right exit code, nothing left behind.</summary>
[Collection(TinyModelGroup.Name)]
public sealed class FailureProcessTests(TinyModel model)
{
    [Fact]
    public void Compress_ExistingOutput_NeedsForce()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["in.png"], Pictures.Png());
        File.WriteAllText(folder["out.vq"], "precious");
        Assert.Contains("out.vq exists; --force", Fail(1, Run(model, folder, "compress", "in.png", "out.vq")), StringComparison.Ordinal);
        Assert.Equal("precious", File.ReadAllText(folder["out.vq"]));
        Succeed(Run(model, folder, "compress", "in.png", "out.vq", "--force"));
        Assert.NotEqual("precious", File.ReadAllText(folder["out.vq"]));
        Assert.Equal(["in.png", "out.vq"], Names(folder.Path));
    }

    [Fact]
    public void Compress_DamagedPicture_IsOneLineAndNoFile()
    {
        // libvips and the libraries below it warn in their own words: none of that may reach the terminal.
        using var folder = new TemporaryFolder();
        var png = Pictures.Png();
        File.WriteAllBytes(folder["cut.png"], png[..(png.Length / 2)]);
        File.WriteAllBytes(folder["bomb.png"], Pictures.PngClaiming(60000, 60000));
        using (var image = Pictures.RgbImage())
        {
            var jpeg = image.JpegsaveBuffer();
            File.WriteAllBytes(folder["cut.jpg"], jpeg[..(jpeg.Length / 2)]);
            var tiff = image.TiffsaveBuffer();
            File.WriteAllBytes(folder["cut.tif"], tiff[..(tiff.Length / 2)]);
        }

        var before = Names(folder.Path);
        Assert.Contains("cut.png: the PNG data are damaged or cut short", Fail(1, Run(model, folder, "compress", "cut.png", "out.vq")), StringComparison.Ordinal);
        Assert.Contains("cut.jpg: the JPEG data are damaged or cut short", Fail(1, Run(model, folder, "compress", "cut.jpg", "out.vq")), StringComparison.Ordinal);
        Assert.Contains("cut.tif: the TIFF data are damaged or cut short", Fail(1, Run(model, folder, "compress", "cut.tif", "out.vq")), StringComparison.Ordinal);
        Assert.Contains("bomb.png: 60000x60000 is more than", Fail(1, Run(model, folder, "compress", "bomb.png", "out.vq")), StringComparison.Ordinal);
        Assert.Equal(before, Names(folder.Path));
    }

    [Fact]
    public void Decompress_DamagedOrForeignFile_IsOneLineAndNoFile()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["in.png"], Pictures.Png());
        Succeed(Run(model, folder, "compress", "in.png", "good.vq"));
        var vq = File.ReadAllBytes(folder["good.vq"]);
        File.WriteAllBytes(folder["cut.vq"], vq[..^5]);
        vq[^10] ^= 4;
        File.WriteAllBytes(folder["flipped.vq"], vq);
        var before = Names(folder.Path);

        Assert.StartsWith("vqcodec: cut.vq: ", Fail(1, Run(model, folder, "decompress", "cut.vq", "out.png")), StringComparison.Ordinal);
        Assert.StartsWith("vqcodec: flipped.vq: ", Fail(1, Run(model, folder, "decompress", "flipped.vq", "out.png")), StringComparison.Ordinal);
        Assert.StartsWith("vqcodec: in.png: ", Fail(1, Run(model, folder, "decompress", "in.png", "out.png")), StringComparison.Ordinal);
        Assert.Contains("has 3, got 4", Fail(2, Run(model, folder, "decompress", "good.vq", "out.png", "--stages", "4")), StringComparison.Ordinal);
        var foreign = Fail(1, Run(model, folder, "decompress", "good.vq", "out.png", "--model", model.OtherFolder));
        Assert.Contains("good.vq: ", foreign, StringComparison.Ordinal);
        Assert.Contains(VqVae.Models.ModelManifest.Load(model.Folder).Id, foreign, StringComparison.Ordinal);
        Assert.Equal(before, Names(folder.Path));
    }

    [Fact]
    public void Info_DamagedFile_PrintsTheHeaderAndFails()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["in.png"], Pictures.Png());
        Succeed(Run(model, folder, "compress", "in.png", "a.vq"));
        var vq = File.ReadAllBytes(folder["a.vq"]);
        vq[^10] ^= 4;
        File.WriteAllBytes(folder["a.vq"], vq);
        var result = Run(model, folder, "info", "a.vq");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("checksum:  DAMAGED", result.Text, StringComparison.Ordinal);
        Assert.StartsWith("vqcodec: a.vq: ", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_MissingThings_AreNamed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["in.png"], Pictures.Png());
        Directory.CreateDirectory(folder["dir"]);
        Assert.Contains("none.png does not exist", Fail(1, Run(model, folder, "compress", "none.png", "out.vq")), StringComparison.Ordinal);
        Assert.Contains("dir holds no pictures", Fail(1, Run(model, folder, "compress", "dir", "out")), StringComparison.Ordinal);
        Assert.Contains("the folder '", Fail(1, Run(model, folder, "compress", "in.png", "none/out.vq")), StringComparison.Ordinal);
        Assert.Contains("'none' is not a model folder", Fail(1, Run(model, folder, "compress", "in.png", "out.vq", "--model", "none")), StringComparison.Ordinal);
        Assert.Contains("has 3, got 4", Fail(2, Run(model, folder, "compress", "in.png", "out.vq", "--stages", "4")), StringComparison.Ordinal);

        var result = ToolProcess.Run("vqcodec", ["demo"], environment: Environment(folder["none"]), workingFolder: folder.Path);
        Assert.Contains("VQVAE_MODEL names '", Fail(1, result), StringComparison.Ordinal);
        Assert.Equal(["dir", "in.png"], Names(folder.Path));
    }

    [Fact]
    public void Run_CudaOnACpuBuild_SaysWhatIsMissing()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["in.png"], Pictures.Png());

        // Device 99 is on no machine, so this holds for GPU builds, too.
        var line = Fail(1, Run(model, folder, "compress", "in.png", "out.vq", "--device", "cuda:99"));
        Assert.Contains("cuda", line, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(["in.png"], Names(folder.Path));
    }

    [Fact]
    public void Decompress_FullDisk_IsOneLine()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var folder = new TemporaryFolder();
        var vq = RunWithInput(model, folder, Pictures.Png(), "compress", "-", "-").Output;
        Fail(1, RunWithInput(model, folder, vq, "decompress", "-", "/dev/full", "--format", "png"));
    }

    [Fact]
    public void Interrupt_WhileReading_ExitsWith130AndLeavesNothing()
    {
        if (OperatingSystem.IsWindows()) return;
        using var folder = new TemporaryFolder();
        using var process = ToolProcess.Start("vqcodec", ["compress", "-", "out.vq"], Environment(model.Folder), folder.Path);

        // More than a pipe holds: once it is written, the program is reading, and its handlers are in place.
        process.Input.Write(new byte[1 << 20]);
        process.Interrupt();
        Assert.Contains("cancelled", Fail(130, process.WaitForExit()), StringComparison.Ordinal);
        Assert.Empty(Names(folder.Path));
    }

    [Fact]
    public void Run_Cancelled_IsExitCode130AndLeavesNothing()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["in.png"], Pictures.Png());
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        using var run = new InProcess();
        Assert.Equal(130, run.Run(["compress", folder["in.png"], folder["out.vq"], "--model", model.Folder], cancellationToken: cancelled.Token));
        Assert.Equal(["in.png"], Names(folder.Path));
    }

    [Fact]
    public void Report_UnexpectedException_IsOneLineWithAHint()
    {
        using var error = new StringWriter();
        Assert.Equal(1, CodecProgram.Errors.Write(new InvalidOperationException("odd\nthing"), error));
        Assert.Equal("vqcodec: unexpected InvalidOperationException: odd thing (set VQCODEC_TRACE=1 for the stack trace)", error.ToString().TrimEnd());
    }

    [Fact]
    public void Run_WithTrace_AddsTheStackTrace()
    {
        using var folder = new TemporaryFolder();
        var environment = new Dictionary<string, string?>(Environment(model.Folder)) { ["VQCODEC_TRACE"] = "1" };
        var result = ToolProcess.Run("vqcodec", ["info", "none.vq"], environment: environment, workingFolder: folder.Path);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("   at VqVae.Codec.Cli.", result.Error, StringComparison.Ordinal);
    }
}
