using System.Globalization;
using VqVae.TestSupport;

namespace VqVae.EndToEnd;

/// <summary>VQ-VAE-2: the bottom plane's encoder sees the decoded top.</summary>
public sealed class TrainedVqVae2() : TrainedModel(
    "--preset", "vqvae2", "--hidden", "16", "--embedding-dim", "8", "--residual-blocks", "1", "--codes", "16", "--set", "model.residual_channels=8",
    "--crop", "32", "--batch", "4", "--steps", "800", "--lr", "1e-3", "--report-every", "50", "--no-report", "--no-tensorboard");

/// <summary>Luma and chroma in groups of dimensions, at three rates, with a frozen encoder and averaged weights at the end.</summary>
public sealed class TrainedPhoto() : TrainedModel(
    "--preset", "photo", "--hidden", "16", "--embedding-dim", "12", "--groups", "0,1,3,6,12", "--stages", "4", "--rate-lambdas", "2000,500,100", "--codes", "64",
    "--set", "model.chroma_dim=8", "--set", "model.chroma_groups=0,2,8", "--set", "model.chroma_stages=2",
    "--crop", "64", "--batch", "4", "--steps", "30", "--report-every", "5", "--validate-every", "15", "--samples-every", "30");

/// <summary>Models of two planes and of several rate points, from pictures through training, export and <c>.vq</c> and back.</summary>
public sealed class TwoPlanesTests(TrainedVqVae2 vqvae2, TrainedPhoto photo) : IClassFixture<TrainedVqVae2>, IClassFixture<TrainedPhoto>, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void VqVae2_ThereAndBack_GivesAFairPicture()
    {
        var manifest = vqvae2.Manifest;
        Assert.True(manifest.Verification.Verified);
        Assert.Equal(["top", "bottom"], manifest.Planes.Select(p => p.Name));
        var picture = Picture.Unseen();
        var (_, psnr) = ThereAndBack(vqvae2.Model, picture, ratePoint: 0);
        Assert.True(psnr > picture.Psnr(picture.Flat()) + 2, $"{psnr:F2} dB");
    }

    [Fact]
    public void Photo_SmallestLambda_GivesALargerFileAndABetterPictureThanTheLargest()
    {
        var manifest = photo.Manifest;
        Assert.True(manifest.Verification.Verified);
        Assert.Equal(3, manifest.RatePoints);
        var picture = Picture.Unseen();
        var results = Enumerable.Range(0, 3).Select(rate => ThereAndBack(photo.Model, picture, rate)).ToArray();
        Assert.True(results[2].Bytes > results[0].Bytes, $"{results[0].Bytes} and {results[2].Bytes} bytes");
        Assert.True(results[2].Psnr > results[0].Psnr, $"{results[0].Psnr} and {results[2].Psnr} dB");
        Assert.True(results[2].Psnr > picture.Psnr(picture.Flat()) + 3, $"{results[2].Psnr:F2} dB");
        foreach (var file in (string[])["report.html", "usage.csv", "tensorboard", "best/checkpoint.safetensors"]) Assert.True(Path.Exists(Path.Combine(photo.Run, file)), file);
    }

    private (long Bytes, double Psnr) ThereAndBack(string model, Picture picture, int ratePoint)
    {
        picture.Save(_folder["in.png"]);
        var rate = ratePoint.ToString(CultureInfo.InvariantCulture);
        Run("compress", _folder["in.png"], _folder["a.vq"], "--model", model, "--rate", rate, "--verify", "--force");
        Run("decompress", _folder["a.vq"], _folder["out.png"], "--model", model, "--force");
        return (new FileInfo(_folder["a.vq"]).Length, picture.Psnr(Picture.Load(_folder["out.png"])));
    }

    private static void Run(params string[] arguments)
    {
        var result = ToolProcess.Run("vqcodec", arguments);
        Assert.True(result.ExitCode == 0, $"vqcodec {string.Join(' ', arguments)}: {result}");
    }
}
