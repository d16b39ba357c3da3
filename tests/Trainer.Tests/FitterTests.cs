using TorchSharp;
using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Data;
using VqVae.Trainer.Run;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Tests;

[Collection(TorchTests.Name)]
public class FitterTests
{
    [Theory]
    [InlineData(Architecture.Klt)]
    [InlineData(Architecture.VqVae)]
    public void Run_StoppedAndResumed_ReachesTheUninterruptedRunsWeights(Architecture architecture)
    {
        using var folder = new TemporaryFolder();
        TinyRun.DrawImages(folder["images"], 12);
        var settings = TinyRun.Settings(folder["images"], architecture, steps: 24);
        var whole = TinyRun.Fit(folder["whole"], settings);
        Assert.True(whole.Completed);

        // Stopped twice, at steps that nothing else falls on.
        Assert.False(TinyRun.Fit(folder["parts"], settings, stopAt: 7).Completed);
        Assert.False(TinyRun.Fit(folder["parts"], settings, stopAt: 15, resume: true).Completed);
        var resumed = TinyRun.Fit(folder["parts"], settings, resume: true);
        Assert.Equal(24, resumed.Steps);
        foreach (var file in (string[])[Checkpoint.FileName, RunFiles.ParityFileName, RunFiles.CalibrationFileName])
            Assert.True(File.ReadAllBytes(folder["whole/" + file]).AsSpan().SequenceEqual(File.ReadAllBytes(folder["parts/" + file])), $"{file} differs");
        var (rows, expected) = (TinyRun.Steps(folder["parts"]), TinyRun.Steps(folder["whole"]));
        Assert.Equal(expected, rows);
    }

    [Fact]
    public void Run_Finished_WritesARunFolderThatBelongsTogether()
    {
        using var folder = new TemporaryFolder();
        TinyRun.DrawImages(folder["images"], 12);
        File.WriteAllText(folder["images/broken.png"], "no image");
        var result = TinyRun.Fit(folder["run"], TinyRun.Settings(folder["images"], Architecture.Klt, steps: 12));
        Assert.Contains(result.Unreadable, line => line.StartsWith("broken.png: ", StringComparison.Ordinal));
        Assert.NotEmpty(result.ValidationPsnr);

        var checkpoint = Checkpoint.Load(folder["run/" + Checkpoint.FileName]);
        Assert.Equal(12, checkpoint.Provenance!.Steps);
        Assert.Equal("images", checkpoint.Provenance.Data);
        var parity = SafetensorsFile.Load(folder["run/" + RunFiles.ParityFileName]);
        Assert.Equal(RunFiles.ParityFormat, parity.GetMetadata("format"));
        Assert.Equal(checkpoint.Id.ToString(), parity.GetMetadata("id"));
        Assert.Equal(TensorType.UInt8, parity["sample.0.reconstruction.1"].Type);
        var calibration = SafetensorsFile.Load(folder["run/" + RunFiles.CalibrationFileName]);
        Assert.Equal(checkpoint.Id.ToString(), calibration.GetMetadata("id"));

        // Images of 48 × 40 give crops of 40 pixels, five positions of stride 8; as many as the model has seen samples.
        Assert.Equal([24L, checkpoint.Spec.Stages, 5, 5], calibration["indices"].Shape);

        // Code lengths are those of the calibration maps: Kraft's sum of −log₂ shares is 1.
        var spec = checkpoint.Spec;
        var lengths = checkpoint.Values(ModelTensors.CodeLengths).ToArray();
        for (var stage = 0; stage < spec.Stages; stage++)
            Assert.Equal(1, lengths.Skip(stage * spec.Codes).Take(spec.Codes).Sum(bits => Math.Pow(2, -bits)), 4);

        Assert.Equal(12, TinyRun.Steps(folder["run"])[^1]);
        Assert.True(File.Exists(new RunFolder(folder["run"]).Samples(12)));
        Assert.True(File.Exists(folder["run/training-state.safetensors"]));
    }

    [Fact]
    public void Run_ResumedWithOtherImages_IsRefused()
    {
        using var folder = new TemporaryFolder();
        TinyRun.DrawImages(folder["images"], 12);
        var settings = TinyRun.Settings(folder["images"], Architecture.VqVae, steps: 6);
        TinyRun.Fit(folder["run"], settings, stopAt: 3);
        File.Delete(ImageCollection.Find(folder["images"]).Training.Select(f => folder["images/" + f]).First());
        Assert.Contains("images", Assert.Throws<ModelFormatException>(() => TinyRun.Fit(folder["run"], settings, resume: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Run_ValidationImages_AreNeverTrainedOn()
    {
        using var folder = new TemporaryFolder();
        TinyRun.DrawImages(folder["images"], 12);
        var images = ImageCollection.Find(folder["images"]);
        var settings = TinyRun.Settings(folder["images"], Architecture.Klt, steps: 5);
        TinyRun.Fit(folder["before"], settings);
        foreach (var file in images.Validation) VipsImages.WritePng(Path.Combine(images.Root, file), new byte[40 * 40 * 3], 40, 40);
        TinyRun.Fit(folder["after"], settings);
        var (before, after) = (Checkpoint.Load(folder["before/" + Checkpoint.FileName]), Checkpoint.Load(folder["after/" + Checkpoint.FileName]));
        foreach (var tensor in ModelTensors.For(settings.Model)) Assert.True(before.Values(tensor.Name).SequenceEqual(after.Values(tensor.Name)), tensor.Name);
    }

    [Fact]
    public void Run_LimitedByMinutes_EndsWithAMeasuredRowAndResumesItsClock()
    {
        using var folder = new TemporaryFolder();
        TinyRun.DrawImages(folder["images"], 12);
        var settings = TinyRun.Settings(folder["images"], Architecture.Klt, steps: 1) with { Minutes = 1.5 / 60 };
        var stopped = TinyRun.Fit(folder["run"], settings, stopAt: 2);
        Assert.False(stopped.Completed);
        var result = TinyRun.Fit(folder["run"], settings, resume: true);
        Assert.True(result.Completed);
        Assert.True(result.Steps > 2);
        var last = File.ReadLines(folder["run/metrics.csv"]).Last().Split(',');
        Assert.Equal(result.Steps.ToString(System.Globalization.CultureInfo.InvariantCulture), last[0]);
        Assert.True(double.Parse(last[2], System.Globalization.CultureInfo.InvariantCulture) >= 1.4);
        Assert.NotEqual("", last[^1]);
    }

    [Fact]
    public void Run_Stopped_RecordsWhatTheStoppedWeightsReach()
    {
        using var folder = new TemporaryFolder();
        TinyRun.DrawImages(folder["images"], 12);
        var result = TinyRun.Fit(folder["run"], TinyRun.Settings(folder["images"], Architecture.Klt, steps: 30), stopAt: 9);
        var last = File.ReadLines(folder["run/metrics.csv"]).Last().Split(',');
        Assert.Equal("10", last[0]);
        Assert.Equal(result.ValidationPsnr[^1], double.Parse(last[^1], System.Globalization.CultureInfo.InvariantCulture), 3);
        var recorded = Checkpoint.Load(folder["run/" + Checkpoint.FileName]).Provenance!.Metrics!["validation_psnr_stages_3"];
        Assert.Equal(result.ValidationPsnr[^1], recorded, 3);
    }

    [Fact]
    public void Run_NoImageDecodes_IsOneErrorAndLeavesNoRun()
    {
        using var folder = new TemporaryFolder();
        TinyRun.DrawImages(folder["images"], 6);
        foreach (var file in Directory.GetFiles(folder["images"])) CutInHalf(file);
        Assert.Contains("can be decoded", Assert.Throws<IOException>(() => TinyRun.Fit(folder["run"], TinyRun.Settings(folder["images"], Architecture.Klt, steps: 5))).Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder["run"]));
    }

    [Fact]
    public void Run_DamagedValidationImages_TrainsWithout()
    {
        using var folder = new TemporaryFolder();
        TinyRun.DrawImages(folder["images"], 12);
        var images = ImageCollection.Find(folder["images"]);
        foreach (var file in images.Validation.Select(f => Path.Combine(images.Root, f))) CutInHalf(file);
        var result = TinyRun.Fit(folder["run"], TinyRun.Settings(folder["images"], Architecture.Klt, steps: 4));
        Assert.True(result.Completed);
        Assert.Empty(result.ValidationPsnr);
        Assert.Equal(images.Validation.Count, result.Unreadable.Count);
    }

    [Fact]
    public void Run_LongerRun_LeavesNoMoreTensorsThanAShortOne()
    {
        using var folder = new TemporaryFolder();
        TinyRun.DrawImages(folder["images"], 8);
        long Left(int steps)
        {
            var before = torch.Tensor.TotalCount;
            TinyRun.Fit(folder[$"{steps}"], TinyRun.Settings(folder["images"], Architecture.Klt, steps));
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return torch.Tensor.TotalCount - before;
        }

        // Steps, reports, validation, samples and saved states, three times as many.
        _ = Left(6);
        Assert.Equal(Left(7), Left(21));
    }

    [Fact]
    public void Run_HugeLearningRate_StopsWithAdviceAndNoCheckpoint()
    {
        using var folder = new TemporaryFolder();
        TinyRun.DrawImages(folder["images"], 8);
        var settings = TinyRun.Settings(folder["images"], Architecture.VqVae, steps: 400);
        settings = settings with { Training = settings.Training with { LearningRate = 1e6, GradientClip = 0 } };
        Assert.Contains("--lr", Assert.Throws<TrainingDivergedException>(() => TinyRun.Fit(folder["run"], settings)).Message, StringComparison.Ordinal);
        Assert.False(File.Exists(folder["run/" + Checkpoint.FileName]));
    }

    /// <summary>Leaves a header that can be read, and pixels that cannot.</summary>
    private static void CutInHalf(string file)
    {
        var bytes = File.ReadAllBytes(file);
        File.WriteAllBytes(file, bytes[..(bytes.Length / 2)]);
    }
}
