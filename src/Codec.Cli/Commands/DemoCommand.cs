using System.Diagnostics;
using System.Globalization;
using VqVae.Codec.Cli.CommandLine;
using VqVae.Codec.Cli.Images;
using VqVae.Codec.Cli.Sample;
using VqVae.CommandLine;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Commands;

/// <summary><c>vqcodec demo</c>: a picture goes to <c>.vq</c> and back, with a table of figures and a side-by-side picture.</summary>
internal static class DemoCommand
{
    private const string SampleFile = "sample.png", VqFileName = "sample.vq", DecodedFile = "decoded.png", SideBySideFile = "side-by-side.png";

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

        // The figures of every number of stages come from files of that many stages, decoded.
        var stages = codec.Manifest.Spec.Planes.Max(p => p.Stages);
        var rows = new List<DemoRow>();
        var panels = new List<VqImage> { original };

        // The first run of a graph plans its memory: the times below are those of the runs after it.
        _ = codec.Decompress(codec.Compress(original, cancellationToken: cancellationToken), cancellationToken: cancellationToken);
        for (var stage = 1; stage <= stages; stage++)
        {
            var watch = Stopwatch.StartNew();
            var vq = codec.Compress(original, new VqCompressOptions { Stages = stage }, cancellationToken);
            var compressing = watch.Elapsed;
            if (stage == stages)
            {
                Target(VqFileName).Write(vq);
                vq = File.ReadAllBytes(paths[VqFileName]);
            }

            watch.Restart();
            var decoded = codec.Decompress(vq, cancellationToken: cancellationToken);
            rows.Add(new DemoRow(stage, vq.Length, Psnr.Compute(original, decoded), compressing, watch.Elapsed));
            if (stage == 1 || stage == stages) panels.Add(decoded);
        }

        Target(SampleFile).Write(ImageWriter.Encode(original, ImageKind.Png));
        Target(DecodedFile).Write(ImageWriter.Encode(panels[^1], ImageKind.Png));
        cancellationToken.ThrowIfCancellationRequested();
        Target(SideBySideFile).Write(ImageWriter.Encode(SideBySide.Compose(panels), ImageKind.Png));
        Report(options, terminal, codec, original, rows, paths);
        return ExitCode.Ok;

        OutputFile Target(string name) => OutputFile.Check(paths[name], InputFile.Standard, options.Overwrite, terminal);
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
            $"{what}, {original.Width}x{original.Height}, {Figures.Bytes(original.Pixels.Length)} bytes raw; model {codec.Manifest.Name} ({codec.Manifest.Id}) on {codec.Device}"));
        output.WriteLine();
        DemoTable.Write(terminal, rows, pixels, original.Pixels.Length);
        output.WriteLine();
        var width = paths.Values.Max(path => path.Length);
        output.WriteLine($"{paths[VqFileName].PadRight(width)}  the compressed file, all {rows.Count} stages");
        output.WriteLine($"{paths[DecodedFile].PadRight(width)}  what it decodes to");
        output.WriteLine($"{paths[SampleFile].PadRight(width)}  the original");
        output.WriteLine($"{paths[SideBySideFile].PadRight(width)}  open this: {(rows.Count > 1 ? $"original, 1 stage, {rows.Count} stages" : "original, decoded")}; a detail enlarged below");
    }
}
