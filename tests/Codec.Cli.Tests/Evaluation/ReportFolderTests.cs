using VqVae.Codec.Cli.Evaluation.Report;
using VqVae.TestSupport;

namespace VqVae.Codec.Cli.Tests.Evaluation;

public sealed class ReportFolderTests
{
    [Fact]
    public void Check_NewOrEmptyFolder_IsTaken()
    {
        using var folder = new TemporaryFolder();
        ReportFolder.Check(folder.Path, force: false);
        ReportFolder.Check(folder["new"], force: false);
        Assert.False(Directory.Exists(folder["new"]));
    }

    [Theory]
    [InlineData("report.html", "holds an earlier report; --force overwrites it")]
    [InlineData("notes.txt", "holds other files (notes.txt); name a new folder, or --force")]
    public void Check_FolderWithFiles_IsRefusedUnlessForced(string file, string expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder[file], "");
        Assert.Contains(expected, Assert.Throws<IOException>(() => ReportFolder.Check(folder.Path, force: false)).Message, StringComparison.Ordinal);
        ReportFolder.Check(folder.Path, force: true);
    }

    [Fact]
    public void Check_AFile_IsRefusedEvenWithForce()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");
        Assert.Contains("is a file, expected a folder", Assert.Throws<IOException>(() => ReportFolder.Check(folder["file"], force: true)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Results_AreAllFilesAndNoOther()
    {
        using var folder = new TemporaryFolder();
        using var run = new InProcess();
        var result = FakeCodec.Evaluation([(1000, 24), (2000, 27)], [(1000, 21), (4000, 27)]);
        ReportFolder.Check(folder["out"], force: false).Write(result, [], run.Terminal(), default);
        var written = Directory.GetFiles(folder["out"]).Select(p => Path.GetFileName(p)!).ToHashSet();
        Assert.Empty(written.Except(ReportFolder.FileNames));
        Assert.Empty(ReportFolder.FileNames.Where(n => !n.EndsWith(".png", StringComparison.Ordinal)).Except(written));
    }

    [Fact]
    public void Write_Stopped_LeavesNoFolder()
    {
        using var folder = new TemporaryFolder();
        using var run = new InProcess();
        var result = FakeCodec.Evaluation([(1000, 24), (2000, 27)], [(1000, 21), (4000, 27)]);
        var target = ReportFolder.Check(folder["out"], force: false);
        Assert.Throws<OperationCanceledException>(() => target.Write(result, [], run.Terminal(), new CancellationToken(canceled: true)));
        Assert.False(Directory.Exists(folder["out"]));
    }
}
