using VqVae.TestSupport;

namespace VqVae.Models.Tests;

public class AtomicFileTests
{
    [Fact]
    public void Write_NewFile_HoldsTheContentAndNothingElseIsLeft()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.WriteAllText(folder["a.txt"], "été");
        Assert.Equal("été"u8.ToArray(), File.ReadAllBytes(folder["a.txt"]));
        Assert.Equal([folder["a.txt"]], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Write_ExistingFile_IsReplacedWhole()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.WriteAllBytes(folder["a"], new byte[100]);
        AtomicFile.WriteAllBytes(folder["a"], new byte[] { 1, 2 });
        Assert.Equal([1, 2], File.ReadAllBytes(folder["a"]));
    }

    [Fact]
    public void Write_WhileWriting_ReadersSeeTheOldContent()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.WriteAllText(folder["a"], "old");
        AtomicFile.Write(folder["a"], stream =>
        {
            stream.Write("new"u8);
            stream.Flush();
            Assert.Equal("old", File.ReadAllText(folder["a"]));
        });
        Assert.Equal("new", File.ReadAllText(folder["a"]));
    }

    [Fact]
    public void Write_WriterThrows_KeepsTheOldContentAndLeavesNoTemporaryFile()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.WriteAllText(folder["a"], "old");

        var error = Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder["a"], stream =>
        {
            stream.Write("half"u8);
            throw new InvalidOperationException("stop");
        }));

        Assert.Equal("stop", error.Message);
        Assert.Equal("old", File.ReadAllText(folder["a"]));
        Assert.Equal([folder["a"]], Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void Write_WithoutOverwrite_KeepsTheExistingFile()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.WriteAllText(folder["a"], "old");

        Assert.Throws<IOException>(() => AtomicFile.WriteAllText(folder["a"], "new", overwrite: false));

        Assert.Equal("old", File.ReadAllText(folder["a"]));
        Assert.Equal([folder["a"]], Directory.GetFiles(folder.Path));
        AtomicFile.WriteAllText(folder["b"], "new", overwrite: false);
        Assert.Equal("new", File.ReadAllText(folder["b"]));
    }

    [Fact]
    public void Write_TargetIsAFolder_FailsAndLeavesNoTemporaryFile()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["a"]);

        Assert.ThrowsAny<Exception>(() => AtomicFile.WriteAllText(folder["a"], "new"));

        Assert.Empty(Directory.GetFiles(folder.Path));
        Assert.True(Directory.Exists(folder["a"]));
    }

    [Fact]
    public void Write_LongestFileName_IsWritten()
    {
        using var folder = new TemporaryFolder();
        var path = folder[new string('n', 255)];
        AtomicFile.WriteAllText(path, "x");
        Assert.Equal("x", File.ReadAllText(path));
    }

    [Fact]
    public void Write_MissingFolder_ThrowsDirectoryNotFoundException()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.WriteAllText(Path.Combine(folder["missing"], "a"), "x"));
    }

    /// <summary>A file without permissions keeps everybody out but root, for whom this shows less.</summary>
    [Fact]
    public void RemoveLeftovers_OneThatMayNotBeOpened_IsNoError()
    {
        if (OperatingSystem.IsWindows()) return;
        using var folder = new TemporaryFolder();
        string[] left = [];
        AtomicFile.Write(folder["a"], stream =>
        {
            var temporary = Directory.GetFiles(folder.Path).Single();
            left = [.. "123".Select(digit => $"{temporary[..^20]}{new string(digit, 16)}.tmp")];
            foreach (var path in left) File.WriteAllText(path, "half");
        });
        File.SetUnixFileMode(left[1], UnixFileMode.None);
        AtomicFile.RemoveLeftovers(folder.Path, ["a"]);
        Assert.False(File.Exists(left[0]));
        Assert.False(File.Exists(left[2]));
    }

    [Fact]
    public void RemoveLeftovers_OfAKilledProcess_RemovesThoseOfTheNamedFilesAlone()
    {
        using var folder = new TemporaryFolder();
        string Leave(string name)
        {
            // A copy of the temporary file, as if the process had been killed while it wrote.
            var before = Directory.GetFiles(folder.Path);
            var left = "";
            AtomicFile.Write(folder[name], stream =>
            {
                var temporary = Directory.GetFiles(folder.Path).Except(before).Single();
                left = temporary[..^5] + (temporary[^5] == '0' ? "1.tmp" : "0.tmp");
                File.WriteAllText(left, "half");

                AtomicFile.RemoveLeftovers(folder.Path, [name]);
                Assert.False(File.Exists(left), "the file of a dead process is still there");
                Assert.True(File.Exists(temporary), "the file of a living process is gone");
                File.WriteAllText(left, "half");
            });
            return left;
        }

        var (a, b) = (Leave("a.vq"), Leave("b.vq"));
        File.WriteAllText(folder[".notes-1.tmp"], "mine");

        // Of the same target's name, but not as many digits behind it.
        var similar = a.Replace(".tmp", "0.tmp", StringComparison.Ordinal);
        File.WriteAllText(similar, "mine");
        AtomicFile.RemoveLeftovers(folder.Path, ["a.vq", "c.vq"]);
        Assert.False(File.Exists(a));
        Assert.True(File.Exists(b));
        Assert.True(File.Exists(folder[".notes-1.tmp"]));
        Assert.True(File.Exists(similar));
        Assert.True(File.Exists(folder["a.vq"]));
        AtomicFile.RemoveLeftovers(folder["none"], ["a.vq"]);
    }
}
