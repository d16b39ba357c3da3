using VqVae.TestSupport;
using VqVae.Trainer.Data;

namespace VqVae.Trainer.Tests;

public class ImageListTests
{
    [Theory]
    [InlineData("list.txt")]
    [InlineData("list.LST")]
    public void Find_List_NamesFilesRelativeAndAbsolute(string name)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["in/deep"]);
        foreach (var file in (string[])["in/b.png", "in/deep/a b.jpg", "c.dat"]) File.WriteAllText(folder[file], "");
        File.WriteAllText(folder["in/" + name], $"# photos\r\n\r\n  deep/a b.jpg\t\n{folder["c.dat"]}\nb.png\n./b.png\n{folder["in/b.png"]}\n");
        var images = ImageCollection.Find(folder["in/" + name]);
        Assert.Equal(folder["in"], images.Root);
        Assert.Equal(new[] { folder["c.dat"], "b.png", "deep/a b.jpg" }.Order(StringComparer.Ordinal), images.Training.Concat(images.Validation).Order(StringComparer.Ordinal));
        Assert.Contains("2 that came again", images.Layout, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_ListOfAFolder_SplitsAsTheFolderDoes()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 60; i++) File.WriteAllText(folder[$"{i}.png"], "");
        var expected = ImageCollection.Find(folder.Path);
        File.WriteAllLines(folder["list.txt"], Enumerable.Range(0, 60).Select(i => $"{i}.png"));
        var images = ImageCollection.Find(folder["list.txt"]);
        Assert.Equal(expected.Training, images.Training);
        Assert.Equal(expected.Validation, images.Validation);
    }

    [Theory]
    [InlineData("a.png\n\nmissing.png\n", "line 3", "'missing.png'")]
    [InlineData("a.png\nsub\n", "line 2", "folder 'sub'")]
    [InlineData("a.png\nb\0c\n", "line 2", "path of an image")]
    [InlineData("# nothing\n\n", "names no image", "")]
    public void Find_BadList_NamesTheLine(string content, string where, string what)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.png"], "");
        Directory.CreateDirectory(folder["sub"]);
        File.WriteAllText(folder["list.txt"], content);
        var message = Assert.Throws<IOException>(() => ImageCollection.Find(folder["list.txt"])).Message;
        Assert.Contains(where, message, StringComparison.Ordinal);
        Assert.Contains(what, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_OtherFile_SaysWhatListsEndIn()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.png"], "");
        Assert.Contains(".txt", Assert.Throws<IOException>(() => ImageCollection.Find(folder["a.png"])).Message, StringComparison.Ordinal);
    }
}
