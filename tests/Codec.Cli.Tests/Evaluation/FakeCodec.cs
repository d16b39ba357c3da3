using VqVae.Codec.Cli.Evaluation;
using VqVae.Codec.Cli.Evaluation.Codecs;
using VqVae.Codec.Cli.Evaluation.Metrics;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Tests.Evaluation;

/// <summary>A codec that has results without having done anything.</summary>
internal sealed class FakeCodec(string key, string name) : IStillCodec
{
    public string Key => key;

    public string Name => name;

    public string Settings => $"settings of {name}";

    public double Cost => 1;

    public string Label(int setting) => $"q{setting}";

    public byte[] Encode(VqImage picture, int setting, CancellationToken cancellationToken) => throw new NotSupportedException();

    public VqImage Decode(byte[] file, int width, int height, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Results on pictures of 200 × 200 pixels.</summary>
    /// <param name="codec">The codec.</param>
    /// <param name="points">For each setting bytes and PSNR, alike for all pictures but for a dB each.</param>
    /// <param name="pictures">How many pictures.</param>
    public static CodecResult Results(IStillCodec codec, (int Bytes, double Psnr)[] points, int pictures = 2) => new(
        codec,
        [.. points.Select((p, i) => new SettingResult(i + 1, codec.Label(i + 1), [.. Enumerable.Range(0, pictures).Select(n => Result(p.Bytes, p.Psnr + n))]))]);

    /// <summary>An evaluation of a model against one codec, of two pictures and one that was left out.</summary>
    public static EvaluationResult Evaluation((int Bytes, double Psnr)[] model, (int Bytes, double Psnr)[] other) => new()
    {
        Data = "my <pictures>",
        Pictures = [new("a,\"b\".png", "a.png", 200, 200), new("c & d.png", "c.png", 200, 200)],
        Skipped = [new("broken.png", "the file is empty")],
        Missing = ["AVIF is not in this build"],
        Tested = Results(new FakeCodec(VqStillCodec.KeyName, "VQ"), model) with { Speed = new SpeedResult("q2", 1.5, 2.5) },
        Classical = [Results(new FakeCodec("jpeg", "JPEG"), other) with { Speed = new SpeedResult("q2", 20, 80) }],
        Shown = 1,
        Threads = 1,
        TimedPictures = 2,
        Finished = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero),
        Duration = TimeSpan.FromSeconds(75),
    };

    private static PictureResult Result(int bytes, double psnr) =>
        new(bytes, 8.0 * bytes / 40_000, new PictureQuality(psnr, psnr + 1, 0.5, 0.6, 1 - Math.Pow(10, -psnr / 20), 1 - Math.Pow(10, -psnr / 19)));
}
