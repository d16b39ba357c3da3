using CommandLine;
using VqVae.CommandLine;
using VqVae.Models;
using VqVae.TestSupport;
using VqVae.Trainer.Commands;

namespace VqVae.Trainer.Tests;

[Collection(TorchTests.Name)]
public class CommandTests
{
    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:x")]
    [InlineData("cuda:-1")]
    public void TorchDevice_UnknownText_IsAnArgumentError(string text) => Assert.Throws<ArgumentException>(() => TorchDevice.Parse(text));

    [Fact]
    public void TorchDevice_CudaWithoutADevice_SaysWhatIsMissing()
    {
        Assert.Equal(TorchSharp.DeviceType.CPU, TorchDevice.Parse("cpu").type);
        if (CudaDiagnosis.Devices() > 0)
        {
            Assert.Equal(TorchSharp.DeviceType.CUDA, TorchDevice.Parse("auto").type);
            Assert.Throws<PlatformNotSupportedException>(() => TorchDevice.Parse("cuda:99"));
            return;
        }

        Assert.Equal(TorchSharp.DeviceType.CPU, TorchDevice.Parse("auto").type);
        var error = Assert.Throws<PlatformNotSupportedException>(() => TorchDevice.Parse("cuda"));
        Assert.Contains("-p:Gpu=true", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
    }

    [Theory]
    [InlineData(false, true, "-p:Gpu=true", "driver")]
    [InlineData(false, false, "driver", "nvidia-smi")]
    [InlineData(true, false, "driver", "-p:Gpu=true")]
    [InlineData(true, true, "CUDA_VISIBLE_DEVICES", "-p:Gpu=true")]
    public void CudaDiagnosis_WhatWasFound_NamesWhatIsMissingAndNothingElse(bool cudaBuild, bool driver, string expected, string unexpected)
    {
        Assert.Contains(expected, CudaDiagnosis.Missing(cudaBuild, driver), StringComparison.Ordinal);
        Assert.DoesNotContain(unexpected, CudaDiagnosis.Missing(cudaBuild, driver), StringComparison.Ordinal);
    }

    [Fact]
    public void Line_NarrowWindow_DropsWholeGroupsFromTheEnd()
    {
        var progress = new Training.Progress
        {
            Step = 1240,
            Seconds = 100,
            ImagesPerSecond = 35.2,
            LearningRate = 1e-3,
            Loss = 0.0148,
            Reconstruction = 0.0123,
            Codebook = 0.1,
            Commitment = 0.01,
            GradientNorm = 1,
            Stages = [new("1", 312, 0.98, []), new("2", 287, 1, [])],
        };
        var settings = new Training.RunSettings { Preset = "small", Data = "photos", Model = Preset.Small.Model, Training = Preset.Small.Training };
        var whole = ConsoleFitObserver.Line(settings, progress, 0.62, 400);
        Assert.StartsWith("step 1240/2000  62%  1:01 left  35.2 img/s  PSNR 25.12 dB  loss 0.0148", whole, StringComparison.Ordinal);
        Assert.Contains("perplexity 312 287", whole, StringComparison.Ordinal);
        Assert.EndsWith("used 98% 100%", whole, StringComparison.Ordinal);
        var narrow = ConsoleFitObserver.Line(settings, progress, 0.62, 80);
        Assert.InRange(narrow.Length, 40, 80);
        Assert.StartsWith(narrow, whole, StringComparison.Ordinal);
        Assert.Equal(' ', whole[narrow.Length]);
    }

    [Fact]
    public void Doctor_OnThisMachine_IsReadyToTrain()
    {
        var output = new StringWriter();
        Assert.Equal(0, DoctorCommand.Run(output));
        Assert.Contains("ready to train", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("libtorch", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Fit_ContradictoryOptions_AreRefusedBeforeAnythingIsWritten()
    {
        using var folder = new TemporaryFolder();
        var run = folder["run"];
        Refused(new FitArguments { Out = run }, "--data");
        Refused(new FitArguments { Out = run, Data = folder.Path, Crop = 64, Resize = 64 }, "--crop");
        Refused(new FitArguments { Out = run, Data = folder.Path, Preset = "smal" }, "small");
        Refused(new FitArguments { Out = run, Data = folder.Path, Crop = 100 }, "multiple of the stride");
        Refused(new FitArguments { Out = run, Data = folder.Path, Stride = 6 }, "power of two");
        Refused(new FitArguments { Out = run, Data = folder.Path, Minutes = 0 }, "--minutes");
        Refused(new FitArguments { Out = run, Data = folder.Path, SaveEvery = 0 }, "--save-every");
        Refused(new FitArguments { Out = run, Data = folder.Path, CodebookWeight = 1 }, "moving averages");
        Refused(new FitArguments { Out = run, Data = folder.Path, Preset = "celeba", Hidden = 4096 }, "saved state");
        Refused(new FitArguments { Out = run, Resume = true }, "no run to go on with");
        Assert.False(Directory.Exists(run));
    }

    [Fact]
    public void Fit_ExistingRunWithoutResume_IsRefused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["training-state.safetensors"], "");
        Refused(new FitArguments { Out = folder.Path, Data = folder.Path }, "--resume");
    }

    [Theory]
    [InlineData(nameof(FitArguments.Steps), nameof(TrainingSpec.Steps))]
    [InlineData(nameof(FitArguments.Batch), nameof(TrainingSpec.Batch))]
    [InlineData(nameof(FitArguments.LearningRate), nameof(TrainingSpec.LearningRate))]
    [InlineData(nameof(FitArguments.Warmup), nameof(TrainingSpec.WarmupSteps))]
    [InlineData(nameof(FitArguments.Clip), nameof(TrainingSpec.GradientClip))]
    [InlineData(nameof(FitArguments.CommitmentWeight), nameof(TrainingSpec.CommitmentWeight))]
    [InlineData(nameof(FitArguments.Hidden), nameof(ModelSpec.Hidden))]
    [InlineData(nameof(FitArguments.EmbeddingDim), nameof(ModelSpec.EmbeddingDim))]
    [InlineData(nameof(FitArguments.Stages), nameof(ModelSpec.Stages))]
    [InlineData(nameof(FitArguments.Stride), nameof(ModelSpec.Stride))]
    public void Help_OfAnOption_NamesEachPresetsValue(string option, string setting)
    {
        var help = typeof(FitArguments).GetProperty(option)!.GetCustomAttributes(false).OfType<OptionAttribute>().Single().HelpText;
        foreach (var preset in Preset.All)
        {
            object owner = typeof(TrainingSpec).GetProperty(setting) is not null ? preset.Training : preset.Model;
            var value = Convert.ToDouble(owner.GetType().GetProperty(setting)!.GetValue(owner), System.Globalization.CultureInfo.InvariantCulture);
            var match = System.Text.RegularExpressions.Regex.Match(help, preset.Name + @" ([0-9][0-9.e-]*)");
            Assert.True(match.Success, $"'{help}' names no value for {preset.Name}");
            Assert.Equal(value, double.Parse(match.Groups[1].Value.TrimEnd('.'), System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public void Presets_AllOfThem_AreNamedInTheHelp()
    {
        var help = typeof(FitArguments).GetProperty(nameof(FitArguments.Preset))!.GetCustomAttributes(false).OfType<OptionAttribute>().Single().HelpText;
        Assert.All(Preset.All, preset => Assert.Contains(preset.Name, help, StringComparison.Ordinal));
    }

    private static void Refused(FitArguments arguments, string expected) =>
        Assert.Contains(expected, Assert.Throws<UsageException>(() => FitCommand.Run(arguments, default)).Message, StringComparison.Ordinal);
}
