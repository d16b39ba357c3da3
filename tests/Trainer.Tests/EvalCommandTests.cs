using System.Globalization;
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
public sealed class EvalCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _output = new(), _error = new();

    public EvalCommandTests() => RandomCheckpoint.Save(RandomCheckpoint.TinyKlt, 4, _folder["run"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Run_FolderOfImages_ReportsWhatTheModelDoesToThem()
    {
        Draw("photos/b.png", 50, 37, 1);
        Draw("photos/a,\"1\".png", 32, 24, 2);

        Assert.Equal(ExitCode.Ok, Run(a => (a.Json, a.Csv, a.Stages, a.Lambda) = (_folder["r.json"], _folder["r.csv"], 2, 500)));

        using var json = JsonDocument.Parse(File.ReadAllBytes(_folder["r.json"]));
        var images = json.RootElement.GetProperty("images").EnumerateArray().ToArray();
        Assert.Equal(["a,\"1\".png", "b.png"], images.Select(i => i.GetProperty("file").GetString()));
        var (psnr, bits, codeLengths) = ByHand("photos/b.png", stages: 2, lambda: 500);
        Assert.Equal(psnr, images[1].GetProperty("psnr_rgb").GetDouble(), 6);
        Assert.Equal(bits / (50.0 * 37), images[1].GetProperty("bits_per_pixel_fixed").GetDouble(), 9);
        Assert.Equal(codeLengths / (50 * 37), images[1].GetProperty("bits_per_pixel_order0").GetDouble(), 9);
        Assert.Equal((50, 37), (images[1].GetProperty("width").GetInt32(), images[1].GetProperty("height").GetInt32()));
        foreach (var figure in (string[])["psnr_rgb", "psnr_luma", "ssim_rgb", "ssim_luma", "ms_ssim_rgb", "ms_ssim_luma", "bits_per_pixel_fixed", "bits_per_pixel_order0"])
        {
            var mean = images.Average(i => i.GetProperty(figure).GetDouble());
            Assert.Equal(mean, json.RootElement.GetProperty("mean").GetProperty(figure).GetDouble(), 9);
        }

        Assert.Equal(Checkpoint.Load(_folder["run/checkpoint.safetensors"]).Id.ToString(), json.RootElement.GetProperty("id").GetString());
        var csv = File.ReadAllLines(_folder["r.csv"]);
        Assert.StartsWith("file,width,height,psnr_rgb,", csv[0], StringComparison.Ordinal);
        Assert.StartsWith("\"a,\"\"1\"\".png\",32,24,", csv[1], StringComparison.Ordinal);
        Assert.StartsWith(string.Create(CultureInfo.InvariantCulture, $"b.png,50,37,{psnr:0.####},"), csv[2], StringComparison.Ordinal);
        Assert.Contains("| b.png", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("mean of 2", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_PerfectModel_HasTheBestFigures()
    {
        // All 48 coefficients of 4×4 patches in as many stages would be long; grey images need one, which a codebook of all its values has.
        var spec = RandomCheckpoint.TinyKlt with { Stride = 4, EmbeddingDim = 1, Stages = 1, Codes = 256, EncoderBlocks = 0, DecoderBlocks = 0, RefineBlocks = 0 };
        GreyModel(spec).Save(_folder["run/checkpoint.safetensors"]);
        VipsImages.WritePng(Below("photos/grey.png"), Enumerable.Repeat((byte)77, 48 * 48 * 3).ToArray(), 48, 48);

        Assert.Equal(ExitCode.Ok, Run(a => a.Json = "-"));

        using var json = JsonDocument.Parse(_output.ToString());
        var image = json.RootElement.GetProperty("images")[0];
        Assert.Equal(100, image.GetProperty("psnr_rgb").GetDouble());
        Assert.Equal(1, image.GetProperty("ms_ssim_luma").GetDouble());
        Assert.Equal(0.5, image.GetProperty("bits_per_pixel_fixed").GetDouble());
    }

    [Fact]
    public void Run_DamagedImage_IsNamedCountedAndLeftOut()
    {
        Draw("photos/good.png", 32, 32, 1);
        Draw("photos/short.png", 200, 200, 1);
        File.WriteAllBytes(_folder["photos/short.png"], File.ReadAllBytes(_folder["photos/short.png"])[..3000]);

        Assert.Equal(ExitCode.SomeFailed, Run(a => a.Json = _folder["r.json"]));

        Assert.Contains("short.png", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("1 of 2 images", _error.ToString(), StringComparison.Ordinal);
        using var json = JsonDocument.Parse(File.ReadAllBytes(_folder["r.json"]));
        Assert.Equal("good.png", json.RootElement.GetProperty("images").EnumerateArray().Single().GetProperty("file").GetString());
        Assert.Equal("short.png", json.RootElement.GetProperty("unreadable").EnumerateArray().Single().GetProperty("file").GetString());
    }

    [Fact]
    public void Run_NoImageReadable_Fails()
    {
        File.WriteAllText(Below("photos/not.png"), "not an image");
        Assert.Contains("none of the 1 images", Assert.Throws<IOException>(() => Run(a => a.Json = _folder["r.json"])).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["r.json"]));
    }

    [Fact]
    public void Run_Stopped_WritesNothing()
    {
        Draw("photos/good.png", 32, 32, 1);
        using var stop = new CancellationTokenSource();
        stop.Cancel();

        Assert.Equal(ExitCode.Cancelled, Run(a => (a.Json, a.Csv) = (_folder["r.json"], "-"), stop.Token));

        Assert.False(File.Exists(_folder["r.json"]));
        Assert.Empty(_output.ToString());
        Assert.Contains("stopped", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Run_List_MeasuresItsImagesInItsOrder()
    {
        Draw("photos/a.png", 16, 16, 1);
        Draw("photos/b.png", 16, 16, 2);
        Draw("other/c.png", 16, 16, 3);
        File.WriteAllText(_folder["list.txt"], "# mine\nphotos/b.png\n\nother/c.png\r\nphotos/a.png\n");

        Assert.Equal(ExitCode.Ok, Run(a => (a.Data, a.Csv) = (_folder["list.txt"], "-")));

        Assert.Equal(["file", "photos/b.png", "other/c.png", "photos/a.png"], _output.ToString().TrimEnd().Split('\n').Select(l => l.Split(',')[0]));
    }

    [Fact]
    public void Run_Celeba_MeasuresTheTestPartUnlessToldOtherwise()
    {
        for (var i = 0; i < 3; i++) Draw($"photos/img_align_celeba/{i}.png", 16, 16, i);
        File.WriteAllText(_folder["photos/list_eval_partition.txt"], "0.png 0\n1.png 1\n2.png 2\n");

        Assert.Equal("img_align_celeba/2.png", Measured(null));
        Assert.Equal("img_align_celeba/1.png", Measured("validation"));
        Assert.Equal("img_align_celeba/0.png img_align_celeba/1.png img_align_celeba/2.png", Measured("all"));

        string Measured(string? part)
        {
            _output.GetStringBuilder().Clear();
            Assert.Equal(ExitCode.Ok, Run(a => (a.Part, a.Csv) = (part, "-")));
            return string.Join(' ', _output.ToString().TrimEnd().Split('\n').Skip(1).Select(l => l.Split(',')[0]));
        }
    }

    [Fact]
    public void Run_ImpossibleOptions_AreRefused()
    {
        Draw("photos/a.png", 16, 16, 1);
        Refused(a => a.Stages = 4, "--stages: expected 1 to 3, got 4");
        Refused(a => a.RatePoint = 1, "--rate-point: expected 0");
        Refused(a => a.Lambda = -1, "--lambda");
        Refused(a => a.Lambda = double.NaN, "--lambda");
        Refused(a => a.Device = "gpu", "--device");
        Refused(a => a.Part = "some", "--part");
        Refused(a => a.Part = "test", "CelebA");
        Refused(a => (a.Json, a.Csv) = ("-", "-"), "--csv");
        Assert.Throws<FileNotFoundException>(() => Run(a => a.Run = _folder["photos"]));
        Assert.Throws<IOException>(() => Run(a => a.Data = _folder["missing"]));
        Assert.Throws<IOException>(() => Run(a => a.Data = _folder["run/checkpoint.safetensors"]));
    }

    private int Run(Action<EvalArguments> change, CancellationToken stop = default)
    {
        var arguments = new EvalArguments { Data = _folder["photos"], Run = _folder["run"], Device = "cpu" };
        change(arguments);
        var terminal = new Terminal { OpenInput = () => Stream.Null, OpenOutput = () => Stream.Null, Output = _output, Error = _error };
        return EvalCommand.Run(arguments, terminal, live: false, stop);
    }

    private void Refused(Action<EvalArguments> change, string expected) =>
        Assert.Contains(expected, Assert.Throws<UsageException>(() => Run(change)).Message, StringComparison.Ordinal);

    private void Draw(string name, int width, int height, int seed) => VipsImages.WritePng(Below(name), DrawnImage.Rgb(width, height, seed), width, height);

    private string Below(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_folder[name])!);
        return _folder[name];
    }

    /// <summary>PSNR of the image and the bits of its indices, from the model itself.</summary>
    private (double Psnr, double FixedBits, double CodeLengthBits) ByHand(string name, int stages, double lambda)
    {
        using var gradients = no_grad();
        using var scope = NewDisposeScope();
        var checkpoint = Checkpoint.Load(_folder["run/checkpoint.safetensors"]);
        using var model = Autoencoder.Load(checkpoint, CPU);
        var (pixels, width, height) = VipsImages.Decode(_folder[name]);
        var (paddedWidth, paddedHeight) = ((width + 7) / 8 * 8, (height + 7) / 8 * 8);
        var padded = new byte[paddedWidth * paddedHeight * 3];
        for (var i = 0; i < padded.Length; i++)
        {
            var (x, y) = (i / 3 % paddedWidth, i / 3 / paddedWidth);
            padded[i] = pixels[(((Math.Min(y, height - 1) * width) + Math.Min(x, width - 1)) * 3) + (i % 3)];
        }

        var indices = model.EncodeIndices(PixelTensors.ToInput(TensorFiles.FromBytes(padded, [1, paddedHeight, paddedWidth, 3], CPU), 3), 0, lambda);
        var decoded = TensorFiles.ToBytes(PixelTensors.ToPixels(model.DecodeIndices(indices, stages, 0)));
        long error = 0;
        for (var y = 0; y < height; y++)
            for (var i = 0; i < width * 3; i++)
                error += (long)Math.Pow(pixels[(y * width * 3) + i] - decoded[(y * paddedWidth * 3) + i], 2);

        var positions = paddedWidth / 8 * (paddedHeight / 8);
        var codes = indices[0].data<long>().ToArray();
        var lengths = checkpoint.Values("quantizer.code_lengths");
        var bits = 0.0;
        for (var i = 0; i < stages * positions; i++) bits += lengths[(i / positions * checkpoint.Spec.Codes) + (int)codes[i]];
        return (10 * Math.Log10(255.0 * 255 * width * height * 3 / error), 5.0 * stages * positions, bits);
    }

    /// <summary>A model whose only coefficient is a patch's brightness, with a code for each of the 256 greys.</summary>
    private static SafetensorsWriter GreyModel(ModelSpec spec)
    {
        var writer = Checkpoint.CreateWriter(spec, null);
        foreach (var tensor in ModelTensors.For(spec))
        {
            var values = new float[tensor.Shape.Aggregate(1, (product, n) => product * n)];
            if (tensor.Name == "encoder.klt.weight") Array.Fill(values, 1f / values.Length);
            if (tensor.Name == "decoder.klt.weight") Array.Fill(values, 1f);
            if (tensor.Name == ModelTensors.Codebooks)
                for (var i = 0; i < values.Length; i++) values[i] = (i / 127.5f) - 1;
            writer.Add<float>(tensor.Name, values, [.. tensor.Shape.Select(n => (long)n)]);
        }

        return writer;
    }
}
