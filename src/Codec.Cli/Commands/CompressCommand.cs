using System.Diagnostics;
using VqVae.Codec.Cli.CommandLine;
using VqVae.Codec.Cli.Images;
using VqVae.CommandLine;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Commands;

/// <summary><c>vqcodec compress</c>: a picture becomes a <c>.vq</c> file.</summary>
internal static class CompressCommand
{
    /// <summary>Runs the command.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(CompressOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        options.Validate();
        var output = OutputFile.Check(options.Output, options.Input, options.Force, terminal);
        var total = Stopwatch.StartNew();
        var content = InputFile.ReadAll(options.Input, terminal, cancellationToken);
        var image = ImageReader.Read(content, InputFile.NameOf(options.Input), options.BackgroundColor, Warn, cancellationToken);

        using var codec = options.LoadCodec((long)image.Width * image.Height);
        CodecOptions.CheckStages(options.Stages, codec);
        var inference = Stopwatch.StartNew();
        var vq = codec.Compress(image, new VqCompressOptions { Stages = options.Stages, Lambda = options.Lambda }, cancellationToken);
        inference.Stop();
        output.Write(vq);
        total.Stop();

        if (!options.Quiet) Report(output.Messages, options, image, content.Length, vq, codec, inference.Elapsed, total.Elapsed);
        if (!options.Verify) return ExitCode.Ok;

        var decoded = codec.Decompress(output.ReadBack(vq), cancellationToken: cancellationToken);
        var psnr = Psnr.Compute(image, decoded);
        if (!options.Quiet) output.Messages.WriteLine($"  verified:  decodes at PSNR {Figures.Decibels(psnr)}");
        return ExitCode.Ok;

        void Warn(string message)
        {
            if (!options.Quiet) terminal.Error.WriteLine("vqcodec: warning: " + ErrorReport.OneLine(message));
        }
    }

    private static void Report(
        TextWriter messages, CompressOptions options, VqImage image, long inputBytes, byte[] vq, VqCodec codec, TimeSpan inference, TimeSpan total)
    {
        var info = VqFile.ReadInfo(vq);
        var pixels = (long)image.Width * image.Height;
        var output = options.Output == InputFile.Standard ? "standard output" : options.Output;
        messages.WriteLine($"{ErrorReport.OneLine(InputFile.NameOf(options.Input))} -> {ErrorReport.OneLine(output)}");
        messages.WriteLine($"  image:     {image.Width}x{image.Height} {(image.Format == PixelFormat.Gray8 ? "grey" : "RGB")}");
        messages.WriteLine($"  model:     {codec.Manifest.Name} ({info.ModelId}), {info.Stages} of {codec.Manifest.Spec.Stages} stages, on {codec.Device}");
        messages.WriteLine($"  size:      {Figures.Bytes(vq.Length)} bytes, {Figures.BitsPerPixel(vq.Length, pixels)} bits per pixel");
        messages.WriteLine($"  against:   raw {Figures.Bytes(image.Pixels.Length)} bytes {Figures.Ratio(image.Pixels.Length, vq.Length)}, "
            + $"input {Figures.Bytes(inputBytes)} bytes {Figures.Ratio(inputBytes, vq.Length)}");
        messages.WriteLine($"  time:      {Figures.Seconds(total)}, of which compressing {Figures.Seconds(inference)}");
    }
}
