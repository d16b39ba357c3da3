using VqVae.Models;
using VqVae.Trainer.Data;
using VqVae.Trainer.Run;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Commands;

/// <summary>Turns the options of <c>trainer fit</c> into a run's settings.</summary>
/// <remarks>
/// A preset, then <c>--config</c> over it, then options over both: those of their own and <c>--set</c> stand side by side, so that no order
/// among them has to be remembered, and giving one key twice is an error.
/// </remarks>
internal static class FitSettings
{
    /// <summary>The settings of a new run.</summary>
    /// <exception cref="ArgumentException">They contradict each other or describe no possible run; the message says what to do.</exception>
    /// <exception cref="IOException">The file of settings or the folder of images cannot be read.</exception>
    public static RunSettings New(FitArguments arguments, RunFolder folder)
    {
        if (arguments.Data is null) throw new ArgumentException("--data DIR is needed: the folder of images to train on");
        if (File.Exists(folder.Path)) throw new ArgumentException($"--out: '{folder.Path}' is a file; expected a folder, which is made where it is missing");
        if (folder.HoldsRun)
            throw new ArgumentException($"'{folder.Path}' already holds a run; add --resume to go on with it, or choose another --out");

        var builder = Start(arguments);
        SetOptions(builder, arguments);
        foreach (var assignment in arguments.Set)
        {
            if (assignment.Split('=', 2) is not [var key, var value]) throw new ArgumentException($"--set: expected KEY=VALUE such as model.codes=256, got '{assignment}'");
            builder.Set(key, value, $"--set {key}");
        }

        var preset = builder.Build();
        if (string.IsNullOrWhiteSpace(preset.Name)) throw new ArgumentException("name: expected a name, got none");
        return Finish(
            new RunSettings
            {
                Preset = preset.Name,
                Data = arguments.Data,
                Model = preset.Model,
                Training = preset.Training,
                Seed = arguments.Seed ?? 1,
                Threads = arguments.Threads ?? Environment.ProcessorCount,
            },
            builder,
            arguments);
    }

    /// <summary>The settings of a run that goes on: its own, but for what may change.</summary>
    /// <inheritdoc cref="New"/>
    /// <exception cref="ModelFormatException">The run's own settings are damaged.</exception>
    public static RunSettings Resumed(FitArguments arguments, RunFolder folder)
    {
        if (!File.Exists(folder.Settings) || !File.Exists(folder.State))
            throw new ArgumentException($"'{folder.Path}' holds no run to go on with; leave --resume out to begin one");
        if (FixedOptions(arguments).FirstOrDefault() is { } option)
        {
            throw new ArgumentException(
                $"{option} cannot be given with --resume, which goes on with the run's own settings; only its length, learning rate, weights of losses, weight decay, clipping, when the encoder learns, data folder, "
                + "device, threads, caches and what is reported and saved can change");
        }

        var settings = RunSettings.FromJson(File.ReadAllText(folder.Settings));
        var builder = new PresetBuilder(new Preset { Name = settings.Preset, Description = "", Model = settings.Model, Training = settings.Training });
        SetOptions(builder, arguments);
        return Finish(
            settings with
            {
                Data = arguments.Data ?? settings.Data,
                Threads = arguments.Threads ?? settings.Threads,
                Training = builder.Build().Training,
            },
            builder,
            arguments);
    }

    private static PresetBuilder Start(FitArguments arguments)
    {
        var file = arguments.Config is { } path ? PresetFile.Load(path) : null;
        if (file is { IsWhole: true } && arguments.Preset is { } preset)
            throw new ArgumentException($"--preset {preset} has no effect: '{file.Source}' is a whole preset; leave one of the two out");
        var builder = new PresetBuilder(arguments.Preset is null ? Preset.All[0] : Preset.Find(arguments.Preset));
        if (file is not null) builder.Apply(file);
        return builder;
    }

    private static void SetOptions(PresetBuilder builder, FitArguments arguments)
    {
        if (arguments is { Crop: not null, Resize: not null }) throw new ArgumentException("--crop and --resize exclude each other");
        foreach (var (option, setting, value) in arguments.GivenSettings())
        {
            foreach (var key in setting.Keys) builder.Set(key, value, option);
            if (setting.SampleMode is { } mode) builder.Set("training.sample_mode", mode, option);
        }
    }

    /// <summary>Options that were given and that a run's beginning fixes.</summary>
    private static IEnumerable<string> FixedOptions(FitArguments arguments)
    {
        if (arguments.Preset is not null) yield return "--preset";
        if (arguments.Config is not null) yield return "--config";
        if (arguments.Set.Any()) yield return "--set";
        if (arguments.Seed is not null) yield return "--seed";
        foreach (var (option, setting, _) in arguments.GivenSettings())
        {
            if (!setting.Resumable) yield return option;
        }
    }

    /// <summary>Checks the settings, and then works out the run's length, for which images may have to be counted.</summary>
    private static RunSettings Finish(RunSettings settings, PresetBuilder builder, FitArguments arguments)
    {
        if (settings.Threads < 1) throw new ArgumentException($"--threads: expected at least 1, got {settings.Threads}");
        SettingsCheck.Run(settings.Model, settings.Training);

        var steps = builder.SourceOf("training.steps");
        string?[] lengths = [steps, arguments.Epochs is null ? null : "--epochs", arguments.Minutes is null ? null : "--minutes"];
        if (lengths.OfType<string>().ToArray() is [var first, var second, ..]) throw new ArgumentException($"{first} and {second} exclude each other");
        if (arguments.Minutes is { } minutes)
            return minutes > 0 && double.IsFinite(minutes) ? settings with { Minutes = minutes } : throw new ArgumentException($"--minutes: expected above 0, got {minutes}");
        if (arguments.Epochs is { } epochs)
        {
            if (!(epochs > 0 && double.IsFinite(epochs))) throw new ArgumentException($"--epochs: expected above 0, got {epochs}");
            var images = ImageCollection.Find(settings.Data).Training.Count;
            var count = (int)Math.Min(int.MaxValue, Math.Ceiling(epochs * images * settings.Training.CropsPerImage / settings.Training.Batch));
            return settings with { Minutes = null, Training = settings.Training with { Steps = count } };
        }

        return steps is null ? settings : settings with { Minutes = null };
    }
}
