using VqVae.Codec.Cli.Commands;
using VqVae.CommandLine;
using VqVae.Imaging;
using VqVae.Models;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.CommandLine;

/// <summary><c>vqcodec</c> without its process.</summary>
internal static class CodecProgram
{
    /// <summary>Words for errors.</summary>
    public static ErrorReport Errors { get; } = new("vqcodec", exception => exception switch
    {
        ImageException or VqFormatException or ModelFormatException => exception.Message,
        OutOfMemoryException => "not enough memory for a picture of this size; try a lower --max-memory, and in folders fewer --jobs",
        _ => null,
    });

    private static readonly Application Program = new()
    {
        Name = "vqcodec",
        Commands = [typeof(CompressOptions), typeof(DecompressOptions), typeof(InfoOptions), typeof(VerifyOptions), typeof(EvalOptions), typeof(DemoOptions), typeof(BenchOptions)],
        Help = HelpPages.For,
        Argument = "a file name",
        Errors = Errors,
    };

    /// <summary>Runs one command line.</summary>
    /// <inheritdoc cref="Application.Run"/>
    public static int Run(string[] arguments, Terminal terminal, CancellationToken cancellationToken) => Program.Run(
        arguments,
        terminal,
        command => command switch
        {
            CompressOptions options => CompressCommand.Run(options, terminal, cancellationToken),
            DecompressOptions options => DecompressCommand.Run(options, terminal, cancellationToken),
            InfoOptions options => InfoCommand.Run(options, terminal, cancellationToken),
            VerifyOptions options => VerifyCommand.Run(options, terminal, cancellationToken),
            EvalOptions options => EvalCommand.Run(options, terminal, cancellationToken),
            DemoOptions options => DemoCommand.Run(options, terminal, cancellationToken),
            BenchOptions options => BenchCommand.Run(options, terminal, cancellationToken),
            _ => throw new InvalidOperationException($"no command takes {command.GetType().Name}"),
        },
        cancellationToken);
}
