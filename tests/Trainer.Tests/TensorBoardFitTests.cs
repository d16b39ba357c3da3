using TorchSharp;
using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Data;
using VqVae.Trainer.Run;
using VqVae.Trainer.Seeing.TensorBoard;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Tests;

[Collection(TorchTests.Name)]
public class TensorBoardFitTests
{
    [Fact]
    public void Run_Recorded_HasEveryRowOfTheMetricsAndAllChosenCodes()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["images"]);
        Directory.CreateDirectory(folder["run"]);
        for (var i = 0; i < 12; i++) VipsImages.WritePng(folder[$"images/{i:D2}.png"], DrawnImage.Rgb(48, 40, i), 48, 40);
        var settings = new RunSettings
        {
            Preset = "test",
            Data = folder["images"],
            Model = RandomCheckpoint.TinyKlt,
            Training = Preset.Small.Training with { ImageSize = 32, Batch = 2, Steps = 12 },
            Seed = 3,
            Threads = 1,
        };
        var options = new FitOptions { ReportEvery = 2, ValidateEvery = 6, SamplesEvery = 6, SaveEvery = 6 };
        using (var observer = new TensorBoardObserver(folder["run/tensorboard"], settings.Model.Planes, settings.ToJson(), warning => Assert.Fail(warning)))
            new Fitter(settings, options, new RunFolder(folder["run"]), torch.CPU, observer).Run(CancellationToken.None);

        var events = TensorBoardEvents.Read(Directory.GetFiles(folder["run/tensorboard"]).Single());
        var rows = File.ReadLines(folder["run/metrics.csv"]).Skip(1).Select(row => long.Parse(row.Split(',')[0], System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(rows, events.Where(e => e.Values.Any(v => v.Tag == "loss/total")).Select(e => e.Step));
        Assert.Equal([6, 12], events.Where(e => e.Values.Any(v => v.Tag == "validation/psnr")).Select(e => e.Step));
        Assert.Equal([6, 12], events.Where(e => e.Values.Any(v => v.Image is not null)).Select(e => e.Step));

        // 6 steps of 2 samples of 4 × 4 positions each, for every stage.
        var histograms = events.SelectMany(e => e.Values).Where(v => v.Histogram is not null).ToList();
        Assert.Equal(2 * settings.Model.Stages, histograms.Count);
        Assert.All(histograms, h => Assert.Equal((6 * 2 * 16, settings.Model.Codes), (h.Histogram!.Num, h.Histogram.Counts.Length)));
    }
}
