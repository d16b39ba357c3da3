using VqVae.Codec.Cli.Batch;
using VqVae.Codec.Cli.Coding;
using VqVae.Codec.Cli.CommandLine;
using VqVae.CommandLine;
using VqVae.Imaging;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Commands;

/// <summary><c>vqcodec verify</c>: whether <c>.vq</c> files are intact, and the model decodes them.</summary>
internal static class VerifyCommand
{
    /// <summary>Runs the command.</summary>
    /// <returns>The exit code: failed where a file is damaged.</returns>
    public static int Run(VerifyOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        options.Validate();
        var inputs = options.Inputs.ToArray();
        if (inputs is [InputFile.Standard]) return OfStandardInput(options, terminal, cancellationToken);
        if (inputs.Contains(InputFile.Standard)) throw new UsageException("standard input is read alone, not among other files");

        var unreadable = new List<(string Name, Exception Error)>();
        var files = FileTree.FindAll(inputs, options.Recursive, VqInput.Extensions, options.ParsedShard, (name, error) => unreadable.Add((name, error)));
        if (files.Count == 0 && unreadable.Count == 0 && options.Shard is null)
            throw new ImageException($"no .vq files{(options.Recursive ? "" : "; --recursive looks into folders inside folders, too")}");
        var split = WorkSplit.Choose(Environment.ProcessorCount, files.Count, options.Jobs, options.Threads);
        var tally = new BatchTally(files.Count, files.Sum(f => f.Length));
        foreach (var (name, error) in unreadable) tally.Fail(name, CodecProgram.Errors.Message(error), 0);

        using var codec = options.NoModel || files.Count == 0 ? null : options.LoadCodecWith(split.Threads);
        var run = new BatchRun { Terminal = terminal, Quiet = options.Quiet, Verbose = options.Verbose };
        run.Run(
            [.. files.Select(f => (f, f.Path, f.Length))],
            split.Jobs,
            tally,
            (file, token) =>
            {
                var vq = File.ReadAllBytes(file.Path);
                var info = Check(vq, file.Path, codec, token);
                return new BatchOutcome((long)info.Width * info.Height, vq.Length, 0, $"{file.Path}: ok");
            },
            cancellationToken);

        // One file that is named says itself what is wrong with it.
        var failures = tally.Failures;
        if (inputs is [var single] && !Directory.Exists(single) && failures is [var only]) throw new VqFormatException(only.Message);
        if (!options.Quiet)
            terminal.Output.WriteLine($"{tally.Done} {(tally.Done == 1 ? "file is" : "files are")} intact{(codec is null ? "" : $" and decode with model {codec.Manifest.Name}")}");
        return BatchRun.Conclude(terminal, failures, tally.Done + failures.Count);
    }

    private static int OfStandardInput(VerifyOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        var name = InputFile.NameOf(InputFile.Standard);
        var vq = InputFile.ReadAll(InputFile.Standard, terminal, cancellationToken);
        using var codec = options.NoModel ? null : options.LoadCodecWith(options.Threads ?? 0);
        Check(vq, name, codec, cancellationToken);
        if (!options.Quiet) terminal.Output.WriteLine($"{name} is intact");
        return ExitCode.Ok;
    }

    /// <summary>Checks a file, with the model where there is one.</summary>
    /// <exception cref="VqFormatException">It is damaged, or of another model.</exception>
    private static VqInfo Check(byte[] vq, string name, VqCodec? codec, CancellationToken cancellationToken)
    {
        var info = VqInput.ReadInfo(vq, name);
        VqInput.Named(name, () =>
        {
            if (codec is null) VqFile.Verify(vq);
            else codec.Verify(vq, cancellationToken);
        });
        return info;
    }
}
