using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Run;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Tests;

public class RunFolderTests
{
    private static readonly IReadOnlyList<LatentPlane> Planes = RandomCheckpoint.TinyVqVae.Planes;

    [Fact]
    public void RunLock_HeldByAnother_IsRefusedUntilItLetsGo()
    {
        using var temporary = new TemporaryFolder();
        var folder = new RunFolder(temporary.Path);
        File.WriteAllText(folder.Settings, "");
        Directory.CreateDirectory(folder.Best.Path);
        Directory.CreateDirectory(folder.KeptStep(7).Path);
        using (RunLock.Take(folder))
        {
            foreach (var part in (RunFolder[])[folder, folder.Best, folder.KeptStep(7)])
                Assert.Contains("another trainer", Assert.Throws<IOException>(() => RunLock.Take(part)).Message, StringComparison.Ordinal);
        }

        RunLock.Take(folder.Best).Dispose();
        Assert.False(File.Exists(folder.Best.Lock));
    }

    [Fact]
    public void RunLock_BestFolderCopiedElsewhere_IsItsOwn()
    {
        using var temporary = new TemporaryFolder();
        var copied = new RunFolder(temporary["best"]);
        Directory.CreateDirectory(copied.Path);
        Assert.Equal(copied.Path, copied.Root.Path);
        RunLock.Take(copied).Dispose();
        Assert.True(File.Exists(copied.Lock));
    }

    [Fact]
    public void RemoveLeftovers_KilledWriters_GoAndOtherFilesStay()
    {
        using var temporary = new TemporaryFolder();
        var folder = new RunFolder(temporary.Path);
        Directory.CreateDirectory(folder.Best.Path);
        Directory.CreateDirectory(folder.KeptStep(3).Path);
        var leftovers = (string[])[LeaveTemporary(folder.State), LeaveTemporary(folder.Report), LeaveTemporary(folder.Best.Checkpoint), LeaveTemporary(folder.KeptStep(3).Checkpoint)];
        File.WriteAllText(temporary["notes.tmp"], "mine");
        folder.RemoveLeftovers();
        Assert.All(leftovers, path => Assert.False(File.Exists(path), path));
        Assert.True(File.Exists(temporary["notes.tmp"]));
    }

    [Fact]
    public void MetricsFile_Resumed_KeepsWholeRowsUpToTheStep()
    {
        using var temporary = new TemporaryFolder();
        var folder = new RunFolder(temporary.Path);
        using (var metrics = new MetricsFile(folder, Planes, resumeFrom: 0))
            foreach (var step in (long[])[2, 4, 6, 8])
                metrics.Add(metrics.Row(Report(step)));
        var all = File.ReadAllLines(folder.Metrics);

        // Torn by a full disk: half of a row of step 4 again.
        File.AppendAllText(folder.Metrics, all[2][..(all[2].Length / 2)]);
        using (var metrics = new MetricsFile(folder, Planes, resumeFrom: 6)) metrics.Add(metrics.Row(Report(7)));
        var rows = File.ReadAllLines(folder.Metrics);
        Assert.Equal([.. all[..4], all[4].Replace("8,", "7,", StringComparison.Ordinal)], rows);
    }

    [Fact]
    public void MetricsFile_CannotBeReplacedOnResuming_KeepsAllRows()
    {
        using var temporary = new TemporaryFolder();
        var folder = new RunFolder(temporary.Path);
        using (var metrics = new MetricsFile(folder, Planes, resumeFrom: 0)) metrics.Add(metrics.Row(Report(2)));
        var before = File.ReadAllText(folder.Metrics);
        var full = folder with { WriteFile = (path, write) => AtomicFile.Write(path, stream => write(new FullDiskStream(stream, 10))) };
        Assert.Throws<IOException>(() => new MetricsFile(full, Planes, resumeFrom: 1).Dispose());
        Assert.Equal(before, File.ReadAllText(folder.Metrics));
    }

    [Fact]
    public void RunPosition_ThereAndBack_IsTheSame()
    {
        var position = new RunPosition
        {
            Step = 1234,
            Seconds = 0.1 + 0.2,
            ReportedSteps = 14,
            Best = new BestStep(1200, 27.123456789),
            Validation = new ValidationResult { Psnr = [20.5, double.PositiveInfinity], MeanSquaredError = 0.125, MsSsim = 0.9, BitsPerPixel = 0.5, RatePoints = [new RatePointResult(0.5, 20.5)] },
            ValidatedStep = 1230,
        };
        var read = RunPosition.FromJson(position.ToJson());
        Assert.Equal(position.Validation.Psnr, read.Validation!.Psnr);
        Assert.Equal(position with { Validation = null }, read with { Validation = null });
        Assert.Equal(position.Validation.RatePoints, read.Validation.RatePoints);
        Assert.Equal(position.ToJson(), read.ToJson());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"step":-1,"seconds":0,"reported_steps":0}""")]
    [InlineData("""{"step":1,"seconds":-1,"reported_steps":0}""")]
    [InlineData("""{"step":1,"seconds":"NaN","reported_steps":0}""")]
    [InlineData("""{"step":1,"seconds":0,"reported_steps":0,"other":1}""")]
    public void RunPosition_Malformed_IsRefused(string json) => Assert.Throws<ModelFormatException>(() => RunPosition.FromJson(json));

    [Fact]
    public void DiskSpace_LessThanNeeded_IsRefusedWithNumbers()
    {
        var needs = new DiskNeeds(States: 2, StateBytes: 1000, Weights: 300, Samples: 40);
        var folder = new RunFolder("runs/full");
        var warnings = new List<string>();
        var error = Assert.Throws<IOException>(() => DiskSpace.Check(folder, needs, free: 2339, warnings.Add)).Message;
        Assert.All((string[])["runs/full", "2339", "2340", "1000", "300"], part => Assert.Contains(part, error, StringComparison.Ordinal));
        DiskSpace.Check(folder, needs, free: 2340, warnings.Add);
        Assert.Empty(warnings);
        DiskSpace.Check(folder, needs, free: null, warnings.Add);
        Assert.Contains("2340", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void DiskSpace_FolderThatDoesNotExistYet_IsThatOfItsDisk()
    {
        using var temporary = new TemporaryFolder();
        Assert.True(DiskSpace.Free(temporary["a/b/c"]) > 0);
    }

    private static string LeaveTemporary(string target)
    {
        var folder = Path.GetDirectoryName(target)!;
        var before = Directory.GetFiles(folder);
        var copied = "";
        AtomicFile.Write(target, stream =>
        {
            var temporary = Assert.Single(Directory.GetFiles(folder, ".*.tmp").Except(before));
            copied = temporary[..^8] + "0000.tmp";
            File.WriteAllText(copied, "part");
        });
        return copied;
    }

    private static Progress Report(long step) => new()
    {
        Step = step,
        LearningRate = 1e-3,
        Loss = 1,
        Reconstruction = 1,
        Codebook = 1,
        Commitment = 1,
        GradientNorm = 1,
        Stages = [new StageUsage("1", 2, 1, [])],
    };
}
