using System.Diagnostics;
using VqVae.Codec.Cli.Batch;
using VqVae.Codec.Cli.Coding;
using VqVae.Codec.Cli.CommandLine;
using VqVae.Codec.Cli.Images;
using VqVae.CommandLine;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Commands;

/// <summary><c>vqcodec compress</c>: a picture becomes a <c>.vq</c> file, or a folder of pictures a folder of them.</summary>
internal static class CompressCommand
{
    /// <summary>Runs the command.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(CompressOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        options.Validate();
        if (options.IsFolder) return RunFolder(options, terminal, cancellationToken);
        var output = OutputFile.Check(options.Output, options.Input, options.Force, terminal);
        output.RemoveLeftovers();
        var total = Stopwatch.StartNew();
        var content = InputFile.OpenPicture(options.Input, terminal, cancellationToken);
        var picture = Picture(options, Warn);
        using var reader = PictureReader.Open(content, picture);
        using var codec = options.LoadCodec((long)reader.Width * reader.Height);
        options.CheckAgainst(codec);
        var result = PictureCompressor.Run(codec, content, reader, output, options.Codec, picture, options.Verify, cancellationToken);
        total.Stop();
        if (!options.Quiet) Report(output, options, result, codec, total.Elapsed);
        return ExitCode.Ok;

        void Warn(string message)
        {
            if (!options.Quiet) terminal.Error.WriteLine("vqcodec: warning: " + ErrorReport.OneLine(message));
        }
    }

    private static int RunFolder(CompressOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        var picture = Picture(options, warn: null);
        return new FolderCommand
        {
            Options = options,
            Terminal = terminal,
            What = "pictures",
            Extensions = ImageKinds.InputExtensions,
            ResultExtension = ".vq",
            Replaces = VqInput.IsVq,
            Check = options.CheckAgainst,
            Work = (codec, file, output, warn, token) =>
            {
                var content = PictureContent.OfFile(file.Path);
                using var reader = PictureReader.Open(content, picture with { Warn = warn });
                var result = PictureCompressor.Run(codec, content, reader, output, options.Codec, picture, options.Verify, token);
                var pixels = (long)result.Info.Width * result.Info.Height;
                var line = $"{file.RelativePath}: {result.Info.Width}x{result.Info.Height}, {Figures.Bytes(result.InputBytes)} -> {Figures.Bytes(result.OutputBytes)} bytes, "
                    + $"{Figures.BitsPerPixel(result.OutputBytes, pixels)} bits per pixel{(result.Psnr is { } psnr ? $", PSNR {Figures.Decibels(psnr)}" : "")}";
                return new BatchOutcome(pixels, result.InputBytes, result.OutputBytes, line);
            },
        }.Run(cancellationToken);
    }

    /// <summary>How pictures are read.</summary>
    private static PictureOptions Picture(CompressOptions options, Action<string>? warn) => new()
    {
        Background = options.BackgroundColor,
        MaxPixels = options.MaxPixels ?? VqLimits.DefaultMaxPixels,
        Exif = options.ExifMode,
        Warn = warn,
    };

    private static void Report(OutputFile output, CompressOptions options, CompressResult result, VqCodec codec, TimeSpan total)
    {
        var (messages, info) = (output.Messages, result.Info);
        var pixels = (long)info.Width * info.Height;
        messages.WriteLine($"{ErrorReport.OneLine(InputFile.NameOf(options.Input))} -> {ErrorReport.OneLine(output.Name)}");
        messages.WriteLine($"  image:     {info.Width}x{info.Height} {Figures.Colors(info.Format)}");
        messages.WriteLine($"  model:     {codec.Manifest.Name} ({info.ModelId}), {info.Stages} of {codec.Manifest.Spec.Stages} stages, on {codec.Device}");
        if (options.Verbose) messages.WriteLine($"  coding:    {Figures.Lower(info.EntropyMode)} indices, rate point {info.RatePoint}");
        messages.WriteLine($"  size:      {Figures.Bytes(result.OutputBytes)} bytes, {Figures.BitsPerPixel(result.OutputBytes, pixels)} bits per pixel");
        messages.WriteLine($"  against:   raw {Figures.Bytes(result.RawBytes)} bytes {Figures.Ratio(result.RawBytes, result.OutputBytes)}, "
            + $"input {Figures.Bytes(result.InputBytes)} bytes {Figures.Ratio(result.InputBytes, result.OutputBytes)}");
        messages.WriteLine($"  time:      {Figures.Seconds(total)}, of which compressing {Figures.Seconds(result.Compressing)}");
        if (options.Verbose) messages.WriteLine($"  memory:    {Figures.Bytes(Process.GetCurrentProcess().PeakWorkingSet64)} bytes at most");
        if (result.Psnr is { } psnr) messages.WriteLine($"  verified:  decodes at PSNR {Figures.Decibels(psnr)}");
    }
}
