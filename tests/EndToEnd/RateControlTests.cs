using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.EndToEnd;

/// <summary>Qualities and targets with the shipped model, and efforts with a tiny one of residual levels, too.</summary>
public sealed class RateControlTests(TrainedKlt residual) : IClassFixture<TrainedKlt>, IDisposable
{
    /// <summary>The map of qualities is the reference's: what another precision loses differs between rate points, on drawn pictures by more than their steps.</summary>
    private static readonly VqCodecOptions Reference = new() { Device = VqDevice.Cpu, Precision = VqPrecision.Fp32 };

    private readonly VqCodec _codec = VqCodec.Load(Path.Combine(SharedData.RepositoryRoot, "models", DefaultModel.Name), Reference);

    public void Dispose() => _codec.Dispose();

    public static TheoryData<VqEffort> Efforts => [.. Enum.GetValues<VqEffort>()];

    [Theory]
    [MemberData(nameof(Efforts))]
    public void Quality_Higher_HasNeitherFewerBitsNorLowerPsnr(VqEffort effort)
    {
        // Where the setting changes from one quality to the next, and steps in between. The promise is for photographs, here the middles of Kodak's;
        // drawn pictures, which are nothing that the entropy coder expects, keep it roughly.
        var map = _codec.Manifest.Quality!;
        var changes = Enumerable.Range(1, 99).Where(q => map[q].Stages != map[q + 1].Stages || map[q].RatePoint != map[q + 1].RatePoint).SelectMany(q => new[] { q, q + 1 });
        int[] qualities = [.. changes.Append(map.Default).Concat([1, 20, 40, 60, 80, 98, 99, 100]).Distinct().Order()];
        var kodak = SharedData.Folder("kodak");
        var (lessPsnr, lessBytes) = kodak is null ? (0.5, 0.95) : (0, 1);
        var pictures = kodak is not null
            ? Directory.GetFiles(kodak, "*.png").Order(StringComparer.Ordinal).Select(path => Middle(Picture.Load(path), 192)).ToList()
            : Enumerable.Range(0, 12).Select(seed => Picture.Drawn(192, 192, seed)).ToList();
        var measured = qualities.Select(quality => Measure(_codec, pictures, new VqCompressOptions { Quality = quality, Effort = effort })).ToList();
        for (var i = 1; i < measured.Count; i++)
        {
            Assert.True(
                measured[i].Psnr >= measured[i - 1].Psnr - lessPsnr && measured[i].Bytes >= lessBytes * measured[i - 1].Bytes,
                FormattableString.Invariant($"quality {qualities[i - 1]}: {measured[i - 1].Psnr:0.000} dB, {measured[i - 1].Bytes} bytes; {qualities[i]}: {measured[i].Psnr:0.000} dB, {measured[i].Bytes} bytes"));
        }
    }

    [Fact]
    public void Default_OfTheModel_IsHalfADecibelBelowItsBest()
    {
        var map = _codec.Manifest.Quality!;
        Assert.InRange(map[map.Default].Psnr, map[100].Psnr - 0.5, map[100].Psnr - 0.4);
        var picture = Picture.Drawn(200, 120, seed: 3);
        Assert.Equal(_codec.Compress(picture.Rgb, 200, 120), _codec.Compress(picture.Rgb, 200, 120, options: new VqCompressOptions { Quality = map.Default }));
    }

    [Fact]
    public void Effort_BestOnResidualLevels_HasAHigherPsnrAtTheSameSize()
    {
        Assert.True(residual.Manifest.Spec.Stages > 1);
        using var codec = VqCodec.Load(residual.Model, Reference);
        var pictures = Enumerable.Range(0, 4).Select(seed => Picture.Drawn(256, 192, seed)).ToList();

        // Without a weight of bits, and in raw indices: whatever is chosen together can only come nearer, at exactly the same size.
        var options = new VqCompressOptions { Lambda = 0, EntropyMode = VqEntropyMode.Raw };
        var (normal, best) = (Measure(codec, pictures, options), Measure(codec, pictures, options with { Effort = VqEffort.Best }));
        Assert.True(best.Psnr > normal.Psnr + 0.02, $"{normal}, {best}");
        Assert.Equal(normal.Bytes, best.Bytes);
    }

    [Fact]
    public void Effort_BestOnGroups_ChoosesWhatNormalDoes()
    {
        // Groups do not build on each other, so that there is nothing to choose together; only equal costs may be told apart differently.
        var pictures = Enumerable.Range(0, 4).Select(seed => Picture.Drawn(256, 192, seed)).ToList();
        var (normal, best) = (Measure(_codec, pictures, new VqCompressOptions { Quality = 80 }), Measure(_codec, pictures, new VqCompressOptions { Quality = 80, Effort = VqEffort.Best }));
        Assert.InRange(best.Psnr, normal.Psnr - 0.01, normal.Psnr + 0.01);
        Assert.InRange(best.Bytes, (long)(0.998 * normal.Bytes), (long)(1.002 * normal.Bytes));
    }

    [Theory]
    [InlineData(700)]
    [InlineData(1300)]
    [InlineData(1800)]
    public void Target_Bytes_IsNotExceededAndUsed(int bytes)
    {
        var picture = Picture.Drawn(320, 240, seed: 1);
        var vq = Compress(picture, new VqCompressOptions { Target = VqTarget.Bytes(bytes) });

        // Between the finest file of one rate point and the coarsest of the next there may be none that is worth its bytes.
        Assert.InRange(vq.Length, 0.9 * bytes, bytes);
        Assert.Equal(0, _codec.BufferedBytes);
    }

    [Fact]
    public void Target_BitsAPixel_CountsAlphaAndMetadata()
    {
        var picture = Picture.Drawn(160, 160, seed: 2);
        byte[] rgba = [.. Enumerable.Range(0, 160 * 160).SelectMany(i => (byte[])[picture.Rgb[3 * i], picture.Rgb[(3 * i) + 1], picture.Rgb[(3 * i) + 2], (byte)(i * 7919 % 251)])];
        var plain = _codec.Compress(picture.Rgb, 160, 160, options: new VqCompressOptions { Target = VqTarget.BitsPerPixel(9) });
        var vq = _codec.Compress(rgba, 160, 160, PixelFormat.Rgba32, new VqCompressOptions { Target = VqTarget.BitsPerPixel(9) });
        Assert.InRange(vq.Length, plain.Length, 9 * 160 * 160 / 8);
        Assert.Equal(rgba.Where((_, i) => i % 4 == 3), _codec.Decompress(vq).Pixels.Where((_, i) => i % 4 == 3));
    }

    [Theory]
    [InlineData(-0.8, VqEffort.Normal)]
    [InlineData(-1.7, VqEffort.Best)]
    public void Target_Psnr_IsMetToATenth(double below, VqEffort effort)
    {
        var picture = Picture.Drawn(320, 240, seed: 4);
        var top = picture.Psnr(Decoded(picture, Compress(picture, new VqCompressOptions { Quality = 100, Effort = effort })));
        var vq = Compress(picture, new VqCompressOptions { Target = VqTarget.Psnr(top + below), Effort = effort });
        Assert.InRange(picture.Psnr(Decoded(picture, vq)), top + below - 0.1, top + below + 0.1);
    }

    [Fact]
    public void Target_OutOfReach_SaysHowFarTheImageGets()
    {
        var picture = Picture.Drawn(96, 96, seed: 5);
        Assert.Matches(@"^50 bytes: the smallest file of this image, at quality 1, has \d+ bytes", Message(VqTarget.Bytes(50)));
        Assert.Matches(@"^60 dB: this image reaches \d+\.\d\d dB at most, at quality 100; ask for less$", Message(VqTarget.Psnr(60)));

        string Message(VqTarget target) => Assert.Throws<VqTargetException>(() => Compress(picture, new VqCompressOptions { Target = target })).Message;
    }

    [Fact]
    public void Target_InWindows_GivesTheIndicesOfTheWhole()
    {
        using var windows = VqCodec.Load(Path.Combine(SharedData.RepositoryRoot, "models", DefaultModel.Name), Reference with { Limits = new VqLimits { MaxMemory = 150L << 20 } });
        var picture = Picture.Drawn(900, 700, seed: 6);
        var options = new VqCompressOptions { Target = VqTarget.BitsPerPixel(0.25) };
        var (whole, parts) = (Compress(picture, options), windows.Compress(picture.Rgb, 900, 700, options: options));
        Assert.InRange(parts.Length, 0.98 * whole.Length, 1.02 * whole.Length);
        Assert.InRange(picture.Psnr(Decoded(picture, parts)), picture.Psnr(Decoded(picture, whole)) - 0.05, 60);
    }

    [Fact]
    public void Target_Cancelled_Stops()
    {
        var picture = Picture.Drawn(512, 512, seed: 7);
        using var source = new CancellationTokenSource();
        var rows = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => _codec.Compress(Read, 512, 512, options: new VqCompressOptions { Target = VqTarget.Psnr(25.123) }, cancellationToken: source.Token));
        Assert.InRange(rows, 1, 512);
        Assert.Equal(0, _codec.BufferedBytes);

        void Read(int y, Span<byte> target)
        {
            picture.Rgb.AsSpan(y * 512 * 3, target.Length).CopyTo(target);
            rows += target.Length / (512 * 3);
            if (y >= 256) source.Cancel();
        }
    }

    private byte[] Compress(Picture picture, VqCompressOptions options) => _codec.Compress(picture.Rgb, picture.Width, picture.Height, options: options);

    private Picture Decoded(Picture picture, byte[] vq) => picture with { Rgb = _codec.Decompress(vq).Pixels };

    private static (double Psnr, long Bytes) Measure(VqCodec codec, IReadOnlyList<Picture> pictures, VqCompressOptions options)
    {
        var files = pictures.Select(picture => codec.Compress(picture.Rgb, picture.Width, picture.Height, options: options)).ToList();
        return (pictures.Zip(files, (picture, vq) => picture.Psnr(picture with { Rgb = codec.Decompress(vq).Pixels })).Average(), files.Sum(vq => (long)vq.Length));
    }

    private static Picture Middle(Picture picture, int side)
    {
        var (left, top) = ((picture.Width - side) / 2, (picture.Height - side) / 2);
        return new Picture(side, side, [.. Enumerable.Range(top, side).SelectMany(y => picture.Rgb.Skip(((y * picture.Width) + left) * 3).Take(side * 3))]);
    }
}
