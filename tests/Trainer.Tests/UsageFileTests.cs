using VqVae.TestSupport;
using VqVae.Trainer.Run;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Tests;

public class UsageFileTests
{
    [Fact]
    public void EndInterval_SeveralCounts_WritesTheirSumsAndBeginsAnew()
    {
        using var folder = new TemporaryFolder();
        using var file = new UsageFile(folder["usage.csv"], resumeFrom: 0);
        file.Count([Stage("luma 1", 3, 0, 1), Stage("chroma 1", 0, 0, 4)]);
        file.Count([Stage("luma 1", 1, 0, 0), Stage("chroma 1", 2, 0, 0)]);
        file.EndInterval(200);
        file.EndInterval(300);
        file.Count([Stage("luma 1", 0, 5, 0), Stage("chroma 1", 1, 1, 1)]);
        file.EndInterval(400);
        Assert.Equal(
            ["step,stage,codes,used,counts", "200,luma 1,3,2,4 0 1", "200,chroma 1,3,2,2 0 4", "400,luma 1,3,1,0 5 0", "400,chroma 1,3,3,1 1 1"],
            Lines(folder["usage.csv"]));
    }

    [Fact]
    public void Open_Resumed_DropsWhatWillBeRunAgain()
    {
        using var folder = new TemporaryFolder();
        Fill(folder["usage.csv"], 200, 400, 600);
        using (var file = new UsageFile(folder["usage.csv"], resumeFrom: 500))
        {
            file.Count([Stage("1", 9, 9)]);
            file.EndInterval(600);
        }

        var intervals = UsageFile.Read(folder["usage.csv"]);
        Assert.Equal([200, 400, 600], intervals.Select(i => i.Step));
        Assert.Equal([9, 9], intervals[^1].Stages.Single().Counts);
        using (new UsageFile(folder["usage.csv"], resumeFrom: 0))
        {
        }

        Assert.Empty(UsageFile.Read(folder["usage.csv"]));
    }

    [Fact]
    public void EndInterval_LargeCodebook_CountsRangesOfCodesAndKnowsTheUsedOnes()
    {
        using var folder = new TemporaryFolder();
        using (var file = new UsageFile(folder["usage.csv"], resumeFrom: 0))
        {
            var counts = new float[1000];
            (counts[0], counts[3], counts[4], counts[999]) = (1, 2, 4, 8);
            file.Count([new StageUsage("1", 0, 0, counts)]);
            file.EndInterval(10);
        }

        var stage = UsageFile.Read(folder["usage.csv"]).Single().Stages.Single();
        Assert.Equal((1000, 4, UsageFile.MaxBins), (stage.Codes, stage.Used, stage.Counts.Count));
        Assert.Equal([3, 4, 8], new[] { stage.Counts[0], stage.Counts[1], stage.Counts[^1] });
        Assert.Equal(15, stage.Counts.Sum());
    }

    [Fact]
    public void EndInterval_VeryManyIntervals_MergesNeighboursAndKeepsTheSums()
    {
        using var folder = new TemporaryFolder();
        const int Intervals = 600;
        using (var file = new UsageFile(folder["usage.csv"], resumeFrom: 0))
        {
            for (var i = 1; i <= Intervals; i++)
            {
                file.Count([Stage("1", 1, i % 2), Stage("2", 0, 3)]);
                file.EndInterval(10 * i);
            }
        }

        var intervals = UsageFile.Read(folder["usage.csv"]);
        Assert.InRange(intervals.Count, UsageFile.MaxIntervals / 2, UsageFile.MaxIntervals);
        Assert.Equal(10 * Intervals, intervals[^1].Step);
        Assert.Equal([Intervals, Intervals / 2], new[] { intervals.Sum(i => i.Stages[0].Counts[0]), intervals.Sum(i => i.Stages[0].Counts[1]) });
        Assert.Equal(3 * Intervals, intervals.Sum(i => i.Stages[1].Counts[1]));
        Assert.All(intervals.Zip(intervals.Skip(1)), pair => Assert.InRange(pair.Second.Step - pair.First.Step, 10, 80));
    }

    [Fact]
    public void EndInterval_VeryManyStages_KeepsTheFileSmall()
    {
        using var folder = new TemporaryFolder();
        var counts = new float[256];
        Array.Fill(counts, 9);
        StageUsage[] stages = [.. Enumerable.Range(1, 510).Select(i => new StageUsage($"{i}", 0, 0, counts))];
        using (var file = new UsageFile(folder["usage.csv"], resumeFrom: 0))
        {
            for (var step = 1; step <= 10; step++)
            {
                file.Count(stages);
                file.EndInterval(step);
            }
        }

        Assert.InRange(UsageFile.Read(folder["usage.csv"]).Count * stages.Length * counts.Length, 1, UsageFile.MaxCells);
    }

    [Fact]
    public void Read_DamagedRows_AreLeftOut()
    {
        using var folder = new TemporaryFolder();
        Fill(folder["usage.csv"], 200, 400);
        var whole = File.ReadAllText(folder["usage.csv"]);
        File.WriteAllText(folder["usage.csv"], whole + "600,1,2,1\n700,1,2,1,5 x\n-1,1,2,1,1 1\n800,1,2,9,1 1\n900,1,3,1,1 1\n\0\n600,1,2,1,7");
        Assert.Equal([200, 400], UsageFile.Read(folder["usage.csv"]).Select(i => i.Step));
    }

    [Fact]
    public void Read_IntervalThatIsBeingWritten_IsLeftOut()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["usage.csv"], "step,stage,codes,used,counts\n100,1,2,2,1 1\n100,2,2,2,1 1\n200,1,2,2,1 1\n");
        Assert.Equal([100], UsageFile.Read(folder["usage.csv"]).Select(i => i.Step));
    }

    private static void Fill(string path, params long[] steps)
    {
        using var file = new UsageFile(path, resumeFrom: 0);
        foreach (var step in steps)
        {
            file.Count([Stage("1", 1, 2)]);
            file.EndInterval(step);
        }
    }

    private static StageUsage Stage(string name, params float[] counts) => new(name, 0, 0, counts);

    private static string[] Lines(string path)
    {
        using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
