using VqVae.Codec.Cli.Evaluation.Codecs;
using VqVae.Codec.Cli.Images;
using VqVae.Runtime;
using static VqVae.Benchmarks.Print;

namespace VqVae.Benchmarks;

/// <summary>
/// Below what WebP can do: each picture of a folder in no more bytes than WebP's smallest file of it (quality 0, effort 6), and in no more than half of them, against that file and
/// against WebP of the picture at half its width and height.
/// </summary>
internal static class FloorQuick
{
    private const double CeilingDb = 99;

    public static int Run(string[] args)
    {
        if (args is not ["--model", var model, var folder])
        {
            Console.Error.WriteLine("usage: floor --model DIR FOLDER");
            return 2;
        }

        using var codec = VqCodec.Load(model, new VqCodecOptions { Device = VqDevice.Cpu });
        var webp = ClassicalCodecs.Parse("webp")[0];
        _ = ClassicalCodecs.Problem(webp);
        var halved = new HalvedCodec(webp);
        var rows = BenchmarkPictures.Files(folder).Select(file => Measure(codec, webp, halved, file)).ToList();
        if (rows.Count == 0)
        {
            Console.Error.WriteLine($"there is no PNG or JPEG in '{folder}'");
            return 1;
        }

        Line($"model {codec.Manifest.Name}, id {codec.Manifest.Id}; {rows.Count} pictures of {Path.GetFileName(Path.TrimEndingDirectorySeparator(folder))}\n");
        Line($"| at most | bytes | model | WebP | model − WebP: mean | least | pictures where the model is better |");
        Line($"|---|---:|---:|---:|---:|---:|---:|");
        Row("WebP's smallest file", [.. rows.Select(r => r.Whole)]);
        Row("half of it, WebP at half size", [.. rows.Select(r => r.Half)]);
        return 0;
    }

    private static void Row(string name, Comparison[] found) => Line(
        $"| {name} | {found.Average(c => c.Bytes):F0} | {found.Average(c => c.Model):F2} dB | {found.Average(c => c.WebP):F2} dB | {found.Average(c => c.Gain):+0.00;−0.00} dB | {found.Min(c => c.Gain):+0.00;−0.00} dB | {found.Count(c => c.Gain > 0)} |");

    private static (Comparison Whole, Comparison Half) Measure(VqCodec codec, VipsCodec webp, HalvedCodec halved, string file)
    {
        var picture = BenchmarkPictures.Load(file);
        var smallest = webp.Encode(picture, setting: 0, CancellationToken.None);
        var whole = new Comparison(smallest.Length, Decibels(picture, Fitted(codec, picture, smallest.Length)), Decibels(picture, webp.Decode(smallest, picture.Width, picture.Height, CancellationToken.None)));

        // The best quality at half size that fits into half of the bytes.
        var (limit, best) = (smallest.Length / 2, double.NaN);
        for (var quality = 0; quality <= 100; quality++)
        {
            var bytes = halved.Encode(picture, quality, CancellationToken.None);
            if (bytes.Length > limit) break;
            best = Decibels(picture, halved.Decode(bytes, picture.Width, picture.Height, CancellationToken.None));
        }

        return (whole, new Comparison(limit, Decibels(picture, Fitted(codec, picture, limit)), best));
    }

    private static VqImage Fitted(VqCodec codec, VqImage picture, int bytes)
    {
        var vq = codec.Compress(picture.Pixels, picture.Width, picture.Height, options: new VqCompressOptions { Target = VqTarget.Bytes(bytes) });
        return codec.Decompress(vq, new VqDecompressOptions { Format = PixelFormat.Rgb24 });
    }

    private static double Decibels(VqImage a, VqImage b) => Math.Min(CeilingDb, Psnr.Compute(a, b));

    /// <summary>One picture in at most so many bytes.</summary>
    private sealed record Comparison(int Bytes, double Model, double WebP)
    {
        /// <summary>By how much the model is better, in dB.</summary>
        public double Gain => Model - WebP;
    }
}
