using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Data;

namespace VqVae.Trainer.Tests;

/// <summary>Samples depend on files, seed and number alone.</summary>
public class FeedingTests
{
    public static TheoryData<SampleMode, int, double> Trainings => new()
    {
        { SampleMode.Crop, 1, 1 },
        { SampleMode.Crop, 3, 1 },
        { SampleMode.Crop, 1, 0.1 },
        { SampleMode.Crop, 3, 0.1 },
        { SampleMode.Resize, 2, 1 },
    };

    [Theory]
    [MemberData(nameof(Trainings))]
    public void Next_AnyThreadsAndCaches_GivesTheSameBytes(SampleMode mode, int crops, double scale)
    {
        using var folder = new TemporaryFolder();
        var files = SaveMixed(folder);
        var training = new TrainingSpec { ImageSize = 16, SampleMode = mode, Flip = true, Batch = 4, CropsPerImage = crops, SmallestScale = scale };
        const int steps = 9;
        var alone = new SampleSource(folder.Path, files, training, 5, augment: true, cacheBytes: 0);
        var expected = Enumerable.Range(0, steps).Select(step => alone.MakeBatch(step, 4)).ToArray();

        // Nothing, some and all of it kept in memory and on disk; the last finds the folder full.
        foreach (var (threads, cacheBytes, limit) in ((int, long, long?)[])[(1, 0, null), (4, 0, null), (4, 60_000, null), (1, 1 << 24, null), (4, 0, 100_000), (4, 60_000, 1 << 24), (1, 0, 1 << 24)])
        {
            var disk = limit is { } bytes ? new DiskCache(folder[$"cache-{bytes}"], bytes, Assert.Fail) : null;
            var source = new SampleSource(folder.Path, files, training, 5, augment: true, cacheBytes, disk);
            using var loader = new BatchLoader(source, 4, firstStep: 0, threads, ahead: 2 * threads);
            foreach (var batch in expected)
            {
                using var loaded = loader.Next();
                Assert.True(loaded.Bytes.SequenceEqual(batch), $"{threads} threads, {cacheBytes} bytes in memory, {limit} on disk");
            }
        }
    }

    [Fact]
    public void MakeBatch_FileCutShort_IsReplacedWhateverIsCached()
    {
        using var folder = new TemporaryFolder();
        var files = SaveMixed(folder);
        var bytes = File.ReadAllBytes(folder[files[2]]);
        File.WriteAllBytes(folder[files[2]], bytes[..(bytes.Length * 9 / 10)]);
        var training = new TrainingSpec { ImageSize = 16, SampleMode = SampleMode.Crop, Batch = 4, SmallestScale = 0.1 };
        byte[] Batches(long cacheBytes, int first)
        {
            var source = new SampleSource(folder.Path, files, training, 5, augment: true, cacheBytes);
            return [.. Enumerable.Range(first, 8).SelectMany(step => source.MakeBatch(step, 4))];
        }

        Assert.Equal(Batches(1 << 24, 4), Batches(0, 4));
        Assert.Equal(Batches(0, 0)[(4 * 4 * 768)..], Batches(0, 4)[..(4 * 4 * 768)]);
    }

    [Fact]
    public void MakeBatch_SeveralCrops_DecodesAnImageOnceAVisit()
    {
        using var folder = new TemporaryFolder();
        var files = Enumerable.Range(0, 24).Select(i => Save(folder, $"{i}.png", 40, 30, i)).ToArray();
        var training = new TrainingSpec { ImageSize = 16, SampleMode = SampleMode.Crop, Batch = 4, CropsPerImage = 3 };
        var source = new SampleSource(folder.Path, files, training, 5, augment: true, cacheBytes: 0);
        var order = new SampleOrder(24, 3, 4, 5);
        var expected = new SampleSource(folder.Path, files, training, 5, augment: true, cacheBytes: 1 << 24).MakeBatch(0, (int)order.EpochSamples);
        var sample = new byte[source.SampleBytes];
        for (var i = 0; i < order.EpochSamples; i++)
        {
            // Once the image has been decoded for a visit's first crop, its other crops need no file.
            var place = order.Of(i);
            source.MakeSample(i, sample);
            Assert.True(sample.AsSpan().SequenceEqual(expected.AsSpan(i * sample.Length, sample.Length)), $"sample {i}");
            if (place.Crop == 0) File.Delete(folder[files[place.Image]]);
        }
    }

    [Fact]
    public void MakeSample_SmallestScale_ScalesLogUniformlyWithinItsBounds()
    {
        // A horizontal ramp: the difference of a sample's last and first column tells how much of the image it shows.
        using var folder = new TemporaryFolder();
        const int width = 240;
        VipsImages.WritePng(folder["ramp.png"], [.. Enumerable.Range(0, width * width).SelectMany(i => Enumerable.Repeat((byte)(i % width), 3))], width, width);
        var training = new TrainingSpec { ImageSize = 16, SampleMode = SampleMode.Crop, Batch = 1, SmallestScale = 0.1 };
        var source = new SampleSource(folder.Path, ["ramp.png"], training, 5, augment: true, cacheBytes: 1 << 20);
        var sample = new byte[source.SampleBytes];
        var factors = new List<double>();
        for (var i = 0; i < 200; i++)
        {
            source.MakeSample(i, sample);
            factors.Add(15.0 / (sample[(8 * 48) + 45] - sample[8 * 48]));
        }

        Assert.InRange(factors.Min(), 0.09, 0.12);
        Assert.InRange(factors.Max(), 0.9, 1.1);
        Assert.InRange(factors.Order().ElementAt(100), 0.25, 0.4); // the median of a log-uniform factor: √0.1 = 0.32
    }

    [Fact]
    public void MakeSample_ImageHardlyLargerThanTheCrop_IsScaledToTheCropAtMost()
    {
        using var folder = new TemporaryFolder();
        Save(folder, "a.png", 20, 18, 1);
        var whole = VipsImages.Resize(VipsImages.Decode(folder["a.png"]).Pixels, 20, 18, new PixelArea(0, 0, 18, 18), 16);
        var training = new TrainingSpec { ImageSize = 16, SampleMode = SampleMode.Crop, Batch = 1, SmallestScale = 0.01 };
        var source = new SampleSource(folder.Path, ["a.png"], training, 5, augment: true, cacheBytes: 0);
        Assert.Contains(Enumerable.Range(0, 40), i => source.MakeBatch(i, 1).SequenceEqual(whole));
    }

    [Fact]
    public void Next_BatchesDisposed_UsesTheirBuffersAgain()
    {
        using var folder = new TemporaryFolder();
        var source = new SampleSource(folder.Path, SaveMixed(folder), new TrainingSpec { ImageSize = 16, SampleMode = SampleMode.Crop }, 5, augment: true, 1 << 24);
        using var loader = new BatchLoader(source, 4, firstStep: 0, threads: 2, ahead: 3);
        var seen = new HashSet<LoadedBatch>();
        for (var i = 0; i < 30; i++)
        {
            using var batch = loader.Next();
            seen.Add(batch);
        }

        Assert.InRange(seen.Count, 1, 4);
    }

    [Fact]
    public void Dispose_Twice_GivesTheBufferBackOnce()
    {
        using var folder = new TemporaryFolder();
        var source = new SampleSource(folder.Path, SaveMixed(folder), new TrainingSpec { ImageSize = 16, SampleMode = SampleMode.Crop }, 5, augment: true, 0);
        using var loader = new BatchLoader(source, 4, firstStep: 0, threads: 1, ahead: 1);
        var first = loader.Next();
        first.Dispose();
        first.Dispose();
        using var second = loader.Next();
        using var third = loader.Next();
        Assert.NotSame(second, third);
    }

    /// <summary>Images of all formats, some large enough to be decoded at a reduced size, one smaller than a sample.</summary>
    private static string[] SaveMixed(TemporaryFolder folder) =>
    [
        Save(folder, "a.png", 70, 50, 1),
        Save(folder, "b.jpg", 300, 230, 2),
        Save(folder, "c.jpg", 90, 170, 3),
        Save(folder, "d.webp", 200, 150, 4),
        Save(folder, "e.tif", 60, 40, 5),
        Save(folder, "f.png", 12, 30, 6),
    ];

    private static string Save(TemporaryFolder folder, string name, int width, int height, int seed)
    {
        using var raw = NetVips.Image.NewFromMemoryCopy<byte>(DrawnImage.Rgb(width, height, seed), width, height, 3, NetVips.Enums.BandFormat.Uchar);
        using var image = raw.Copy(interpretation: NetVips.Enums.Interpretation.Srgb);
        image.WriteToFile(folder[name]);
        return name;
    }
}
