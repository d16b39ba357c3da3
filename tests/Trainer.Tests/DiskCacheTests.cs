using VqVae.TestSupport;
using VqVae.Trainer.Data;

namespace VqVae.Trainer.Tests;

public class DiskCacheTests
{
    private const int Entry = 24 + (20 * 10 * 3);

    [Fact]
    public void Read_WhatWasAdded_ComesBackInAnotherProcessToo()
    {
        using var folder = new TemporaryFolder();
        var image = Drawn(1);
        var name = Add(Open(folder, 1 << 20), folder, "a", image);
        var read = Open(folder, 1 << 20).Read(name)!;
        Assert.Equal((image.Width, image.Height), (read.Width, read.Height));
        Assert.Equal(image.Pixels, read.Pixels);
    }

    [Fact]
    public void NameOf_FileChangedOrDecodedOtherwise_IsAnother()
    {
        using var folder = new TemporaryFolder();
        var cache = Open(folder, 1 << 20);
        File.WriteAllText(folder["a"], "1");
        var names = new HashSet<string?> { cache.NameOf(folder["a"], "shrink 1"), cache.NameOf(folder["a"], "shrink 2") };
        File.WriteAllText(folder["a"], "12");
        names.Add(cache.NameOf(folder["a"], "shrink 1"));
        File.SetLastWriteTimeUtc(folder["a"], new DateTime(2001, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        names.Add(cache.NameOf(folder["a"], "shrink 1"));
        File.Copy(folder["a"], folder["b"]);
        names.Add(cache.NameOf(folder["b"], "shrink 1"));
        Assert.Equal(5, names.Count);
        Assert.DoesNotContain(null, names);
        Assert.Null(cache.NameOf(folder["missing"], "shrink 1"));
    }

    [Fact]
    public void Read_DamagedAnywhere_IsRemovedAndGivesNothing()
    {
        using var folder = new TemporaryFolder();
        var cache = Open(folder, 1 << 20);
        foreach (var at in (int[])[0, 8, 12, 13, 16, 20, 24, 25, 300, 311, 312, 319, 320, Entry - 1])
        {
            var name = Add(cache, folder, "a", Drawn(1));
            var bytes = File.ReadAllBytes(folder[$"cache/{name}"]);
            bytes[at] ^= 4;
            File.WriteAllBytes(folder[$"cache/{name}"], bytes);
            Assert.Null(cache.Read(name));
            Assert.False(File.Exists(folder[$"cache/{name}"]), $"byte {at}");
        }

        foreach (var length in (int[])[0, 7, 23, 24, 100, Entry - 1])
        {
            var name = Add(cache, folder, "a", Drawn(1));
            File.WriteAllBytes(folder[$"cache/{name}"], File.ReadAllBytes(folder[$"cache/{name}"])[..length]);
            Assert.Null(cache.Read(name));
        }
    }

    [Fact]
    public void Add_BeyondTheLimit_EvictsTheOldestOfOthersAndStops()
    {
        using var folder = new TemporaryFolder();
        const long limit = 5 * Entry;
        var first = Open(folder, limit);
        var old = Enumerable.Range(0, 8).Select(i => Add(first, folder, $"old-{i}", Drawn(i))).ToArray();

        // What a process keeps is not thrown out for what comes later in it.
        Assert.True(first.IsFull);
        Assert.Equal([true, true, true, true, true, false, false, false], old.Select(n => File.Exists(folder[$"cache/{n}"])));
        for (var i = 0; i < 5; i++) File.SetLastWriteTimeUtc(folder[$"cache/{old[i]}"], DateTime.UtcNow.AddHours(-i - 1));

        var second = Open(folder, limit);
        Assert.NotNull(second.Read(old[4]));
        Add(second, folder, "new-0", Drawn(9));
        Add(second, folder, "new-1", Drawn(9));
        Assert.Equal([true, true, false, false, true], old.Take(5).Select(n => File.Exists(folder[$"cache/{n}"])));
        Assert.Equal(limit, Size(folder));
        for (var i = 2; i < 9; i++)
        {
            Add(second, folder, $"new-{i}", Drawn(9));
            Assert.InRange(Size(folder), 0, limit);
        }
    }

    [Fact]
    public void Open_SmallerLimit_EvictsAtOnce()
    {
        using var folder = new TemporaryFolder();
        var cache = Open(folder, 1 << 20);
        for (var i = 0; i < 6; i++) Add(cache, folder, $"{i}", Drawn(i));
        Open(folder, 2 * Entry);
        Assert.Equal(2 * Entry, Size(folder));
    }

    [Fact]
    public void Open_FolderWithOtherFilesAndLeftovers_RemovesOnlyItsOwn()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["cache"]);
        string[] others = ["notes.txt", "raw.rgb", "x.tmp", "0123456789abcdef0123456789abcdeg.rgb"];
        foreach (var other in others) File.WriteAllBytes(folder[$"cache/{other}"], new byte[5 * Entry]);
        var leftover = folder["cache/0123456789abcdef0123456789abcdef.rgb.0123456789abcdef.tmp"];
        File.WriteAllText(leftover, "");
        var used = folder["cache/0123456789abcdef0123456789abcdef.rgb.0123456789abcde0.tmp"];
        using (new FileStream(used, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            Add(Open(folder, Entry), folder, "a", Drawn(1));
            Assert.False(File.Exists(leftover));
            Assert.True(File.Exists(used));
        }

        Assert.All(others, other => Assert.True(File.Exists(folder[$"cache/{other}"])));
        Assert.Equal(Entry, Size(folder) - (2 * 5 * Entry));
    }

    [Fact]
    public void Add_ManyThreadsAndTwoCaches_StaysBelowTheLimitAndWhole()
    {
        using var folder = new TemporaryFolder();
        const long limit = 20 * Entry;
        DiskCache[] caches = [Open(folder, limit), Open(folder, limit)];
        var images = Enumerable.Range(0, 30).Select(Drawn).ToArray();
        for (var i = 0; i < 30; i++) File.WriteAllText(folder[$"{i}"], "");
        Parallel.For(0, 240, new ParallelOptions { MaxDegreeOfParallelism = 6 }, i =>
        {
            var cache = caches[i % 2];
            var name = cache.NameOf(folder[$"{i / 2 % 30}"], "p")!;
            if (cache.Read(name) is { } read) Assert.Equal(images[i / 2 % 30].Pixels, read.Pixels);
            else cache.Add(name, images[i / 2 % 30]);
        });
        Assert.InRange(Size(folder), 15 * Entry, limit);
        Assert.Empty(Directory.GetFiles(folder["cache"], "*.tmp"));
    }

    [Fact]
    public void Open_FolderThatCannotBeMade_WarnsOnceAndIsOff()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["cache"], "in the way");
        var warnings = new List<string>();
        var cache = new DiskCache(folder["cache"], 1 << 20, warnings.Add);
        File.WriteAllText(folder["a"], "");
        Assert.Null(cache.NameOf(folder["a"], "p"));
        cache.Add("0123456789abcdef0123456789abcdef.rgb", Drawn(1));
        Assert.Contains(folder["cache"], Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Add_FolderGone_WarnsOnceAndIsOff()
    {
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        var cache = new DiskCache(folder["cache"], 1 << 20, warnings.Add);
        Directory.Delete(folder["cache"], recursive: true);
        Add(cache, folder, "a", Drawn(1));
        Add(cache, folder, "b", Drawn(1));
        Assert.Single(warnings);
        Assert.True(cache.IsFull);
    }

    private static DiskCache Open(TemporaryFolder folder, long limit) => new(folder["cache"], limit, Assert.Fail);

    private static string Add(DiskCache cache, TemporaryFolder folder, string file, DecodedImage image)
    {
        if (!File.Exists(folder[file])) File.WriteAllText(folder[file], "");
        var name = cache.NameOf(folder[file], "p") ?? "0123456789abcdef0123456789abcdef.rgb";
        cache.Add(name, image);
        return name;
    }

    private static long Size(TemporaryFolder folder) => Directory.GetFiles(folder["cache"], "*.rgb").Sum(f => new FileInfo(f).Length);

    private static DecodedImage Drawn(int seed) => new(DrawnImage.Rgb(20, 10, seed), 20, 10);
}
