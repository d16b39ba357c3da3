using System.Runtime.InteropServices;
using System.Text.Json;
using VqVae.CommandLine;
using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Commands;
using VqVae.Trainer.Data;
using VqVae.Trainer.Models;
using VqVae.Trainer.Training;
using static TorchSharp.torch;

namespace VqVae.Trainer.Tests;

[Collection(TorchTests.Name)]
public sealed class CodesCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new(), _error = new();

    public CodesCommandTests()
    {
        RandomCheckpoint.Save(RandomCheckpoint.TinyKlt, 4, _folder["run"]);
        Directory.CreateDirectory(_folder["photos"]);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_Crops_AreTheIndicesOfTheImagesCentres()
    {
        // More images than a batch takes, and one that is smaller than the crop.
        for (var i = 0; i < 70; i++) Draw($"{i:d2}.png", i == 3 ? 20 : 48, i == 3 ? 24 : 40, i);

        Assert.Equal(ExitCode.Ok, Run(a => a.Crop = 32));

        var file = SafetensorsFile.Load(_folder["codes.safetensors"]);
        Assert.Equal([70L, 3, 4, 4], file["indices"].Shape);
        var names = JsonSerializer.Deserialize<string[]>(file["files"].Data.Span)!;
        Assert.Equal(Enumerable.Range(0, 70).Select(i => $"{i:d2}.png"), names);
        foreach (var i in (int[])[0, 3, 65, 69])
            Assert.Equal(Codes(Centre($"{i:d2}.png", 32)), file["indices"].Values<ushort>().Slice(i * 48, 48).ToArray().Select(c => (long)c));
        Assert.Equal("32", file.GetMetadata("image_size"));
        Assert.Equal(Checkpoint.Load(_folder["run/checkpoint.safetensors"]).Id.ToString(), file.GetMetadata("id"));
        Assert.Contains("70 images of 32x32", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_WithoutASize_TakesTheRunsOwn()
    {
        Draw("a.png", 60, 90, 1);
        var settings = new RunSettings
        {
            Preset = "small",
            Data = "photos",
            Model = RandomCheckpoint.TinyKlt,
            Training = new TrainingSpec { ImageSize = 24, SampleMode = SampleMode.Resize },
        };
        File.WriteAllText(_folder["run/run.json"], settings.ToJson());

        Assert.Equal(ExitCode.Ok, Run(a => a.Out = _folder["codes.npy"]));

        var content = File.ReadAllBytes(_folder["codes.npy"]);
        var (_, shape, data) = CodesFileTests.ReadNpy(content);
        Assert.Equal([1, 3, 3, 3], shape);
        var codes = MemoryMarshal.Cast<byte, ushort>(content.AsSpan((int)data)).ToArray();
        Assert.Equal(Codes(VipsImages.DecodeResized(_folder["photos/a.png"], 24, 24)), codes.Select(c => (long)c));
        using var json = JsonDocument.Parse(File.ReadAllBytes(_folder["codes.json"]));
        Assert.Equal("resize", json.RootElement.GetProperty("sample_mode").GetString());
    }

    [Fact]
    public void Run_DamagedImages_AreNamedAndNoOtherTakesTheirPlace()
    {
        foreach (var (name, seed) in (ReadOnlySpan<(string, int)>)[("a.png", 1), ("b.png", 2), ("d.png", 4)]) Draw(name, 200, 200, seed);
        File.WriteAllBytes(_folder["photos/b.png"], File.ReadAllBytes(_folder["photos/b.png"])[..2000]);
        File.WriteAllText(_folder["photos/c.png"], "not an image");

        Assert.Equal(ExitCode.SomeFailed, Run(a => a.Crop = 192));

        var file = SafetensorsFile.Load(_folder["codes.safetensors"]);
        Assert.Equal(["a.png", "d.png"], JsonSerializer.Deserialize<string[]>(file["files"].Data.Span)!);
        Assert.Equal([2L, 3, 24, 24], file["indices"].Shape);
        Assert.Equal(Codes(Centre("d.png", 192)), file["indices"].Values<ushort>()[(3 * 24 * 24)..].ToArray().Select(c => (long)c));
        Assert.Contains("b.png: ", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("c.png: ", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("2 of 4 images", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_Stopped_LeavesNothing()
    {
        Draw("a.png", 32, 32, 1);
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        Assert.Equal(ExitCode.Cancelled, Run(a => (a.Crop, a.Out) = (16, _folder["out/codes.npy"]), stop.Token));
        Assert.Empty(Directory.GetFileSystemEntries(_folder["out"]));
    }

    [Fact]
    public void Run_ExistingFile_IsReplacedOnlyByForce()
    {
        Draw("a.png", 32, 32, 1);
        File.WriteAllText(_folder["codes.json"], "mine");
        Refused(a => (a.Crop, a.Out) = (16, _folder["codes.npy"]), "--force");
        Assert.Equal("mine", File.ReadAllText(_folder["codes.json"]));
        Assert.Equal(ExitCode.Ok, Run(a => (a.Crop, a.Out, a.Force) = (16, _folder["codes.npy"], true)));
        Assert.NotEqual("mine", File.ReadAllText(_folder["codes.json"]));
    }

    [Fact]
    public void Run_ImpossibleOptions_AreRefusedBeforeAnythingIsWritten()
    {
        Draw("a.png", 32, 32, 1);
        Refused(a => (a.Crop, a.Resize) = (16, 16), "--crop");
        Refused(a => a.Crop = 20, "--crop: expected a multiple of the stride 8");
        Refused(a => a.Resize = 8192, "--resize");
        Refused(_ => { }, "--crop S or --resize S");
        Refused(a => (a.Crop, a.Out) = (16, _folder["codes.bin"]), ".safetensors or .npy");
        Refused(a => (a.Crop, a.LoaderThreads) = (16, 0), "--loader-threads");
        Refused(a => (a.Crop, a.RatePoint) = (16, 1), "--rate-point");
        Assert.Throws<IOException>(() => Run(a => (a.Crop, a.Data) = (16, _folder["missing"])));
        Assert.Equal(["photos", "run"], Directory.GetFileSystemEntries(_folder.Path).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
    }

    private int Run(Action<CodesArguments> change, CancellationToken stop = default)
    {
        var arguments = new CodesArguments { Data = _folder["photos"], Run = _folder["run"], Out = _folder["codes.safetensors"], Device = "cpu", LoaderThreads = 2 };
        change(arguments);
        var terminal = new Terminal { OpenInput = () => Stream.Null, OpenOutput = () => Stream.Null, Output = _output, Error = _error };
        return CodesCommand.Run(arguments, terminal, live: false, stop);
    }

    private void Refused(Action<CodesArguments> change, string expected) =>
        Assert.Contains(expected, Assert.Throws<UsageException>(() => Run(change)).Message, StringComparison.Ordinal);

    private void Draw(string name, int width, int height, int seed) =>
        VipsImages.WritePng(_folder["photos/" + name], DrawnImage.Rgb(width, height, seed), width, height);

    /// <summary>The centre of an image, extended by its edge pixels where it is too small.</summary>
    private byte[] Centre(string name, int side)
    {
        var (pixels, width, height) = VipsImages.Decode(_folder["photos/" + name]);
        var crop = new byte[side * side * 3];
        for (var i = 0; i < crop.Length; i++)
        {
            var x = Math.Clamp((i / 3 % side) + Offset(width), 0, width - 1);
            var y = Math.Clamp((i / 3 / side) + Offset(height), 0, height - 1);
            crop[i] = pixels[(((y * width) + x) * 3) + (i % 3)];
        }

        return crop;

        int Offset(int length) => length >= side ? (length - side) / 2 : -((side - length) / 2);
    }

    private long[] Codes(byte[] pixels)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var side = (int)Math.Sqrt(pixels.Length / 3);
        using var model = Autoencoder.Load(Checkpoint.Load(_folder["run/checkpoint.safetensors"]), CPU);
        return model.EncodeIndices(PixelTensors.ToInput(TensorFiles.FromBytes(pixels, [1, side, side, 3], CPU), 3), 0, 0)[0].data<long>().ToArray();
    }
}
