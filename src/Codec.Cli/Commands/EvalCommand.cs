using System.Diagnostics;
using VqVae.Codec.Cli.Batch;
using VqVae.Codec.Cli.Evaluation;
using VqVae.Codec.Cli.Evaluation.Codecs;
using VqVae.Codec.Cli.Evaluation.Report;
using VqVae.CommandLine;
using VqVae.Imaging;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Commands;

/// <summary><c>vqcodec eval</c>: a model against classical codecs on a folder of pictures, as a table and as a report.</summary>
internal static class EvalCommand
{
    /// <summary>Runs the command.</summary>
    /// <returns>The exit code: some failed where pictures were left out.</returns>
    public static int Run(EvalOptions options, Terminal terminal, CancellationToken cancellationToken)
    {
        options.Validate();
        var folder = options.Out is { } path ? ReportFolder.Check(path, options.Force) : null;
        var watch = Stopwatch.StartNew();
        using var codec = Load(options, out var split);
        var tested = new VqStillCodec(codec, options.ParsedEffort);
        var settings = options.SettingsOf(tested);
        var (against, missing) = Available(options.Codecs);
        foreach (var problem in missing) terminal.Error.WriteLine($"vqcodec: {ErrorReport.OneLine(problem)}; it is left out");

        var progress = new EvaluationProgress();
        EvaluationResult? result = null;
        IReadOnlyList<MatchedPicture> shown = [];
        IReadOnlyList<SkippedPicture> skipped = [];
        var work = Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        if (options.Quiet) _ = Task.WhenAny(work).GetAwaiter().GetResult();
        else BatchProgress.Watch(terminal, terminal.OutputIsTerminal, progress, work, terminal.Error);
        cancellationToken.ThrowIfCancellationRequested();
        work.GetAwaiter().GetResult();

        if (!options.Quiet) EvaluationTable.Write(terminal, result!);
        if (folder is not null)
        {
            folder.Write(result!, shown, terminal, cancellationToken);
            if (!options.Quiet) terminal.Output.WriteLine($"{folder.Report}  open this");
        }

        return BatchRun.Conclude(terminal, [.. skipped.Select(s => (s.Name, $"{s.Name}: {s.Reason}"))], result!.Pictures.Count + skipped.Count);

        void Work()
        {
            var pictures = PictureSet.Open(options.Input, options.Recursive, options.MaxPixels ?? VqLimits.DefaultMaxPixels, cancellationToken);
            skipped = pictures.Skipped;
            var evaluator = new Evaluator(pictures, split.Jobs, progress);
            evaluator.Plan(tested, settings.Count, against);
            progress.Begin(tested.Name);
            var own = evaluator.Measure(tested, settings, cancellationToken);
            var shownSetting = ShownSetting(codec, own);
            var classical = new List<CodecResult>();
            foreach (var other in against)
            {
                progress.Begin(other.Name);
                classical.AddRange(evaluator.MeasureAgainst(other, own, shownSetting, cancellationToken));
            }

            var measured = new EvaluationResult
            {
                Data = Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(options.Input))),
                Pictures = pictures.Pictures,
                Skipped = pictures.Skipped,
                Missing = missing,
                Tested = own,
                Classical = classical,
                Shown = shownSetting,
                Threads = split.Threads,
                TimedPictures = 0,
                Finished = default,
                Duration = default,
            };
            progress.Begin("timing the codecs");
            NetVips.NetVips.Concurrency = split.Threads;
            measured = SpeedTest.Run(pictures, measured, progress, cancellationToken);
            if (folder is not null)
            {
                progress.Begin("pictures of matched size");
                shown = new MatchedPictures(pictures, measured, progress).Make(split.Jobs, cancellationToken);
            }

            result = measured with { Finished = DateTimeOffset.UtcNow, Duration = watch.Elapsed };
        }
    }

    /// <summary>One thread a picture unless told otherwise, and as many pictures at a time as there are cores: so all codecs are measured alike.</summary>
    private static VqCodec Load(EvalOptions options, out WorkSplit split)
    {
        split = WorkSplit.Choose(Environment.ProcessorCount, int.MaxValue, options.Jobs, options.Threads ?? 1);
        return options.LoadCodecWith(split.Threads);
    }

    private static (IReadOnlyList<VipsCodec> Codecs, IReadOnlyList<string> Missing) Available(IReadOnlyList<VipsCodec> codecs)
    {
        Vips.Prepare();
        var problems = codecs.Select(c => (Codec: c, Problem: ClassicalCodecs.Problem(c))).ToArray();
        return ([.. problems.Where(p => p.Problem is null).Select(p => p.Codec)], [.. problems.Select(p => p.Problem).OfType<string>()]);
    }

    /// <summary>The setting nearest to the model's default quality; the middle one where it has no map of qualities.</summary>
    private static int ShownSetting(VqCodec codec, CodecResult own)
    {
        if (codec.Manifest.Quality is not { } map) return own.Settings.Count / 2;
        var nearest = own.Settings.MinBy(s => Math.Abs(s.Setting - map.Default))!;
        return own.Settings.ToList().IndexOf(nearest);
    }
}
