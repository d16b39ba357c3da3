using System.Diagnostics;
using VqVae.Codec.Cli.Batch;
using VqVae.Codec.Cli.Coding;
using VqVae.Codec.Cli.CommandLine;
using VqVae.Codec.Cli.Images;
using VqVae.CommandLine;

namespace VqVae.Codec.Cli.Commands;

/// <summary><c>vqcodec decompress</c>: a <c>.vq</c> file becomes a picture, or a folder of them a folder of pictures.</summary>
internal static class DecompressCommand
{
    /// <summary>Runs the command.</summary>
    /// <returns>The exit code.</returns>
    public static int Run(DecompressOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        options.Validate();
        if (options.IsFolder) return RunFolder(options, terminal, cancellationToken);
        var output = OutputFile.Check(options.Output, options.Input, options.Force, terminal);
        output.RemoveLeftovers();
        var name = InputFile.NameOf(options.Input);
        var total = Stopwatch.StartNew();
        var vq = InputFile.ReadAll(options.Input, terminal, cancellationToken);
        var info = PictureDecompressor.Check(vq, name, output, options);
        using var codec = options.LoadCodec((long)info.Width * info.Height);
        var result = PictureDecompressor.Run(codec, vq, info, name, output, options, Warn, cancellationToken);
        total.Stop();
        if (options.Quiet) return ExitCode.Ok;

        output.Messages.WriteLine($"{ErrorReport.OneLine(name)} -> {ErrorReport.OneLine(output.Name)}");
        output.Messages.WriteLine($"  image:     {result.Width}x{result.Height} {Figures.Colors(result.Format)}, {options.Kind.Name()} of {Figures.Bytes(result.OutputBytes)} bytes");
        output.Messages.WriteLine($"  model:     {codec.Manifest.Name} ({info.ModelId}) on {codec.Device} in {Figures.Lower(codec.Precision)}, {result.Stages} of the file's {info.Stages} stages{(result.IsCut ? "; the file is cut short" : "")}");
        output.Messages.WriteLine($"  time:      {Figures.Seconds(total.Elapsed)}");
        if (options.Verbose) output.Messages.WriteLine($"  memory:    {Figures.Bytes(Process.GetCurrentProcess().PeakWorkingSet64)} bytes at most");
        return ExitCode.Ok;

        void Warn(string message)
        {
            if (!options.Quiet) terminal.Error.WriteLine("vqcodec: warning: " + ErrorReport.OneLine(message));
        }
    }

    private static int RunFolder(DecompressOptions options, Terminal terminal, CancellationToken cancellationToken) => new FolderCommand
    {
        Options = options,
        Terminal = terminal,
        What = ".vq files",
        Extensions = VqInput.Extensions,
        ResultExtension = options.Kind.Extension(),
        Replaces = _ => false,
        Check = _ => { },
        Work = (codec, file, output, warn, token) =>
        {
            var vq = File.ReadAllBytes(file.Path);
            var info = PictureDecompressor.Check(vq, file.Path, output, options);
            var result = PictureDecompressor.Run(codec, vq, info, file.Path, output, options, warn, token);
            if (result.IsCut) warn($"{file.Path}: the file is cut short, {result.Stages} of its {info.Stages} stages are decoded");
            var line = $"{file.RelativePath}: {result.Width}x{result.Height}, {Figures.Bytes(vq.Length)} -> {Figures.Bytes(result.OutputBytes)} bytes";
            return new BatchOutcome((long)result.Width * result.Height, vq.Length, result.OutputBytes, line);
        },
    }.Run(cancellationToken);
}
