using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Data;

namespace VqVae.Trainer.Tests;

public class ImageDataTests
{
    [Fact]
    public void Find_NestedFolders_SplitsStablyAndIgnoresOtherFiles()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["a/b"]);
        for (var i = 0; i < 60; i++) File.WriteAllText(folder[i % 2 == 0 ? $"a/{i}.png" : $"a/b/{i}.JPG"], "");
        File.WriteAllText(folder["notes.txt"], "");
        var images = ImageCollection.Find(folder.Path);
        Assert.Equal(60, images.Training.Count + images.Validation.Count);
        Assert.Empty(images.Training.Intersect(images.Validation));
        Assert.InRange(images.Validation.Count, 1, 10);

        // More images move none from one side to the other.
        for (var i = 60; i < 90; i++) File.WriteAllText(folder[$"{i}.webp"], "");
        var more = ImageCollection.Find(folder.Path);
        Assert.Empty(images.Training.Except(more.Training));
        Assert.Empty(images.Validation.Except(more.Validation));
    }

    [Fact]
    public void Find_CelebaLayout_FollowsTheOfficialPartition()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["list_eval_partition.txt"], "000001.jpg 0\n000002.jpg 1\n000003.jpg 2\n000004.jpg 0\n");
        var images = ImageCollection.Find(folder.Path);
        Assert.Equal(["img_align_celeba/000001.jpg", "img_align_celeba/000004.jpg"], images.Training);
        Assert.Equal(["img_align_celeba/000002.jpg"], images.Validation);
        Assert.Equal(["img_align_celeba/000003.jpg"], images.Test);
    }

    [Theory]
    [InlineData("000001.jpg 3")]
    [InlineData("000001.jpg")]
    [InlineData("../up.jpg 0")]
    public void Find_BadPartition_NamesTheLine(string line)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["list_eval_partition.txt"], "000009.jpg 0\n" + line + "\n");
        Assert.Contains("line 2", Assert.Throws<IOException>(() => ImageCollection.Find(folder.Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("1.png")]
    [InlineData("2.png")]
    [InlineData("photo.jpg")]
    public void Find_OneImage_IsTrainedOn(string name)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder[name], "");
        var images = ImageCollection.Find(folder.Path);
        Assert.Equal([name], images.Training);
        Assert.Empty(images.Validation);
    }

    [Fact]
    public void Find_RunFolderAndLinkInside_AreNotTrainedOn()
    {
        using var folder = new TemporaryFolder();
        for (var i = 0; i < 5; i++) File.WriteAllText(folder[$"{i}.png"], "");
        Directory.CreateDirectory(folder["runs/a/samples"]);
        File.WriteAllText(folder["runs/a/run.json"], "{}");
        File.WriteAllText(folder["runs/a/samples/step-0000500.png"], "");
        Directory.CreateSymbolicLink(folder["loop"], folder.Path);
        var images = ImageCollection.Find(folder.Path);
        Assert.Equal(["0.png", "1.png", "2.png", "3.png", "4.png"], images.Training.Concat(images.Validation).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Find_NoImages_IsAnError()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<IOException>(() => ImageCollection.Find(folder.Path));
        Assert.Throws<IOException>(() => ImageCollection.Find(folder["missing"]));
    }

    [Fact]
    public void ImageCheck_DamagedFiles_AreNamedAndSkipped()
    {
        using var folder = new TemporaryFolder();
        Save(folder, "good.png", 40, 30, seed: 1);
        File.WriteAllText(folder["text.png"], "not an image");
        File.WriteAllText(folder["vector.jpg"], "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>");
        var (readable, unreadable) = ImageCheck.Run(folder.Path, ["good.png", "text.png", "vector.jpg"], default);
        Assert.Equal(["good.png"], readable);
        Assert.Equal(2, unreadable.Count);
        Assert.StartsWith("text.png: ", unreadable[0], StringComparison.Ordinal);
    }

    [Fact]
    public void ImageCheck_TakesLong_SaysHowFarItIs()
    {
        using var folder = new TemporaryFolder();
        string[] files = [.. Enumerable.Repeat(Save(folder, "a.png", 40, 30, seed: 1), 500)];
        var lines = new List<string>();
        var (readable, _) = ImageCheck.Run(folder.Path, files, default, lines.Add, TimeSpan.FromMilliseconds(1));
        Assert.Equal(500, readable.Count);
        Assert.EndsWith("of 500 headers read", lines[0], StringComparison.Ordinal);
        Assert.ThrowsAny<OperationCanceledException>(() => ImageCheck.Run(folder.Path, files, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void MakeBatch_EveryThreadAndOrder_GivesTheSameSamples()
    {
        using var folder = new TemporaryFolder();
        var files = SaveSome(folder, 7);
        var training = new TrainingSpec { ImageSize = 16, SampleMode = SampleMode.Crop, Flip = true, Batch = 3 };
        var expected = Enumerable.Range(0, 20).Select(step => Source(folder, files, training, cacheBytes: 0).MakeBatch(step, 3)).ToArray();

        // One source for all threads, whose cache has room for three of the seven images.
        var shared = Source(folder, files, training, cacheBytes: 7500);
        using var loader = new BatchLoader(shared, batch: 3, firstStep: 0, threads: 3, ahead: 5);
        foreach (var batch in expected)
        {
            using var loaded = loader.Next();
            Assert.Equal(batch, loaded.Bytes.ToArray());
        }

        Assert.NotEqual(expected[0], expected[1]);
    }

    [Fact]
    public void MakeBatch_Resize_GivesEveryImageOnceAnEpoch()
    {
        using var folder = new TemporaryFolder();
        var files = Enumerable.Range(0, 10).Select(i => $"{i}.png").ToArray();
        for (var i = 0; i < 10; i++) VipsImages.WritePng(folder[files[i]], [.. Enumerable.Repeat((byte)(i * 20), 20 * 10 * 3)], 20, 10);
        var source = Source(folder, files, new TrainingSpec { ImageSize = 8, SampleMode = SampleMode.Resize });
        for (var epoch = 0; epoch < 3; epoch++)
        {
            var values = Enumerable.Range(0, 10).Select(i => source.MakeBatch((epoch * 10) + i, 1)[0]).ToArray();
            Assert.Equal(Enumerable.Range(0, 10).Select(i => (byte)(i * 20)), values.Order());
        }
    }

    [Fact]
    public void MakeBatch_DamagedPixels_AreReportedOnceAndReplaced()
    {
        using var folder = new TemporaryFolder();
        var files = SaveSome(folder, 3);
        var bytes = File.ReadAllBytes(folder[files[1]]);
        File.WriteAllBytes(folder[files[1]], bytes[..(bytes.Length / 2)]);
        var damaged = new List<string>();
        var source = new SampleSource(folder.Path, files, new TrainingSpec { ImageSize = 16, SampleMode = SampleMode.Crop }, 1, augment: true, 0) { OnDamaged = damaged.Add };
        for (var step = 0; step < 6; step++) source.MakeBatch(step, 2);
        Assert.StartsWith(files[1] + ": ", Assert.Single(damaged), StringComparison.Ordinal);
    }

    [Fact]
    public void MakeBatch_NothingDecodes_IsAnErrorOnTheWaitingThread()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.png"], "no");
        using var loader = new BatchLoader(Source(folder, ["a.png"], new TrainingSpec { ImageSize = 16 }), batch: 1, firstStep: 0, threads: 2, ahead: 2);
        Assert.Throws<IOException>(() => loader.Next());
    }

    [Fact]
    public void MakeSample_ImageSmallerThanTheCrop_GoesOnWithItsEdges()
    {
        using var folder = new TemporaryFolder();
        VipsImages.WritePng(folder["dot.png"], [10, 20, 30], 1, 1);
        var sample = Source(folder, ["dot.png"], new TrainingSpec { ImageSize = 8, SampleMode = SampleMode.Crop }).MakeBatch(0, 1);
        for (var i = 0; i < sample.Length; i += 3) Assert.Equal<byte>([10, 20, 30], sample.AsSpan(i, 3).ToArray());
    }

    [Fact]
    public void WithLargerCrops_HalfOfTheImagesLargeEnough_TakesThatSide()
    {
        using var folder = new TemporaryFolder();
        string[] files = [Save(folder, "a.png", 60, 41, 1), Save(folder, "b.png", 35, 50, 2), Save(folder, "c.png", 10, 90, 3)];
        var crops = Source(folder, files, new TrainingSpec { ImageSize = 16, SampleMode = SampleMode.Crop });
        Assert.Equal(32, crops.WithLargerCrops(64, 8).SampleSide);
        Assert.Equal(24, crops.WithLargerCrops(24, 8).SampleSide);
        Assert.Same(crops, crops.WithLargerCrops(16, 8));
        Assert.Equal(32 * 32 * 3, crops.WithLargerCrops(64, 8).MakeBatch(0, 1).Length);

        var resized = Source(folder, files, new TrainingSpec { ImageSize = 16, SampleMode = SampleMode.Resize });
        Assert.Same(resized, resized.WithLargerCrops(64, 8));
    }

    [Fact]
    public void WithLargerCrops_AllFilesGone_IsAnError()
    {
        using var folder = new TemporaryFolder();
        var source = Source(folder, ["a.png"], new TrainingSpec { ImageSize = 16, SampleMode = SampleMode.Crop });
        Assert.Throws<IOException>(() => source.WithLargerCrops(64, 8));
    }

    private static SampleSource Source(TemporaryFolder folder, IReadOnlyList<string> files, TrainingSpec training, long cacheBytes = 0) =>
        new(folder.Path, files, training, seed: 5, augment: true, cacheBytes);

    private static string[] SaveSome(TemporaryFolder folder, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Save(folder, $"{i}.png", 30 + i, 24, i))];

    private static string Save(TemporaryFolder folder, string name, int width, int height, int seed)
    {
        VipsImages.WritePng(folder[name], DrawnImage.Rgb(width, height, seed), width, height);
        return name;
    }
}
