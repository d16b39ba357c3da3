using NetVips;
using VqVae.Codec.Cli.Evaluation;
using VqVae.Codec.Cli.Evaluation.Codecs;
using VqVae.Codec.Cli.Evaluation.Metrics;
using VqVae.CommandLine;
using VqVae.Runtime;
using VqVae.TestSupport;

namespace VqVae.Codec.Cli.Tests.Evaluation;

/// <summary>The classical codecs make files that are theirs, hold no metadata and get smaller with the quality.</summary>
public sealed class ClassicalCodecTests
{
    private const int Width = 171, Height = 162;

    private static readonly VqImage Picture = new(Width, Height, PixelFormat.Rgb24, DrawnImage.Rgb(Width, Height, 7));

    public static TheoryData<string> Names => [.. ClassicalCodecs.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Encode_LowerQualities_MakeSmallerAndWorseFiles(string name)
    {
        var codec = Codec(name);
        var (bytes, psnr) = (0L, 0.0);
        foreach (var quality in (int[])[5, 40, 75])
        {
            var file = codec.Encode(Picture, quality, default);
            var decoded = codec.Decode(file, Width, Height, default);
            var measured = PictureQuality.Measure(Picture, decoded).PsnrRgb;
            Assert.True(file.Length > bytes && measured > psnr, $"{name} {quality}: {file.Length} bytes after {bytes}, {measured} dB after {psnr}");
            (bytes, psnr) = (file.Length, measured);
        }

        Assert.InRange(psnr, 30, 50);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Encode_APicture_HoldsNoMetadata(string name)
    {
        var codec = Codec(name);
        var file = codec.Encode(Picture, 50, default);
        using var loader = codec.Loader?.Invoke();
        using var image = Image.NewFromBuffer(file);
        Assert.DoesNotContain(image.GetFields(), field => field is "exif-data" or "xmp-data" or "icc-profile-data" or "iptc-data");
        var signature = name switch { "jpeg" => "\u00ff\u00d8\u00ff", "webp" => "RIFF", _ => "\0\0\0" };
        Assert.StartsWith(signature, string.Concat(file.Take(4).Select(b => (char)b)), StringComparison.Ordinal);
        if (name == "avif") Assert.Equal("ftypavif", System.Text.Encoding.ASCII.GetString(file, 4, 8));
    }

    [Fact]
    public void Encode_Jpeg_IsProgressiveAndSmallerThanPlain()
    {
        var codec = Codec("jpeg");
        var file = codec.Encode(Picture, 50, default);

        // SOF2 begins the frame of a progressive file, SOF0 that of a baseline one.
        Assert.True(Contains(file, [0xff, 0xc2]));
        Assert.False(Contains(file, [0xff, 0xc0]));
        using var image = VipsPixels.Open(Picture);
        var plain = image.JpegsaveBuffer(q: 50, optimizeCoding: true, interlace: true, quantTable: 3, keep: Enums.ForeignKeep.None);
        Assert.True(file.Length < plain.Length, $"{file.Length} bytes with trellis quantisation, {plain.Length} without: is this libvips without mozjpeg?");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void HalvedCodec_LowestQuality_GoesBelowTheCodecAndComesBackWhole(string name)
    {
        var codec = Codec(name);
        var half = new HalvedCodec(codec);
        var lowest = codec.Ladder[0];
        var file = half.Encode(Picture, lowest, default);
        Assert.True(file.Length < codec.Encode(Picture, lowest, default).Length);
        var decoded = half.Decode(half.Encode(Picture, 60, default), Width, Height, default);
        Assert.Equal((Width, Height, PixelFormat.Rgb24), (decoded.Width, decoded.Height, decoded.Format));
        Assert.InRange(PictureQuality.Measure(Picture, decoded).PsnrRgb, 18, 45);
        Assert.Equal(name + "-half", half.Key);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Ladder_EveryCodec_RisesFromItsLowestQuality(string name)
    {
        var codec = Codec(name);
        Assert.Equal(codec.Ladder.Order().Distinct(), codec.Ladder);
        Assert.InRange(codec.Ladder[0], 0, 1);
        Assert.InRange(codec.Ladder[^1], 90, codec.Highest);
    }

    [Theory]
    [InlineData("jpg", "did you mean jpeg?")]
    [InlineData("webp2", "did you mean webp?")]
    [InlineData("jxl", "there is no codec 'jxl', only jpeg, webp, avif")]
    [InlineData("jpeg,jpeg", "jpeg is given twice")]
    [InlineData("", "there is no codec ''")]
    public void Parse_WrongName_SaysWhatThereIs(string names, string expected) =>
        Assert.Contains(expected, Assert.Throws<UsageException>(() => ClassicalCodecs.Parse(names)).Message, StringComparison.Ordinal);

    [Fact]
    public void Parse_Names_KeepsTheirOrder()
    {
        Assert.Equal(["webp", "jpeg"], ClassicalCodecs.Parse("WebP, jpeg").Select(c => c.Key));
        Assert.Empty(ClassicalCodecs.Parse("none"));
    }

    [Theory]
    [InlineData("jpeg", 3)]
    [InlineData("jpeg", 6)]
    [InlineData("webp", 5)]
    public void SizeMatch_ATarget_IsAFileOfAboutThatSize(string name, int step)
    {
        var codec = Codec(name);
        var known = codec.Ladder.Take(9).Select(q => (q, Bytes: (long)codec.Encode(Picture, q, default).Length)).ToArray();
        var target = (known[step].Bytes + known[step + 1].Bytes) / 2;
        var (file, setting) = SizeMatch.Find(codec, Picture, target, known, default);
        Assert.Equal(codec.Encode(Picture, setting, default), file);
        Assert.InRange(file.Length, 0, target);
        Assert.True(file.Length > 0.95 * target || codec.Encode(Picture, setting + 1, default).Length > target, $"quality {setting} makes {file.Length} bytes of {target}, and the next one fits, too");
    }

    [Fact]
    public void SizeMatch_TargetBelowTheSmallestFile_IsTheSmallest()
    {
        var codec = Codec("jpeg");
        var known = codec.Ladder.Take(3).Select(q => (q, (long)codec.Encode(Picture, q, default).Length)).ToArray();
        Assert.Equal(codec.Ladder[0], SizeMatch.Find(codec, Picture, 10, known, default).Setting);
    }

    private static VipsCodec Codec(string name)
    {
        var codec = ClassicalCodecs.Parse(name)[0];
        Assert.Null(ClassicalCodecs.Problem(codec));
        return codec;
    }

    private static bool Contains(byte[] bytes, byte[] part) => bytes.AsSpan().IndexOf(part) >= 0;
}
