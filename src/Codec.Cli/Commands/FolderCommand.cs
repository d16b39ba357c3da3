using VqVae.Codec.Cli.Batch;
using VqVae.Codec.Cli.CommandLine;
using VqVae.CommandLine;
using VqVae.Imaging;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Commands;

/// <summary>Does a whole folder: what <c>compress</c> and <c>decompress</c> have in common there.</summary>
internal sealed class FolderCommand
{
    /// <summary>The command line, which names a folder.</summary>
    public required FileOptions Options { get; init; }

    /// <summary>The standard streams.</summary>
    public required Terminal Terminal { get; init; }

    /// <summary>What the files are called, such as <c>pictures</c>.</summary>
    public required string What { get; init; }

    /// <summary>Extensions of the files that are read.</summary>
    public required IReadOnlyCollection<string> Extensions { get; init; }

    /// <summary>Extension of the results.</summary>
    public required string ResultExtension { get; init; }

    /// <summary>Whether an existing file is one that the command may replace by a newer result without being forced to.</summary>
    public required Func<string, bool> Replaces { get; init; }

    /// <summary>Checks the options against the model, once.</summary>
    public required Action<VqCodec> Check { get; init; }

    /// <summary>Does one file. The output's folder is there; the action takes warnings, which name the file.</summary>
    public required Func<VqCodec, FileEntry, OutputFile, Action<string>, CancellationToken, BatchOutcome> Work { get; init; }

    /// <summary>Runs.</summary>
    /// <returns>The exit code.</returns>
    public int Run(CancellationToken cancellationToken)
    {
        var (input, outputFolder) = (Options.Input, Options.Output);
        if (File.Exists(outputFolder)) throw new IOException($"{outputFolder} is a file, expected a folder");
        var unreadable = new List<(string Name, Exception Error)>();
        var files = FileTree.Find(input, Options.Recursive, Extensions, (name, error) => unreadable.Add((name, error)));
        if (files.Count == 0 && unreadable.Count == 0)
            throw new ImageException($"{input} holds no {What} ({string.Join(", ", Extensions)}){(Options.Recursive ? "" : "; --recursive looks into the folders inside it, too")}");
        var plan = BatchPlan.Make(files, outputFolder, ResultExtension, Options.Append, Options.ParsedShard, Options.Force);
        plan.RemoveLeftovers();

        var split = WorkSplit.Choose(Environment.ProcessorCount, plan.Items.Count, Options.Jobs, Options.Threads);
        var tally = new BatchTally(plan.Items.Count, plan.Items.Sum(i => i.Input.Length));
        foreach (var (name, error) in unreadable) tally.Fail(name, CodecProgram.Errors.Message(error), 0);
        var run = new BatchRun { Terminal = Terminal, Quiet = Options.Quiet, Verbose = Options.Verbose };
        if (plan.Items.Count > 0)
        {
            using var codec = Options.LoadCodecWith(split.Threads);
            Check(codec);
            run.Run([.. plan.Items.Select(item => (item, item.Input.Path, item.Input.Length))], split.Jobs, tally, Do, cancellationToken);

            BatchOutcome Do(BatchItem item, CancellationToken token)
            {
                item.Input.CheckRegular();
                Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(item.Output))!);
                void Warn(string message) => tally.Warn(item.Input.Path, message);
                return Work(codec, item.Input, OutputFile.Check(item.Output, item.Input.Path, MayReplace(item), Terminal, item.Input.Modified), Warn, token);
            }
        }

        if (!Options.Quiet)
        {
            Report(plan, split, tally);
            foreach (var (_, message) in tally.Warnings) Terminal.Error.WriteLine("vqcodec: warning: " + ErrorReport.OneLine(message));
        }

        return BatchRun.Conclude(Terminal, tally.Failures, tally.Done + tally.Failures.Count);
    }

    /// <summary>Whether what is in a result's place may be replaced.</summary>
    /// <exception cref="IOException">There is something that may not, such as the original of a picture that is decompressed beside it.</exception>
    private bool MayReplace(BatchItem item)
    {
        if (Options.Force || !File.Exists(item.Output)) return Options.Force;
        return Replaces(item.Output) ? true : throw new IOException($"{item.Output} exists and was not made from {item.Input.Path} as it is; --force replaces it");
    }

    private void Report(BatchPlan plan, WorkSplit split, BatchTally tally)
    {
        var (messages, seconds) = (Terminal.Output, tally.Elapsed.TotalSeconds);
        messages.WriteLine($"{ErrorReport.OneLine(Options.Input)} -> {ErrorReport.OneLine(Options.Output)}");
        messages.WriteLine($"  files:     {tally.Done} done"
            + (plan.Skipped > 0 ? $", {plan.Skipped} done before" : "")
            + (tally.Failures.Count > 0 ? $", {tally.Failures.Count} failed" : "")
            + (tally.Warnings.Count > 0 ? $", {tally.Warnings.Count} {(tally.Warnings.Count == 1 ? "warning" : "warnings")}" : "")
            + (plan.OtherShards > 0 ? $", {plan.OtherShards} in other shards" : ""));
        if (tally.Done == 0) return;
        var (read, written) = tally.Bytes;
        var compressed = Math.Min(read, written);
        messages.WriteLine($"  size:      {Figures.Size(read)} -> {Figures.Size(written)}, {Figures.BitsPerPixel(compressed, tally.Pixels)} bits per pixel compressed");
        messages.WriteLine($"  time:      {Figures.Seconds(tally.Elapsed)}, {Figures.Rate(tally.Pixels, seconds)}, {split.Jobs} at a time with {split.Threads} {(split.Threads == 1 ? "thread" : "threads")} each");
    }
}
