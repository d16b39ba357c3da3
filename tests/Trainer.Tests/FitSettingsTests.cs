using System.Globalization;
using System.Reflection;
using CommandLine;
using VqVae.CommandLine;
using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Commands;
using VqVae.Trainer.Data;
using VqVae.Trainer.Run;
using VqVae.Trainer.Training;

namespace VqVae.Trainer.Tests;

/// <summary>How a preset, a file, options and a run's own settings become the settings of a run.</summary>
[Collection(TorchTests.Name)]
public sealed class FitSettingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Presets => [.. Preset.All.Select(p => p.Name)];

    /// <summary>Names of the properties that are settings.</summary>
    public static TheoryData<string> SettingOptions =>
        [.. typeof(FitArguments).GetProperties().Where(p => p.GetCustomAttribute<SettingAttribute>() is not null).Select(p => p.Name)];

    [Theory]
    [MemberData(nameof(Presets))]
    public void New_APresetAlone_IsThePreset(string name)
    {
        var settings = New(new FitArguments { Preset = name });
        var preset = Preset.Find(name);
        Assert.Equal((preset.Name, preset.Model, preset.Training), (settings.Preset, settings.Model, settings.Training));
        Assert.Equal((1L, null, Environment.ProcessorCount), (settings.Seed, settings.Minutes, settings.Threads));
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public void New_WhatShowPrintsAsConfig_GivesTheSameSettings(string name)
    {
        var shown = CommandLineRun.Of("presets", "show", name).Output;
        File.WriteAllText(_folder["mine.json"], shown);
        var settings = New(new FitArguments { Config = _folder["mine.json"] });
        Assert.Equal(New(new FitArguments { Preset = name }), settings);
        Assert.Equal(shown, (Preset.Find(name) with { Model = settings.Model, Training = settings.Training }).ToJson() + Environment.NewLine);
    }

    [Fact]
    public void New_PresetConfigAndOptions_TheLaterOfThemHolds()
    {
        File.WriteAllText(_folder["mine.json"], """{ "name": "mine", "model": { "codes": 64, "stages": 2, "hidden": 32 }, "training": { "batch": 3 } }""");
        var settings = New(new FitArguments { Preset = "small", Config = _folder["mine.json"], Codes = 128, Set = ["model.stages=3", "training.learning_rate=5e-4"] });
        Assert.Equal("mine", settings.Preset);
        Assert.Equal(Preset.Small.Model with { Codes = 128, Stages = 3, Hidden = 32 }, settings.Model);
        Assert.Equal(Preset.Small.Training with { Batch = 3, LearningRate = 5e-4 }, settings.Training);
    }

    [Fact]
    public void New_CropAndResize_SetTheSampleMode()
    {
        Assert.Equal((64, SampleMode.Resize), Samples(New(new FitArguments { Preset = "small", Resize = 64 })));
        Assert.Equal((64, SampleMode.Crop), Samples(New(new FitArguments { Preset = "celeba", Crop = 64 })));

        static (int, SampleMode) Samples(RunSettings settings) => (settings.Training.ImageSize, settings.Training.SampleMode);
    }

    [Theory]
    [MemberData(nameof(SettingOptions))]
    public void SettingOption_Each_SetsItsKeys(string name)
    {
        var property = typeof(FitArguments).GetProperty(name)!;
        var setting = property.GetCustomAttribute<SettingAttribute>()!;
        var arguments = new FitArguments();
        property.SetValue(arguments, Valid(name, property.PropertyType));

        var (option, given, text) = Assert.Single(arguments.GivenSettings());

        Assert.Equal("--" + property.GetCustomAttribute<OptionAttribute>()!.LongName, option);
        Assert.Equal(setting.Keys, given.Keys);
        foreach (var key in setting.Keys)
        {
            var builder = new PresetBuilder(Preset.Small);
            builder.Set(key, text, option);
            Assert.NotEqual(Preset.Small.ToJson(), builder.Build().ToJson());
        }

        Assert.NotEmpty(setting.Keys);
    }

    [Fact]
    public void New_Lengths_AreStepsEpochsOrMinutes()
    {
        DrawImages(12);
        Assert.Equal((7, null), Length(New(new FitArguments { Steps = 7 })));
        Assert.Equal((7, null), Length(New(new FitArguments { Set = ["training.steps=7"] })));
        Assert.Equal((Preset.Photo.Training.Steps, 2.5), Length(New(new FitArguments { Minutes = 2.5 })));

        // One of the twelve, at least, is held back; two passes over eleven in steps of four are six steps.
        var training = ImageCollection.Find(_folder.Path).Training.Count;
        Assert.InRange(training, 1, 11);
        Assert.Equal(((int)Math.Ceiling(2.0 * training / 4), null), Length(New(new FitArguments { Epochs = 2, Batch = 4 })));

        static (int, double?) Length(RunSettings settings) => (settings.Training.Steps, settings.Minutes);
    }

    [Theory]
    [InlineData("set training.codebook_weight=0", "small", "training.codebook_weight=1")]
    [InlineData("the codebook weight 0.25 has no effect", "celeba", "training.codebook_learning=ema")]
    [InlineData("train on crops", "celeba", "training.crops_per_image=2")]
    [InlineData("train on crops", "celeba", "training.smallest_scale=0.5")]
    [InlineData("groups: expected rising bounds from 0 to the dimension 64, got 0, 32", "small", "model.groups=0,32")]
    [InlineData("groups: 3 groups take a multiple of as many stages, got 4", "small", "model.groups=0,8,32,64")]
    [InlineData("rate points: several are for the architectures klt and luma_chroma", "celeba", "model.rate_lambdas=150,350")]
    [InlineData("residual channels: not part of this architecture", "small", "model.residual_channels=8")]
    [InlineData("chroma dimension, stages and groups: not part of this architecture", "small", "model.chroma_dim=8")]
    [InlineData("codes: expected from 2 to 65536, got 1", "small", "model.codes=1")]
    [InlineData("weight EMA: expected at least 0 and below 1, got 1", "small", "training.weight_ema=1")]
    [InlineData("freeze encoder: expected a share of the run", "small", "training.freeze_encoder=2")]
    [InlineData("at least one must be above 0", "small", "training.mse_weight=0")]
    [InlineData("name: expected a name", "small", "name=")]
    [InlineData("has no codebook to learn", "celeba", "model.fsq_levels=8,8,8", "model.embedding_dim=3", "training.codebook_learning=ema")]
    [InlineData("has no codebook to start", "celeba", "model.fsq_levels=8,8,8", "model.embedding_dim=3", "training.k_means_start=true")]
    [InlineData("has no code to keep at zero", "celeba", "model.fsq_levels=8,8,8", "model.embedding_dim=3", "training.zero_code=true")]
    public void New_SettingsThatCannotBe_AreRefusedBeforeImagesAreLookedAt(string expected, string preset, params string[] set)
    {
        var arguments = new FitArguments { Preset = preset, Set = set, Data = _folder["none"], Epochs = 1, Out = _folder["run"] };
        Assert.Contains(expected, Assert.Throws<UsageException>(() => FitCommand.Run(arguments, default)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void New_OutIsAFile_IsRefused()
    {
        File.WriteAllText(_folder["run"], "");
        Assert.Contains("is a file", Assert.Throws<ArgumentException>(() => New(new FitArguments())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_ConfigAndSet_AreWhatTheRunRecordsAndGoesOnWith()
    {
        DrawImages(6);
        File.WriteAllText(_folder["tiny.json"], """
            {
              // The plain VQ-VAE, as small as it gets.
              "name": "tiny",
              "model": { "hidden": 8, "embedding_dim": 4, "encoder_blocks": 1, "decoder_blocks": 1, "codes": 8 },
              "training": { "image_size": 16, "batch": 2, "steps": 2 },
            }
            """);
        string[] common = ["fit", "--out", _folder["run"], "--device", "cpu", "--samples-every", "1000"];
        var first = CommandLineRun.Of([.. common, "--data", _folder.Path, "--preset", "celeba", "--config", _folder["tiny.json"], "--set", "model.codes=16", "--lr", "5e-4", "--threads", "1"]);
        Assert.Equal("", first.Error);
        Assert.Equal(0, first.ExitCode);
        var settings = Settings();
        Assert.Equal(("tiny", 16, 4, 5e-4, 2), (settings.Preset, settings.Model.Codes, settings.Model.EmbeddingDim, settings.Training.LearningRate, settings.Training.Steps));

        var resumed = CommandLineRun.Of([.. common, "--resume", "--steps", "3", "--commitment-weight", "0.5"]);
        Assert.Equal("", resumed.Error);
        Assert.Equal(0, resumed.ExitCode);
        Assert.Equal(settings with { Training = settings.Training with { Steps = 3, CommitmentWeight = 0.5 } }, Settings());

        RunSettings Settings() => RunSettings.FromJson(File.ReadAllText(new RunFolder(_folder["run"]).Settings));
    }

    [Fact]
    public void Resumed_WhatARunsBeginningFixes_IsRefusedByItsName()
    {
        SaveRun(Preset.Small);
        Refused(new FitArguments { Set = ["model.codes=5"] }, "--set");
        Refused(new FitArguments { Config = "mine.json" }, "--config");
        Refused(new FitArguments { Preset = "small" }, "--preset");
        Refused(new FitArguments { Seed = 2 }, "--seed");
        foreach (var property in typeof(FitArguments).GetProperties().Where(p => p.GetCustomAttribute<SettingAttribute>() is { Resumable: false }))
        {
            var arguments = new FitArguments();
            property.SetValue(arguments, Valid(property.Name, property.PropertyType));
            Refused(arguments, "--" + property.GetCustomAttribute<OptionAttribute>()!.LongName);
        }

        void Refused(FitArguments arguments, string option)
        {
            (arguments.Out, arguments.Resume) = (_folder["run"], true);
            var error = Assert.Throws<ArgumentException>(() => FitSettings.Resumed(arguments, new RunFolder(_folder["run"])));
            Assert.StartsWith($"{option} cannot be given with --resume", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Resumed_WhatMayChange_Changes()
    {
        var run = SaveRun(Preset.Celeba);
        var resumed = FitSettings.Resumed(
            new FitArguments
            {
                Out = _folder["run"],
                Resume = true,
                Data = "elsewhere",
                Threads = 3,
                Steps = 99,
                LearningRate = 1e-5,
                WeightDecay = 0.1,
                Clip = 2,
                MseWeight = 0.5,
                L1Weight = 0.25,
                MsSsimWeight = 0.125,
                CodebookWeight = 1,
                CommitmentWeight = 0.75,
            },
            new RunFolder(_folder["run"]));
        Assert.Equal(
            run with
            {
                Data = "elsewhere",
                Threads = 3,
                Minutes = null,
                Training = run.Training with { Steps = 99, LearningRate = 1e-5, WeightDecay = 0.1, GradientClip = 2, MseWeight = 0.5, L1Weight = 0.25, MsSsimWeight = 0.125, CodebookWeight = 1, CommitmentWeight = 0.75 },
            },
            resumed);
    }

    [Theory]
    [InlineData("crops_per_image=1", 10)]
    [InlineData("crops_per_image=4", 40)]
    public void New_Epochs_CountEverySampleOfAnImage(string cropsPerImage, int steps)
    {
        DrawImages(20);
        var images = ImageCollection.Find(_folder.Path).Training.Count;
        var settings = New(new FitArguments { Epochs = 10, Set = ["training.batch=" + images, "training." + cropsPerImage] });
        Assert.Equal(steps, settings.Training.Steps);
    }

    [Fact]
    public void Resumed_NothingGiven_IsTheRun()
    {
        var run = SaveRun(Preset.Small);
        Assert.Equal(run, FitSettings.Resumed(new FitArguments { Out = _folder["run"], Resume = true }, new RunFolder(_folder["run"])));
    }

    private RunSettings New(FitArguments arguments)
    {
        (arguments.Data, arguments.Out) = (arguments.Data ?? _folder.Path, _folder["run"]);
        return FitSettings.New(arguments, new RunFolder(_folder["run"])) with { Data = "" };
    }

    /// <summary>A run folder as far as its settings go, with what no preset has.</summary>
    private RunSettings SaveRun(Preset preset)
    {
        var folder = new RunFolder(_folder["run"]);
        Directory.CreateDirectory(folder.Path);
        var settings = new RunSettings { Preset = preset.Name, Data = "images", Model = preset.Model, Training = preset.Training, Seed = 5, Threads = 2, Minutes = 7 };
        File.WriteAllText(folder.Settings, settings.ToJson());
        File.WriteAllText(folder.State, "");
        return settings;
    }

    private void DrawImages(int count)
    {
        for (var i = 0; i < count; i++)
            VipsImages.WritePng(_folder[string.Create(CultureInfo.InvariantCulture, $"{i}.png")], DrawnImage.Rgb(24, 20, seed: i), 24, 20);
    }

    /// <summary>A value that an option takes and that no preset has.</summary>
    private static object Valid(string option, Type type) => option switch
    {
        nameof(FitArguments.Schedule) => "constant",
        nameof(FitArguments.Precision) => "bfloat16",
        nameof(FitArguments.Groups) => "0,16,64",
        nameof(FitArguments.RateLambdas) => "150,350.5",
        nameof(FitArguments.Flip) or nameof(FitArguments.KMeansStart) => false,
        _ when type == typeof(bool?) => true,
        _ when type == typeof(double?) => 0.375,
        _ => 7,
    };
}
