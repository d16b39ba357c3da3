using System.Diagnostics;
using System.Globalization;
using VqVae.Codec.Cli.CommandLine;
using VqVae.Codec.Cli.Images;
using VqVae.Codec.Cli.Sample;
using VqVae.CommandLine;
using VqVae.Models;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Commands;

/// <summary><c>vqcodec demo</c>: a picture goes to <c>.vq</c> and back, with a table of figures and a side-by-side picture.</summary>
internal static class DemoCommand
{
    private const string SampleFile = "sample.png", VqFileName = "sample.vq", DecodedFile = "decoded.png", SideBySideFile = "side-by-side.png";

    /// <summary>Qualities that are shown beside the default.</summary>
    private static readonly int[] Qualities = [40, 60, 80, QualityMap.Highest];

    /// <summary>Runs the command.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(DemoOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        options.Validate();
        string[] names = [SampleFile, VqFileName, DecodedFile, SideBySideFile];
        var paths = names.ToDictionary(name => name, name => Path.Combine(options.Out, name));
        if (options.Picture is { } picture && paths.Values.FirstOrDefault(path => OutputFile.IsSameFile(path, picture)) is { } same)
            throw new UsageException($"{same} is both the picture and an output; choose another folder with --out");

        // What cannot be written is said before the work; the folder is made after it, so that a failure leaves none behind.
        if (File.Exists(options.Out)) throw new IOException($"{options.Out} is a file, expected a folder");
        if (Directory.Exists(options.Out)) Array.ForEach(names, name => Target(name));

        using var codec = options.LoadCodec(long.MaxValue);
        var original = Original(options, terminal, cancellationToken);
        Directory.CreateDirectory(options.Out);

        var settings = Settings(codec);
        var rows = new List<DemoRow>();
        var panels = new List<VqImage> { original };

        // The first run of a graph plans its memory: the times below are those of the runs after it.
        _ = codec.Decompress(codec.Compress(original, cancellationToken: cancellationToken), cancellationToken: cancellationToken);
        VqImage? kept = null;
        foreach (var (name, compress, isKept) in settings)
        {
            var watch = Stopwatch.StartNew();
            var vq = codec.Compress(original, compress, cancellationToken);
            var compressing = watch.Elapsed;
            if (isKept)
            {
                Target(VqFileName).Write(vq);
                vq = File.ReadAllBytes(paths[VqFileName]);
            }

            watch.Restart();
            var decoded = codec.Decompress(vq, cancellationToken: cancellationToken);
            rows.Add(new DemoRow(name, vq.Length, Psnr.Compute(original, decoded), compressing, watch.Elapsed, isKept));
            if (isKept) kept = decoded;
            if (isKept || rows.Count == 1) panels.Add(decoded);
        }

        Target(SampleFile).Write(ImageWriter.Encode(original, ImageKind.Png));
        Target(DecodedFile).Write(ImageWriter.Encode(kept!, ImageKind.Png));
        cancellationToken.ThrowIfCancellationRequested();
        Target(SideBySideFile).Write(ImageWriter.Encode(SideBySide.Compose(panels), ImageKind.Png));
        Report(options, terminal, codec, original, rows, paths);
        return ExitCode.Ok;

        OutputFile Target(string name) => OutputFile.Check(paths[name], InputFile.Standard, options.Overwrite, terminal);
    }

    /// <summary>What is compressed with: some qualities, of which the default is kept; a model without them, every number of stages.</summary>
    private static (string Name, VqCompressOptions Options, bool IsKept)[] Settings(VqCodec codec)
    {
        if (codec.Manifest.Quality is { } map)
            return [.. Qualities.Append(map.Default).Distinct().Order().Select(quality => (Text(quality), new VqCompressOptions { Quality = quality }, quality == map.Default))];
        var most = codec.Manifest.Spec.Planes.Max(p => p.Stages);
        return [.. Enumerable.Range(1, most).Select(stages => (Text(stages), new VqCompressOptions { Stages = stages }, stages == most))];

        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }

    private static VqImage Original(DemoOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        if (options.Picture is { } path)
        {
            var content = InputFile.ReadAll(path, terminal, cancellationToken);
            return ImageReader.Read(content, InputFile.NameOf(path), options.BackgroundColor, cancellationToken: cancellationToken);
        }

        const int width = SampleScene.DefaultWidth, height = SampleScene.DefaultHeight;
        return new VqImage(width, height, PixelFormat.Rgb24, SampleScene.Render(width, height, cancellationToken: cancellationToken));
    }

    private static void Report(
        DemoOptions options, Terminal terminal, VqCodec codec, VqImage original, List<DemoRow> rows, Dictionary<string, string> paths)
    {
        var output = terminal.Output;
        var pixels = (long)original.Width * original.Height;
        var what = options.Picture is null ? "a sample picture" : ErrorReport.OneLine(options.Picture);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{what}, {original.Width}x{original.Height}, {Figures.Bytes(original.Pixels.Length)} bytes raw; model {codec.Manifest.Name} ({codec.Manifest.Id}) on {codec.Device} in {Figures.Lower(codec.Precision)}"));
        output.WriteLine();
        var knob = codec.Manifest.Quality is null ? "stages" : "quality";
        DemoTable.Write(terminal, knob, rows, pixels, original.Pixels.Length);
        output.WriteLine();
        var width = paths.Values.Max(path => path.Length);
        output.WriteLine($"{paths[VqFileName].PadRight(width)}  the compressed file, {knob} {rows.Single(r => r.IsKept).Name}");
        output.WriteLine($"{paths[DecodedFile].PadRight(width)}  what it decodes to");
        output.WriteLine($"{paths[SampleFile].PadRight(width)}  the original");
        output.WriteLine($"{paths[SideBySideFile].PadRight(width)}  open this: {(rows.Count > 1 ? $"original, {knob} {rows[0].Name}, {knob} {rows.Single(r => r.IsKept).Name}" : "original, decoded")}; a detail enlarged below");
    }
}
