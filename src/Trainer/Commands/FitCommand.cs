using TorchSharp;
using VqVae.CommandLine;
using VqVae.Models;
using VqVae.Trainer.Data;
using VqVae.Trainer.Run;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Commands;

/// <summary><c>trainer fit</c>.</summary>
internal static class FitCommand
{
    /// <summary>Trains.</summary>
    /// <param name="arguments">The options.</param>
    /// <param name="stop">Ends the run cleanly (Ctrl-C).</param>
    /// <returns>The process's exit code.</returns>
    public static int Run(FitArguments arguments, CancellationToken stop)
    {
        var folder = new RunFolder(arguments.Out);
        var (settings, options, device) = Understand(arguments, folder);
        torch.set_num_threads(settings.Threads);
        var console = new ConsoleFitObserver(settings);
        using var observer = new CompositeFitObserver([console]);
        observer.Say(Describe(settings, device));
        var result = new Fitter(settings, options, folder, device, observer).Run(stop);
        Finish(console, result, folder);
        return result.Completed ? ExitCode.Ok : ExitCode.Cancelled;
    }

    private static void Finish(ConsoleFitObserver console, FitResult result, RunFolder folder)
    {
        try
        {
            console.Finish(result, folder);
        }
        catch (IOException)
        {
            // The terminal is gone, as after a hang-up. The run's files are written, and nobody is left to tell.
        }
    }

    private static (RunSettings Settings, FitOptions Options, torch.Device Device) Understand(FitArguments arguments, RunFolder folder)
    {
        try
        {
            var settings = arguments.Resume ? ResumedSettings(arguments, folder) : NewSettings(arguments, folder);
            return (settings, Options(arguments), TorchDevice.Parse(arguments.Device));
        }
        catch (ArgumentException e)
        {
            throw new UsageException(e.Message, e);
        }
    }

    private static RunSettings NewSettings(FitArguments arguments, RunFolder folder)
    {
        if (arguments.Data is null) throw new ArgumentException("--data DIR is needed: the folder of images to train on");
        if (folder.HoldsRun)
            throw new ArgumentException($"'{folder.Path}' already holds a run; add --resume to go on with it, or choose another --out");
        if (arguments is { Crop: not null, Resize: not null }) throw new ArgumentException("--crop and --resize exclude each other");

        var preset = Preset.Find(arguments.Preset ?? Preset.All[0].Name);
        var model = preset.Model with
        {
            InputChannels = arguments.InputChannels ?? preset.Model.InputChannels,
            Hidden = arguments.Hidden ?? preset.Model.Hidden,
            EmbeddingDim = arguments.EmbeddingDim ?? preset.Model.EmbeddingDim,
            EncoderBlocks = arguments.ResidualBlocks ?? preset.Model.EncoderBlocks,
            DecoderBlocks = arguments.ResidualBlocks ?? preset.Model.DecoderBlocks,
            Codes = arguments.Codes ?? preset.Model.Codes,
            Stages = arguments.Stages ?? preset.Model.Stages,
            Stride = arguments.Stride ?? preset.Model.Stride,
        };
        var training = WithOptimization(preset.Training, arguments) with
        {
            Batch = arguments.Batch ?? preset.Training.Batch,
            ImageSize = arguments.Crop ?? arguments.Resize ?? preset.Training.ImageSize,
            SampleMode = arguments.Crop is not null ? SampleMode.Crop : arguments.Resize is not null ? SampleMode.Resize : preset.Training.SampleMode,
            Flip = arguments.Flip ?? preset.Training.Flip,
            WarmupSteps = arguments.Warmup ?? preset.Training.WarmupSteps,
        };
        var settings = new RunSettings
        {
            Preset = preset.Name,
            Data = arguments.Data,
            Model = model,
            Training = training,
            Seed = arguments.Seed ?? 1,
            Threads = arguments.Threads ?? Environment.ProcessorCount,
        };
        return Checked(WithLength(settings, arguments), arguments);
    }

    private static RunSettings ResumedSettings(FitArguments arguments, RunFolder folder)
    {
        if (!File.Exists(folder.Settings) || !File.Exists(folder.State))
            throw new ArgumentException($"'{folder.Path}' holds no run to go on with; leave --resume out to begin one");
        if (arguments is not { Preset: null, Batch: null, Crop: null, Resize: null, Flip: null, Warmup: null, InputChannels: null, Hidden: null, EmbeddingDim: null, ResidualBlocks: null, Codes: null, Stages: null, Stride: null, Seed: null })
            throw new ArgumentException("--resume goes on with the run's own model, samples and seed; only its length, learning rate, weights, data folder, device and threads can be given");

        var settings = RunSettings.FromJson(File.ReadAllText(folder.Settings));
        settings = settings with
        {
            Data = arguments.Data ?? settings.Data,
            Threads = arguments.Threads ?? settings.Threads,
            Training = WithOptimization(settings.Training, arguments),
        };
        return Checked(WithLength(settings, arguments), arguments);
    }

    /// <summary>What can be given at the start and on resuming alike.</summary>
    private static TrainingSpec WithOptimization(TrainingSpec training, FitArguments arguments) => training with
    {
        LearningRate = arguments.LearningRate ?? training.LearningRate,
        GradientClip = arguments.Clip ?? training.GradientClip,
        WeightDecay = arguments.WeightDecay ?? training.WeightDecay,
        CodebookWeight = arguments.CodebookWeight ?? training.CodebookWeight,
        CommitmentWeight = arguments.CommitmentWeight ?? training.CommitmentWeight,
    };

    private static RunSettings WithLength(RunSettings settings, FitArguments arguments)
    {
        if (arguments.Minutes is { } minutes)
            return minutes > 0 ? settings with { Minutes = minutes } : throw new ArgumentException($"--minutes: expected above 0, got {minutes}");
        if (arguments.Epochs is { } epochs)
        {
            if (!(epochs > 0)) throw new ArgumentException($"--epochs: expected above 0, got {epochs}");
            var images = ImageCollection.Find(settings.Data).Training.Count;
            var steps = (int)Math.Min(int.MaxValue, Math.Ceiling(epochs * images / settings.Training.Batch));
            return settings with { Minutes = null, Training = settings.Training with { Steps = steps } };
        }

        return arguments.Steps is { } given ? settings with { Minutes = null, Training = settings.Training with { Steps = given } } : settings;
    }

    private static RunSettings Checked(RunSettings settings, FitArguments arguments)
    {
        if (arguments.CodebookWeight is not null && settings.Training.CodebookLearning == CodebookLearning.Ema)
            throw new ArgumentException($"--codebook-weight has no effect with preset {settings.Preset}, whose codebooks learn by moving averages");
        settings.Model.Validate();
        settings.Training.Validate(settings.Model);
        if (settings.Threads < 1) throw new ArgumentException($"--threads: expected at least 1, got {settings.Threads}");

        // The saved state holds each weight with two moments, and must be one file that can be read again.
        var stateBytes = 3L * sizeof(float) * ModelTensors.For(settings.Model).Sum(t => t.Shape.Aggregate(1L, (product, n) => product * n));
        if (stateBytes > SafetensorsFile.MaxFileBytes) throw new ArgumentException($"this model's saved state would take {stateBytes} bytes; at most {SafetensorsFile.MaxFileBytes} can be read");
        return settings;
    }

    private static FitOptions Options(FitArguments arguments)
    {
        foreach (var (name, value) in (ReadOnlySpan<(string, int)>)[
            ("--report-every", arguments.ReportEvery), ("--validate-every", arguments.ValidateEvery), ("--samples-every", arguments.SamplesEvery),
            ("--save-every", arguments.SaveEvery), ("--loader-threads", arguments.LoaderThreads ?? 1)])
        {
            if (value < 1) throw new ArgumentException($"{name}: expected at least 1, got {value}");
        }

        if (!(arguments.SaveMinutes > 0)) throw new ArgumentException($"--save-minutes: expected above 0, got {arguments.SaveMinutes}");
        if (arguments.KeepEvery < 0) throw new ArgumentException($"--keep-every: expected 0 or more, got {arguments.KeepEvery}");
        if (arguments.CacheMegabytes is < 0) throw new ArgumentException($"--cache-mb: expected 0 or more, got {arguments.CacheMegabytes}");
        var defaults = new FitOptions();
        return defaults with
        {
            ReportEvery = arguments.ReportEvery,
            ValidateEvery = arguments.ValidateEvery,
            SamplesEvery = arguments.SamplesEvery,
            SaveEvery = arguments.SaveEvery,
            SaveEverySeconds = arguments.SaveMinutes * 60,
            KeepEvery = arguments.KeepEvery,
            Resume = arguments.Resume,
            CacheBytes = arguments.CacheMegabytes is { } megabytes ? (long)megabytes << 20 : defaults.CacheBytes,
            LoaderThreads = arguments.LoaderThreads ?? defaults.LoaderThreads,
        };
    }

    private static string Describe(RunSettings settings, torch.Device device)
    {
        var cost = ComputeCost.Of(settings.Model);
        var length = settings.Minutes is { } minutes ? $"{minutes:0.#} minutes" : $"{settings.Training.Steps} steps";
        return $"{settings.Preset}: stride {settings.Model.Stride}, {settings.Model.Stages} stage(s) of {settings.Model.Codes} codes, "
            + $"{cost.Encoder / 1000:0.0} + {cost.Decoder / 1000:0.0} kMAC a pixel; {length} of {settings.Training.Batch} samples of {settings.Training.ImageSize}x{settings.Training.ImageSize} on {device}";
    }
}
