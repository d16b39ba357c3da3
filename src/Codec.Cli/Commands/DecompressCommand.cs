using System.Diagnostics;
using VqVae.Codec.Cli.CommandLine;
using VqVae.Codec.Cli.Images;
using VqVae.CommandLine;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Commands;

/// <summary><c>vqcodec decompress</c>: a <c>.vq</c> file becomes a picture.</summary>
internal static class DecompressCommand
{
    /// <summary>Runs the command.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(DecompressOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        options.Validate();
        var output = OutputFile.Check(options.Output, options.Input, options.Force, terminal);
        var name = InputFile.NameOf(options.Input);
        var total = Stopwatch.StartNew();
        var vq = InputFile.ReadAll(options.Input, terminal, cancellationToken);
        var info = VqInput.ReadInfo(vq, name);
        if (options.Stages > info.Stages)
            throw new UsageException($"--stages: {name} has {info.Stages}, got {options.Stages}");
        ImageWriter.CheckSize(options.Kind, info.Width, info.Height, output.Name);

        using var codec = options.LoadCodec((long)info.Width * info.Height);
        var inference = Stopwatch.StartNew();
        var image = VqInput.Decompress(codec, vq, name, new VqDecompressOptions { Stages = options.Stages }, cancellationToken);
        inference.Stop();
        var picture = ImageWriter.Encode(image, options.Kind, options.OutQuality ?? ImageWriter.DefaultQuality, options.PngLevel ?? ImageWriter.DefaultPngLevel);
        cancellationToken.ThrowIfCancellationRequested();
        output.Write(picture);
        total.Stop();
        if (options.Quiet) return ExitCode.Ok;

        output.Messages.WriteLine($"{ErrorReport.OneLine(name)} -> {ErrorReport.OneLine(output.Name)}");
        output.Messages.WriteLine($"  image:     {image.Width}x{image.Height} {(image.Format == PixelFormat.Gray8 ? "grey" : "RGB")}, {options.Kind.Name()} of {Figures.Bytes(picture.Length)} bytes");
        output.Messages.WriteLine($"  model:     {codec.Manifest.Name} ({info.ModelId}), {options.Stages ?? info.Stages} of the file's {info.Stages} stages, on {codec.Device}");
        output.Messages.WriteLine($"  time:      {Figures.Seconds(total.Elapsed)}, of which decompressing {Figures.Seconds(inference.Elapsed)}");
        return ExitCode.Ok;
    }
}
