using System.Globalization;
using NetVips;
using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Seeing.TensorBoard;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Tests;

public class TensorBoardObserverTests
{
    private const string Settings = "{\n  \"preset\": \"small\"\n}\n";

    private static readonly LatentPlane[] OnePlane = [new("", 8, 2, 4)];
    private static readonly LatentPlane[] TwoPlanes = [new("top", 8, 1, 3), new("bottom", 4, 2, 5)];

    [Fact]
    public void Crc32C_CheckString_IsThePublishedValue() => Assert.Equal(0xE3069283, TensorBoardEvents.Crc32C("123456789"u8));

    [Fact]
    public void Begin_NewRun_WritesVersionSessionStartAndSettings()
    {
        using var folder = new TemporaryFolder();
        using var observer = Observer(folder["run/tensorboard"], OnePlane);
        var before = UnixSeconds();
        observer.Begin(0);
        var after = UnixSeconds();

        // Read while the run goes on, as TensorBoard does.
        var path = Assert.Single(Directory.GetFiles(folder["run/tensorboard"]));
        Assert.Matches($@"^events\.out\.tfevents\.[0-9]{{10}}\.{System.Text.RegularExpressions.Regex.Escape(System.Net.Dns.GetHostName())}\.{Environment.ProcessId}\.[0-9]+$", Path.GetFileName(path));
        Assert.InRange(long.Parse(Path.GetFileName(path).Split('.')[3], CultureInfo.InvariantCulture), (long)before, (long)after);
        var events = TensorBoardEvents.Read(path);
        Assert.Equal(3, events.Count);
        Assert.All(events, e => Assert.InRange(e.WallTime, before, after));
        Assert.Equal("brain.Event:2", events[0].FileVersion);
        Assert.Equal((1, 1L), (events[1].SessionStatus, events[1].Step));
        var text = Assert.Single(events[2].Values);
        Assert.Equal(("run/settings", "text", "```json\n{\n  \"preset\": \"small\"\n}\n```"), (text.Tag, text.Plugin, text.Text));
    }

    [Fact]
    public void Report_Values_AreUnderTheirTagsInOneRecord()
    {
        using var folder = new TemporaryFolder();
        using var observer = Observer(folder.Path, TwoPlanes);
        observer.Begin(0);
        var validation = new ValidationResult
        {
            Psnr = [20.5, 24.25],
            MeanSquaredError = 0.015,
            MsSsim = 0.925,
            BitsPerPixel = 0.375,
            RatePoints = [new RatePointResult(0.25, 24.25), new RatePointResult(0.5, 27.75)],
        };
        observer.Report(Progress(20, TwoPlanes, validation), 0.1);
        var reported = Events(folder.Path)[3];
        Assert.Equal(20, reported.Step);
        var expected = new Dictionary<string, double>
        {
            ["loss/total"] = 0.5,
            ["loss/reconstruction"] = 0.04,
            ["loss/codebook"] = 0.25,
            ["loss/commitment"] = 0.125,
            ["rate/bits_per_pixel"] = 0.75,
            ["quality/psnr"] = 20,
            ["optimizer/learning_rate"] = 1e-3,
            ["optimizer/gradient_norm"] = 1.5,
            ["speed/images_per_second"] = 11.5,
            ["codebook/perplexity/top_1"] = 2.5,
            ["codebook/used/top_1"] = 0.75,
            ["codebook/perplexity/bottom_1"] = 3.5,
            ["codebook/used/bottom_1"] = 0.5,
            ["codebook/perplexity/bottom_2"] = 4.5,
            ["codebook/used/bottom_2"] = 0.25,
            ["validation/psnr"] = 24.25,
            ["validation/psnr_stages/1"] = 20.5,
            ["validation/psnr_stages/2"] = 24.25,
            ["validation/ms_ssim"] = 0.925,
            ["validation/bits_per_pixel"] = 0.375,
            ["validation/loss"] = 0.015,
            ["validation/psnr_rate_points/0"] = 24.25,
            ["validation/bits_per_pixel_rate_points/0"] = 0.25,
            ["validation/psnr_rate_points/1"] = 27.75,
            ["validation/bits_per_pixel_rate_points/1"] = 0.5,
        };
        Assert.Equal(expected.Keys.Order(), reported.Values.Select(v => v.Tag).Order());
        foreach (var value in reported.Values) Assert.Equal((float)expected[value.Tag], value.Scalar!.Value, 1e-5f);
    }

    [Fact]
    public void Report_OneRatePoint_HasNoTagsOfItsOwn()
    {
        using var folder = new TemporaryFolder();
        using var observer = Observer(folder.Path, OnePlane);
        observer.Begin(0);
        observer.Report(Progress(20, OnePlane, new ValidationResult { Psnr = [20, 21], RatePoints = [new RatePointResult(0.25, 21)] }), 0.1);
        var tags = Events(folder.Path).SelectMany(e => e.Values).Select(v => v.Tag).ToList();
        Assert.Contains("validation/psnr", tags);
        Assert.DoesNotContain(tags, tag => tag.Contains("rate_points", StringComparison.Ordinal));
    }

    [Fact]
    public void Report_NothingValidated_HasNeitherValidationNorHistograms()
    {
        using var folder = new TemporaryFolder();
        using var observer = Observer(folder.Path, OnePlane);
        observer.Begin(0);
        observer.Report(Progress(20, OnePlane), 0.1);
        var values = Events(folder.Path).Skip(3).SelectMany(e => e.Values).ToList();
        Assert.Contains(values, v => v.Tag == "codebook/perplexity/2");
        Assert.DoesNotContain(values, v => v.Tag.StartsWith("validation", StringComparison.Ordinal) || v.Histogram is not null);
    }

    [Fact]
    public void Report_Validated_HasTheUseOfCodesSinceTheLastTime()
    {
        using var folder = new TemporaryFolder();
        using var observer = Observer(folder.Path, OnePlane);
        observer.Begin(0);

        // Counts are as long as the largest codebook of the model, and beyond this one's they are zero.
        var validation = new ValidationResult { Psnr = [20, 21] };
        observer.Report(Progress(10, OnePlane, null, [0, 3, 0, 5, 0, 0], [1, 0, 0, 0, 0, 0]), 0.1);
        observer.Report(Progress(20, OnePlane, validation, [0, 4, 1, 0, 0, 0], [2, 0, 0, 0, 0, 0]), 0.2);
        observer.Report(Progress(30, OnePlane, validation, [0, 0, 0, 2, 0, 0], [0, 0, 0, 0, 0, 0]), 0.3);
        var recorded = Events(folder.Path).SelectMany(e => e.Values.Where(v => v.Histogram is not null).Select(v => (e.Step, v.Tag, v.Histogram))).ToList();

        // A stage that chose no code has no histogram.
        Assert.Equal([(20L, "codebook/use/1"), (20L, "codebook/use/2"), (30L, "codebook/use/1")], recorded.Select(r => (r.Step, r.Tag)));
        Assert.Equal([0, 7, 1, 5], recorded[0].Histogram!.Counts);
        Assert.Equal([3, 0, 0, 0], recorded[1].Histogram!.Counts);
        Assert.Equal([0, 0, 0, 2], recorded[2].Histogram!.Counts);
        Assert.Equal((1, 3, 13, 24, 56), (recorded[0].Histogram!.Min, recorded[0].Histogram!.Max, recorded[0].Histogram!.Num, recorded[0].Histogram!.Sum, recorded[0].Histogram!.SumSquares));
        foreach (var (_, _, histogram) in recorded) AssertHolds(histogram!);
    }

    [Fact]
    public void Samples_Picture_DecodesToItsPixels()
    {
        using var folder = new TemporaryFolder();
        using var observer = Observer(folder.Path, OnePlane);
        observer.Begin(0);
        var samples = new SampleGrid(DrawnImage.Rgb(48, 32, 5), 16, 3, 2);
        observer.Samples(500, samples);
        var recorded = Events(folder.Path)[3];
        var value = Assert.Single(recorded.Values);
        Assert.Equal((500, "samples/grid"), (recorded.Step, value.Tag));
        Assert.Equal((32, 48, 3), (value.Image!.Height, value.Image.Width, value.Image.Colorspace));
        Assert.Equal([0x89, .. "PNG"u8], value.Image.Encoded[..4]);
        using var decoded = Image.NewFromBuffer(value.Image.Encoded);
        Assert.Equal((48, 32, 3), (decoded.Width, decoded.Height, decoded.Bands));
        Assert.Equal(samples.Pixels, decoded.WriteToMemory<byte>());
    }

    [Fact]
    public void Begin_ResumedAfterAKill_VoidsWhatCameAfterTheSavedState()
    {
        using var folder = new TemporaryFolder();

        // Saved at 20, killed after 40; begun at once again: the second file must not come before the first one.
        using (var killed = Observer(folder.Path, OnePlane))
        {
            killed.Begin(0);
            foreach (var step in (long[])[10, 20, 30, 40]) killed.Report(Progress(step, OnePlane) with { Loss = step }, 0.1);
        }

        using (var resumed = Observer(folder.Path, OnePlane))
        {
            resumed.Begin(20);
            foreach (var step in (long[])[30, 40, 50]) resumed.Report(Progress(step, OnePlane) with { Loss = 1000 + step }, 0.1);
        }

        // TensorBoard's rule: files by name; from the second start on, each start drops what has its step or a later one.
        var (shown, starts) = (new List<(long Step, float Loss)>(), 0);
        foreach (var recorded in Events(folder.Path))
        {
            if (recorded.SessionStatus == 1 && ++starts > 1) shown.RemoveAll(s => s.Step >= recorded.Step);
            shown.AddRange(recorded.Values.Where(v => v.Tag == "loss/total").Select(v => (recorded.Step, v.Scalar!.Value)));
        }

        Assert.Equal(2, starts);
        Assert.Equal([(10, 10), (20, 20), (30, 1030), (40, 1040), (50, 1050)], shown);
    }

    [Fact]
    public void Begin_ClockWasSetBack_ComesAfterTheFilesThatAreThere()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["events.out.tfevents.5000000000.host.1.0"], "");
        using var observer = Observer(folder.Path, OnePlane);
        observer.Begin(10);
        Assert.StartsWith("events.out.tfevents.5000000001.", Path.GetFileName(Directory.GetFiles(folder.Path).Order(StringComparer.Ordinal).Last()), StringComparison.Ordinal);
    }

    [Fact]
    public void File_AnyByteFlipped_IsNoticed()
    {
        var bytes = Recorded();
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] ^= 0x10;
            Assert.Throws<InvalidDataException>(() => TensorBoardEvents.Parse(bytes, out _));
            bytes[i] ^= 0x10;
        }

        Assert.Equal(4, TensorBoardEvents.Parse(bytes, out _).Count);
    }

    [Fact]
    public void File_CutAnywhere_KeepsTheWholeRecords()
    {
        var bytes = Recorded();
        var counts = new List<int>();
        for (var length = 0; length <= bytes.Length; length++) counts.Add(TensorBoardEvents.Parse(bytes.AsSpan(0, length), out _).Count);
        Assert.Equal(counts.Order(), counts);
        Assert.Equal((0, 4), (counts[0], counts[^1]));
    }

    [Fact]
    public void Report_EachRecord_IsOneWrite()
    {
        using var folder = new TemporaryFolder();
        using var stream = new LimitedStream(long.MaxValue);
        using var observer = new TensorBoardObserver(folder.Path, OnePlane, Settings, Fail, _ => stream);
        observer.Begin(0);
        observer.Report(Progress(20, OnePlane, new ValidationResult { Psnr = [20, 21] }), 0.1);
        foreach (var length in stream.Lengths)
        {
            Assert.Single(TensorBoardEvents.Parse(stream.Written.AsSpan(0, length), out var whole));
            Assert.Equal(length, whole);
            stream.Written = stream.Written[length..];
        }

        Assert.Equal(5, stream.Lengths.Count);
    }

    [Fact]
    public void Report_DiskFillsUp_WarnsOnceAndStopsWriting()
    {
        using var folder = new TemporaryFolder();

        // In the version record, among those of Begin, in the scalars, and in the histograms.
        foreach (var capacity in (long[])[0, 10, 100, 300, 1000])
        {
            using var stream = new LimitedStream(capacity);
            var warnings = new List<string>();
            using var observer = new TensorBoardObserver(folder.Path, OnePlane, Settings, warnings.Add, _ => stream);
            observer.Begin(0);
            for (var step = 10; step <= 50; step += 10)
            {
                observer.Report(Progress(step, OnePlane, new ValidationResult { Psnr = [20, 21] }), 0.1);
                observer.Samples(step, new SampleGrid(new byte[3 * 8 * 4], 4, 2, 1));
            }

            observer.End(new FitResult(50, true, 1, [], []));
            Assert.Equal($"no more is recorded for TensorBoard in '{folder.Path}': No space left", Assert.Single(warnings));
            Assert.True(stream.Closed);
            TensorBoardEvents.Parse(stream.Written, out var whole);
            Assert.InRange(whole, 0, capacity);
        }
    }

    [Fact]
    public void Begin_FolderCannotBeMade_WarnsOnce()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["tensorboard"], "a file");
        var warnings = new List<string>();
        using var observer = new TensorBoardObserver(folder["tensorboard"], OnePlane, Settings, warnings.Add);
        observer.Begin(0);
        observer.Report(Progress(10, OnePlane), 0.1);
        Assert.Contains("tensorboard", Assert.Single(warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Begin_DeviceWithoutSpace_WarnsOnce()
    {
        if (!File.Exists("/dev/full")) return;
        using var folder = new TemporaryFolder();
        var warnings = new List<string>();
        using var observer = new TensorBoardObserver(folder.Path, OnePlane, Settings, warnings.Add, _ => new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0));
        observer.Begin(0);
        observer.Report(Progress(10, OnePlane), 0.1);
        Assert.Contains("No space left", Assert.Single(warnings), StringComparison.Ordinal);
    }

    private static TensorBoardObserver Observer(string folder, LatentPlane[] planes) => new(folder, planes, Settings, Fail);

    private static void Fail(string warning) => Assert.Fail(warning);

    /// <summary>The events of all files of a folder, in the order of their names.</summary>
    private static List<RecordedEvent> Events(string folder) =>
        [.. Directory.GetFiles(folder).Order(StringComparer.Ordinal).SelectMany(TensorBoardEvents.Read)];

    /// <summary>A small file of four records.</summary>
    private static byte[] Recorded()
    {
        using var folder = new TemporaryFolder();
        using var observer = Observer(folder.Path, OnePlane);
        observer.Begin(0);
        observer.Report(Progress(20, OnePlane), 0.1);
        return TensorBoardEvents.ReadShared(Directory.GetFiles(folder.Path).Single());
    }

    private static double UnixSeconds() => (DateTime.UtcNow - DateTime.UnixEpoch).TotalSeconds;

    private static Progress Progress(long step, LatentPlane[] planes, ValidationResult? validation = null, params float[][] counts)
    {
        var names = planes.SelectMany(p => Enumerable.Range(1, p.Stages).Select(stage => p.Name.Length == 0 ? $"{stage}" : $"{p.Name} {stage}"));
        var codes = planes.Max(p => p.Codes);
        return new Progress
        {
            Step = step,
            ImagesPerSecond = 11.5,
            LearningRate = 1e-3,
            Loss = 0.5,
            Reconstruction = 0.04,
            Codebook = 0.25,
            Commitment = 0.125,
            Rate = 0.75,
            GradientNorm = 1.5,
            Stages = [.. names.Select((name, i) => new StageUsage(name, 2.5 + i, 0.75 - (0.25 * i), i < counts.Length ? counts[i] : [.. Enumerable.Repeat(1f, codes)]))],
            Validation = validation,
        };
    }

    /// <summary>What holds for every histogram of whole numbers from 0, each in the bucket of its index.</summary>
    private static void AssertHolds(RecordedHistogram histogram)
    {
        Assert.Equal(histogram.Counts.Length, histogram.Limits.Length);
        Assert.All(histogram.Limits.Zip(histogram.Limits.Skip(1)), pair => Assert.True(pair.First < pair.Second));
        var present = Enumerable.Range(0, histogram.Counts.Length).Where(i => histogram.Counts[i] > 0).ToList();
        Assert.Equal((present[0], present[^1]), (histogram.Min, histogram.Max));
        Assert.Equal(histogram.Counts.Sum(), histogram.Num);
        Assert.Equal(present.Sum(i => histogram.Counts[i] * i), histogram.Sum);
        Assert.Equal(present.Sum(i => histogram.Counts[i] * i * i), histogram.SumSquares);

        // Bucket i is what lies from the limit before up to its own, which has to be the number i and no other.
        foreach (var i in present) Assert.True((i == 0 || histogram.Limits[i - 1] < i) && i < histogram.Limits[i] && histogram.Limits[i] < i + 1);
    }

    /// <summary>A disk with so much space.</summary>
    private sealed class LimitedStream(long capacity) : MemoryStream
    {
        public byte[] Written { get; set; } = [];

        public List<int> Lengths { get; } = [];

        public bool Closed { get; private set; }

        public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            var fits = (int)Math.Min(buffer.Length, capacity - Written.Length);
            Written = [.. Written, .. buffer[..fits]];
            Lengths.Add(fits);
            if (fits < buffer.Length) throw new IOException("No space left");
        }

        protected override void Dispose(bool disposing)
        {
            Closed = true;
            base.Dispose(disposing);
        }
    }
}
