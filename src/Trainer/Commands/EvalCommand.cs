using System.Globalization;
using VqVae.CommandLine;
using VqVae.Models;
using VqVae.Trainer.Metrics;
using VqVae.Trainer.Native;
using VqVae.Trainer.Run;
using static TorchSharp.torch;

namespace VqVae.Trainer.Commands;

/// <summary><c>trainer eval</c>.</summary>
internal static class EvalCommand
{
    private const string StandardOutput = "-";

    /// <summary>Measures a model on images.</summary>
    /// <param name="arguments">The options.</param>
    /// <param name="stop">Ends the command; nothing is written then (Ctrl-C).</param>
    /// <returns>The process's exit code.</returns>
    public static int Run(EvalArguments arguments, CancellationToken stop) => Run(arguments, Terminal.OfProcess(), !Console.IsErrorRedirected, stop);

    internal static int Run(EvalArguments arguments, Terminal terminal, bool live, CancellationToken stop)
    {
        var (checkpoint, settings, images, device) = Understand(arguments);
        var results = new List<ImageResult>();
        var unreadable = new List<UnreadableImage>();
        using (var progress = new ProgressLine(terminal.Error, live))
        {
            try
            {
                Measure(checkpoint, settings, images, device, results, unreadable, progress, stop);
            }
            catch (OperationCanceledException)
            {
                progress.Say($"trainer: stopped after {results.Count} of {images.Names.Count} images; nothing was written");
                return ExitCode.Cancelled;
            }
        }

        if (results.Count == 0) throw new IOException($"none of the {images.Names.Count} images can be read; the lines above say why");
        var report = new EvaluationReport
        {
            Run = arguments.Run,
            Data = arguments.Data,
            Id = checkpoint.Id.ToString(),
            RatePoint = settings.RatePoint,
            Lambda = settings.Lambda,
            Stages = settings.Stages,
            Mean = EvaluationRow.Mean(results),
            Images = [.. results.Select(EvaluationRow.Of)],
            Unreadable = unreadable,
        };
        Write(arguments.Json, report.ToJson(), terminal);
        Write(arguments.Csv, report.ToCsv(), terminal);
        if (arguments.Json != StandardOutput && arguments.Csv != StandardOutput) Show(terminal, report);
        if (unreadable.Count == 0) return ExitCode.Ok;
        terminal.Error.WriteLine($"trainer: {unreadable.Count} of {images.Names.Count} images could not be read and are not in the figures");
        return ExitCode.SomeFailed;
    }

    private static (Checkpoint Checkpoint, CodingSettings Settings, ImageFiles Images, Device Device) Understand(EvalArguments arguments)
    {
        try
        {
            if (arguments is { Json: StandardOutput, Csv: StandardOutput }) throw new ArgumentException("--json and --csv cannot both go to standard output");
            var device = TorchDevice.Parse(arguments.Device);
            var images = ImageFiles.Find(arguments.Data, arguments.Part, celebaPart: ImagePart.Test);
            var checkpoint = Checkpoint.Load(new RunFolder(arguments.Run).Checkpoint);
            return (checkpoint, CodingSettings.For(checkpoint.Spec, arguments.RatePoint, arguments.Lambda, arguments.Stages), images, device);
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message, e);
        }
    }

    private static void Measure(
        Checkpoint checkpoint, CodingSettings settings, ImageFiles images, Device device, List<ImageResult> results, List<UnreadableImage> unreadable,
        ProgressLine progress, CancellationToken stop)
    {
        using var evaluation = new Evaluation(checkpoint, settings, device);
        foreach (var name in images.Names)
        {
            CollectionPause.Breathe();
            stop.ThrowIfCancellationRequested();
            progress.Show(results.Count + unreadable.Count, images.Names.Count);
            try
            {
                results.Add(evaluation.Measure(images.PathOf(name), name));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                unreadable.Add(new UnreadableImage(name, e.Message));
                progress.Say("trainer: " + ErrorReport.OneLine($"{name}: {e.Message}"));
            }
        }
    }

    private static void Write(string? path, string content, Terminal terminal)
    {
        if (path is null) return;
        if (path == StandardOutput) terminal.Output.Write(content);
        else AtomicFile.WriteAllText(path, content);
    }

    private static void Show(Terminal terminal, EvaluationReport report)
    {
        var output = terminal.Output;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"model {report.Id}, rate point {report.RatePoint}, lambda {report.Lambda}, {report.Stages} stage(s)"));
        EvalTable.Write(terminal, report);
        output.WriteLine("RGB: averaged over the channels; fixed: indices of equal length; order 0: by the code lengths counted in training, without contexts.");
        output.WriteLine("Files of the exported model (vqcodec compress) also use contexts and adapt to the image.");
    }
}
