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
        if (TorchDevice.CudaDevices() > 0)
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
        Refused(new FitArguments { Out = run, Resume = true }, "no saved state");
        Assert.False(Directory.Exists(run));
    }

    [Fact]
    public void Fit_ExistingRunWithoutResume_IsRefused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["run.json"], "{}");
        Refused(new FitArguments { Out = folder.Path, Data = folder.Path }, "--resume");
    }

    [Fact]
    public void Presets_AllOfThem_AreNamedInTheHelp()
    {
        var help = typeof(FitArguments).GetProperty(nameof(FitArguments.Preset))!.GetCustomAttributes(false).OfType<CommandLine.OptionAttribute>().Single().HelpText;
        Assert.All(Preset.All, preset => Assert.Contains(preset.Name, help, StringComparison.Ordinal));
    }

    private static void Refused(FitArguments arguments, string expected) =>
        Assert.Contains(expected, Assert.Throws<ArgumentException>(() => FitCommand.Run(arguments, default)).Message, StringComparison.Ordinal);
}
