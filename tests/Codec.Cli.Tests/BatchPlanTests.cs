using VqVae.Codec.Cli.Batch;
using VqVae.CommandLine;
using VqVae.TestSupport;

namespace VqVae.Codec.Cli.Tests;

public sealed class BatchPlanTests
{
    private static readonly string[] Pictures = [".png", ".jpg"];

    [Fact]
    public void Find_Folder_GivesSortedPicturesWithoutHiddenOnesAndLinkedFolders()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])["b.PNG", "a.jpg", "notes.txt", ".hidden.png", "in/c.png", "in/deep/d.png", ".git/e.png"]) Touch(folder, name);
        Assert.Equal(["a.jpg", "b.PNG"], Names(folder, recursive: false));
        Assert.Equal(["a.jpg", "b.PNG", "in/c.png", "in/deep/d.png"], Names(folder, recursive: true));
        if (OperatingSystem.IsWindows()) return;

        Directory.CreateSymbolicLink(folder["in/up"], folder.Path);
        File.CreateSymbolicLink(folder["z.png"], folder["a.jpg"]);
        Assert.Equal(["a.jpg", "b.PNG", "in/c.png", "in/deep/d.png", "z.png"], Names(folder, recursive: true));
    }

    [Fact]
    public void Find_LinkThatLeadsNowhere_IsReported()
    {
        if (OperatingSystem.IsWindows()) return;
        using var folder = new TemporaryFolder();
        Touch(folder, "a.jpg");
        File.CreateSymbolicLink(folder["b.jpg"], folder["none.jpg"]);
        var failed = new List<string>();
        Assert.Single(FileTree.Find(folder.Path, false, Pictures, (name, _) => failed.Add(name)));
        Assert.Equal([folder["b.jpg"]], failed);
    }

    [Fact]
    public void Find_LinksInACircle_AreReportedAndTheOtherFilesFound()
    {
        if (OperatingSystem.IsWindows()) return;
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])["a.jpg", "in/b.jpg", "in/z.jpg", "z.jpg"]) Touch(folder, name);
        foreach (var name in (string[])["m.jpg", "in/m.jpg"]) File.CreateSymbolicLink(folder[name], folder[name]);
        var failed = new List<string>();
        var found = FileTree.Find(folder.Path, true, Pictures, (name, _) => failed.Add(name));
        Assert.Equal(["a.jpg", "in/b.jpg", "in/z.jpg", "z.jpg"], found.Select(f => f.RelativePath));
        Assert.Equal([folder["in/m.jpg"], folder["m.jpg"]], failed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Make_Shards_DivideTheFilesAmongThem()
    {
        var files = Enumerable.Range(0, 200).Select(i => Entry($"in/p{i}.png")).ToArray();
        var plans = Enumerable.Range(0, 7).Select(i => BatchPlan.Make(files, "out", ".vq", false, new Shard(i, 7), false)).ToArray();
        Assert.Equal(files.Select(f => f.RelativePath), plans.SelectMany(p => p.Items).Select(i => i.Input.RelativePath).Order(StringComparer.Ordinal).OrderBy(n => Array.FindIndex(files, f => f.RelativePath == n)));
        Assert.All(plans, p => Assert.Equal(200, p.Items.Count + p.OtherShards));
    }

    [Theory]
    [InlineData(false, "out/in/a.b.vq")]
    [InlineData(true, "out/in/a.b.jpeg.vq")]
    public void Make_Output_ReplacesOrAppendsTheExtension(bool append, string expected) =>
        Assert.Equal(Path.Combine(expected.Split('/')), Assert.Single(BatchPlan.Make([Entry("in/a.b.jpeg")], "out", ".vq", append, Shard.All, false).Items).Output.Replace('/', Path.DirectorySeparatorChar));

    [Fact]
    public void Make_TwoFilesOfOneResult_AreRefusedInEveryShard()
    {
        FileEntry[] files = [Entry("a.jpg"), Entry("a.png")];
        for (var i = 0; i < 3; i++)
        {
            var shard = new Shard(i, 3);
            var error = Assert.Throws<UsageException>(() => BatchPlan.Make(files, "out", ".vq", false, shard, false));
            Assert.Contains("a.jpg and a.png would both become a.vq", error.Message, StringComparison.Ordinal);
        }

        Assert.Equal(2, BatchPlan.Make(files, "out", ".vq", true, Shard.All, false).Items.Count);
    }

    [Fact]
    public void Make_ResultThatExists_IsSkippedWhereItHasItsSourcesTime()
    {
        using var folder = new TemporaryFolder();
        Touch(folder, "a.vq");
        var written = File.GetLastWriteTimeUtc(folder["a.vq"]);
        var (same, older, newer) = (Entry("a.png", written), Entry("a.png", written.AddMinutes(-1)), Entry("a.png", written.AddMinutes(1)));
        var plan = BatchPlan.Make([same], folder.Path, ".vq", false, Shard.All, false);
        Assert.Equal((0, 1), (plan.Items.Count, plan.Skipped));
        Assert.Single(BatchPlan.Make([older], folder.Path, ".vq", false, Shard.All, false).Items);
        Assert.Single(BatchPlan.Make([newer], folder.Path, ".vq", false, Shard.All, false).Items);
        Assert.Single(BatchPlan.Make([same], folder.Path, ".vq", false, Shard.All, force: true).Items);
    }

    [Theory]
    [InlineData(0.0, 1.9, true)]
    [InlineData(0.0, -1.9, true)]
    [InlineData(0.0, 2.1, false)]
    [InlineData(0.25, 0.009, true)]
    [InlineData(0.25, 0.011, false)]
    [InlineData(0.251, 0.001, false)]
    [InlineData(0.25, 1.0, false)]
    [InlineData(0.25, -1.0, false)]
    public void IsTimeOf_RoundedTimes_AreTheSame(double resultSecond, double difference, bool expected)
    {
        var result = new DateTime(2020, 1, 1, 0, 0, 10, DateTimeKind.Utc).AddSeconds(resultSecond);
        Assert.Equal(expected, BatchPlan.IsTimeOf(result, result.AddSeconds(difference)));
    }

    [Theory]
    [InlineData(8, 100, null, null, 8, 1)]
    [InlineData(8, 1, null, null, 1, 8)]
    [InlineData(8, 3, null, null, 3, 2)]
    [InlineData(8, 100, 2, null, 2, 4)]
    [InlineData(8, 100, null, 4, 2, 4)]
    [InlineData(8, 100, null, 0, 1, 8)]
    [InlineData(8, 100, 3, 5, 3, 5)]
    [InlineData(2, 100, 16, null, 16, 1)]
    [InlineData(2, 0, null, null, 1, 2)]
    [InlineData(1, 100, null, 4, 1, 4)]
    public void Choose_JobsAndThreads_ShareTheCores(int cores, int files, int? jobs, int? threads, int expectedJobs, int expectedThreads) =>
        Assert.Equal(new WorkSplit(expectedJobs, expectedThreads), WorkSplit.Choose(cores, files, jobs, threads));

    [Fact]
    public void IsDiskFull_FullDevice_IsRecognized()
    {
        if (!OperatingSystem.IsLinux()) return;
        var error = Assert.Throws<IOException>(() => File.WriteAllText("/dev/full", "x"));
        Assert.True(BatchRun.IsDiskFull(error), $"error {error.HResult}");
        Assert.False(BatchRun.IsDiskFull(Assert.Throws<FileNotFoundException>(() => File.ReadAllText("/none"))));
    }

    private static string[] Names(TemporaryFolder folder, bool recursive) =>
        [.. FileTree.Find(folder.Path, recursive, Pictures, (name, e) => Assert.Fail($"{name}: {e.Message}")).Select(f => f.RelativePath)];

    private static void Touch(TemporaryFolder folder, string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[name])!);
        File.WriteAllText(folder[name], "x");
    }

    private static FileEntry Entry(string path, DateTime modified = default) => new(path, path, 1, modified);
}
