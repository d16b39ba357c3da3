using VqVae.Codec.Cli.CommandLine;
using VqVae.CommandLine;
using VqVae.TestSupport;

namespace VqVae.Codec.Cli.Tests;

public sealed class OutputFileTests
{
    private static readonly Terminal Streams = new()
    {
        OpenInput = () => Stream.Null,
        OpenOutput = () => Stream.Null,
        Output = TextWriter.Null,
        Error = TextWriter.Null,
    };

    [Fact]
    public void Check_ExistingFile_NeedsForce()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["out"], "old");
        Assert.Contains("exists; --force", Assert.Throws<IOException>(() => OutputFile.Check(folder["out"], "in", false, Streams)).Message, StringComparison.Ordinal);

        OutputFile.Check(folder["out"], "in", true, Streams).Write("new"u8.ToArray());
        Assert.Equal("new", File.ReadAllText(folder["out"]));
    }

    [Fact]
    public void Write_FileThatCameToExistMeanwhile_IsKept()
    {
        using var folder = new TemporaryFolder();
        var output = OutputFile.Check(folder["out"], "in", false, Streams);
        File.WriteAllText(folder["out"], "somebody else's");

        Assert.Contains("exists; --force", Assert.Throws<IOException>(() => output.Write("new"u8.ToArray())).Message, StringComparison.Ordinal);
        Assert.Equal("somebody else's", File.ReadAllText(folder["out"]));
        Assert.Single(Directory.GetFileSystemEntries(folder.Path));
    }

    [Fact]
    public void Check_FolderMissingOrAFolder_IsRefused()
    {
        using var folder = new TemporaryFolder();
        Assert.Contains("does not exist", Assert.Throws<DirectoryNotFoundException>(() => OutputFile.Check(folder["no/out"], "in", false, Streams)).Message, StringComparison.Ordinal);
        Assert.Contains("is a folder", Assert.Throws<IOException>(() => OutputFile.Check(folder.Path, "in", true, Streams)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Check_InputThroughALink_IsTheSameFile()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "x");
        File.CreateSymbolicLink(folder["link"], folder["file"]);
        Directory.CreateDirectory(folder["real"]);
        Directory.CreateSymbolicLink(folder["alias"], folder["real"]);
        Assert.Throws<UsageException>(() => OutputFile.Check(folder["link"], folder["file"], true, Streams));
        Assert.Throws<UsageException>(() => OutputFile.Check(folder["file"], folder["link"], true, Streams));
        Assert.Throws<UsageException>(() => OutputFile.Check(folder["alias/a"], folder["real/a"], true, Streams));
        Assert.False(OutputFile.IsSameFile(folder["real/a"], folder["real/b"]));
    }

    [Fact]
    public void Write_Device_IsWrittenToAndStaysADevice()
    {
        if (OperatingSystem.IsWindows()) return;
        OutputFile.Check("/dev/null", "in", false, Streams).Write(new byte[10]);
        Assert.Empty(File.ReadAllBytes("/dev/null"));
    }

    [Theory]
    [InlineData("/dev/stdout")]
    [InlineData("/dev/fd/1")]
    [InlineData("/proc/self/fd/1")]
    [InlineData("/dev/../dev/stdout")]
    public void Check_NameOfStandardOutput_IsStandardOutput(string name)
    {
        if (!OperatingSystem.IsLinux()) return;
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder["link"], name);
        using var run = new InProcess();
        var terminal = run.Terminal();
        foreach (var path in (string[])[name, folder["link"]])
        {
            var output = OutputFile.Check(path, "in", false, terminal);
            Assert.True(output.IsStandard);
            Assert.Same(terminal.Error, output.Messages);
        }
    }

    [Fact]
    public void Messages_OutputToADevice_GoToStandardError()
    {
        if (OperatingSystem.IsWindows()) return;
        using var folder = new TemporaryFolder();
        using var run = new InProcess();
        var terminal = run.Terminal();
        Assert.Same(terminal.Error, OutputFile.Check("/dev/null", "in", false, terminal).Messages);
        Assert.Same(terminal.Output, OutputFile.Check(folder["file"], "in", false, terminal).Messages);
    }

    [Fact]
    public void Write_LinkToADevice_IsWrittenToAndStaysALink()
    {
        if (OperatingSystem.IsWindows()) return;
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder["null"], "/dev/null");
        OutputFile.Check(folder["null"], "in", false, Streams).Write(new byte[10]);
        Assert.Equal("/dev/null", new FileInfo(folder["null"]).LinkTarget);
    }

    [Fact]
    public void Write_FileInSharedMemory_IsAFileLikeAnyOther()
    {
        if (!Directory.Exists("/dev/shm")) return;
        var path = $"/dev/shm/{Guid.NewGuid():N}";
        try
        {
            OutputFile.Check(path, "in", false, Streams).Write(new byte[10]);
            Assert.Equal(new byte[10], File.ReadAllBytes(path));
            Assert.Contains("exists; --force", Assert.Throws<IOException>(() => OutputFile.Check(path, "in", false, Streams)).Message, StringComparison.Ordinal);

            var output = OutputFile.Check(path, "in", true, Streams);
            output.Write("short"u8.ToArray());
            Assert.Equal("short"u8.ToArray(), File.ReadAllBytes(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(true, false, true)]
    [InlineData(true, true, false)]
    [InlineData(false, false, false)]
    public void IsStyled_TerminalsWithoutNoColor_AreAlone(bool isTerminal, bool noColor, bool expected) => Assert.Equal(
        expected,
        new Terminal { OpenInput = () => Stream.Null, OpenOutput = () => Stream.Null, Output = TextWriter.Null, Error = TextWriter.Null, OutputIsTerminal = isTerminal, NoColor = noColor }.IsStyled);

    [Fact]
    public void OneLine_ControlCharacters_AreRemoved() => Assert.Equal("a b [31mc", ErrorReport.OneLine("a\r\nb\t\u001b[31mc\n"));
}
