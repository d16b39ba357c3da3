using VqVae.Codec.Cli.CommandLine;
using VqVae.CommandLine;

namespace VqVae.Codec.Cli.Batch;

/// <summary>Does something with many files, several at a time: what fails is listed, and the others go on.</summary>
internal sealed class BatchRun
{
    /// <summary>The errors of full disks: ENOSPC and EDQUOT on Unix, ERROR_DISK_FULL and ERROR_HANDLE_DISK_FULL on Windows.</summary>
    private static readonly int[] DiskFull = [28, 122, unchecked((int)0x80070070), unchecked((int)0x80070027)];

    /// <summary>The standard streams.</summary>
    public required Terminal Terminal { get; init; }

    /// <summary>Whether only errors are printed.</summary>
    public bool Quiet { get; init; }

    /// <summary>Whether a line a file is printed.</summary>
    public bool Verbose { get; init; }

    /// <summary>Does all files.</summary>
    /// <param name="files">The files with their names in messages.</param>
    /// <param name="jobs">How many at a time.</param>
    /// <param name="tally">Counts what is done.</param>
    /// <param name="work">Does one file.</param>
    /// <param name="cancellationToken">Stops; files that are being done are not completed.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    /// <exception cref="IOException">The disk is full, so that no other file can be written either.</exception>
    public void Run<T>(
        IReadOnlyList<(T File, string Name, long Bytes)> files, int jobs, BatchTally tally, Func<T, CancellationToken, BatchOutcome> work, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(files);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var next = -1;

        // Threads of their own: inference would keep those of the pool for as long as the run takes.
        var workers = Enumerable.Range(0, jobs).Select(_ => Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToArray();
        var all = Task.WhenAll(workers);
        if (Quiet) _ = Task.WhenAny(all).GetAwaiter().GetResult();
        else BatchProgress.Watch(Terminal, Terminal.OutputIsTerminal && !Verbose, tally, all);
        if (cancellationToken.IsCancellationRequested && !Quiet) Terminal.Output.WriteLine($"{tally.Line()}; run it again to go on");
        cancellationToken.ThrowIfCancellationRequested();
        all.GetAwaiter().GetResult();

        void Work()
        {
            for (int i; !stop.IsCancellationRequested && (i = Interlocked.Increment(ref next)) < files.Count;)
            {
                var (file, name, bytes) = files[i];
                try
                {
                    var outcome = work(file, stop.Token);
                    tally.Add(outcome, bytes);
                    if (Verbose) Say(outcome.Line);
                }
                catch (Exception) when (stop.IsCancellationRequested)
                {
                    return;
                }
                catch (IOException e) when (IsDiskFull(e))
                {
                    stop.Cancel();
                    throw;
                }
#pragma warning disable CA1031 // Whatever is wrong with one file, the others are done.
                catch (Exception e)
#pragma warning restore CA1031
                {
                    tally.Fail(name, CodecProgram.Errors.Message(e), bytes);
                }
            }
        }
    }

    /// <summary>Lists what failed, on standard error.</summary>
    /// <param name="terminal">The standard streams.</param>
    /// <param name="failures">Names and what is wrong.</param>
    /// <param name="files">How many files there were.</param>
    /// <returns>The exit code.</returns>
    public static int Conclude(Terminal terminal, IReadOnlyList<(string Name, string Message)> failures, int files)
    {
        ArgumentNullException.ThrowIfNull(terminal);
        ArgumentNullException.ThrowIfNull(failures);
        foreach (var (name, message) in failures)
            terminal.Error.WriteLine("vqcodec: " + ErrorReport.OneLine(message.Contains(name, StringComparison.Ordinal) ? message : $"{name}: {message}"));
        if (failures.Count == 0) return ExitCode.Ok;
        terminal.Error.WriteLine($"vqcodec: {failures.Count} of {files} files failed");
        return ExitCode.SomeFailed;
    }

    /// <summary>Whether the error is one that every other file would have as well.</summary>
    internal static bool IsDiskFull(IOException exception) => DiskFull.Contains(exception.HResult);

    private void Say(string line)
    {
        lock (Terminal) Terminal.Output.WriteLine(ErrorReport.OneLine(line));
    }
}
