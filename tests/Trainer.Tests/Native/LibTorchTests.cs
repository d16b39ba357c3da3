using System.Runtime.InteropServices;
using VqVae.TestSupport;
using VqVae.Trainer.Native;

namespace VqVae.Trainer.Tests.Native;

public class LibTorchTests
{
    private static readonly LibTorchFolder Folder = new("/opt/torch/lib", "2.11.0+cu128");

    [Theory]
    [InlineData("fit --libtorch a --out b", null, "a", LibTorch.Option)]
    [InlineData("doctor --libtorch=a", "b", "a", LibTorch.Option)]
    [InlineData("--libtorch a fit", null, "a", LibTorch.Option)]
    [InlineData("fit --out b", "c", "c", LibTorch.Variable)]
    [InlineData("fit --libtorch=", "c", "", LibTorch.Option)]
    [InlineData("fit --libtorch", "c", "c", LibTorch.Variable)]
    [InlineData("fit --libtorch --out b", "c", "c", LibTorch.Variable)]
    public void Given_OptionOrVariable_OptionComesFirst(string line, string? variable, string folder, string source) =>
        Assert.Equal((folder, source), LibTorch.Given(line.Split(' '), variable));

    [Theory]
    [InlineData("fit --out libtorch", null)]
    [InlineData("fit --libtorchs a", "")]
    [InlineData("fit -- --libtorch a", null)]
    public void Given_Neither_IsNone(string line, string? variable) => Assert.Null(LibTorch.Given(line.Split(' '), variable));

    [Fact]
    public void Misfit_MissingSymbols_NamesCountExampleAndRemedy()
    {
        Assert.Null(LibTorch.Misfit(Folder, new(1204, [])));
        var message = LibTorch.Misfit(Folder, new(1204, ["_ZN2at3fooEv", "_ZN2at3gooEv"]));
        Assert.Equal("PyTorch 2.11.0+cu128 in '/opt/torch/lib' lacks 2 of the 1204 symbols that TorchSharp 0.107.0 needs, for example _ZN2at3fooEv: use libtorch 2.10", message);
    }

    [Theory]
    [InlineData("2.10.0+cu128", false)]
    [InlineData("2.10.1", false)]
    [InlineData(null, false)]
    [InlineData("2.11.0", true)]
    [InlineData("2.1.0", true)]
    public void Doubt_AnotherMinorVersion_IsSaid(string? version, bool doubt) => Assert.Equal(doubt, LibTorch.Doubt(Folder with { Version = version }) is not null);

    [Fact]
    public void Check_OwnLibtorch_HasEverySymbolAndEachPartMatters()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64) return;
        var shim = AppLibraries.TorchSharp!;
        var folder = Path.GetDirectoryName(AppLibraries.LibTorch)!;
        string[] libraries = [.. LibTorchFolder.Core.Select(name => Path.Combine(folder, name))];

        var whole = SymbolCheck.Of(shim, libraries);
        Assert.InRange(whole.Required, 1000, 2000);
        Assert.Empty(whole.Missing);

        var withoutC10 = SymbolCheck.Of(shim, libraries[1..]);
        Assert.Equal(whole.Required, withoutC10.Required);
        Assert.NotEmpty(withoutC10.Missing);
        Assert.Subset(ElfDynamicSymbols.Read(libraries[0]).Exported.ToHashSet(), withoutC10.Missing.ToHashSet());
    }

    [Fact]
    public void Check_AFileThatIsNoLibrary_IsNamed()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["a.so"], ElfLibrary.Write(("f", ElfLibrary.Global, false, ElfLibrary.NoVersion)));
        File.WriteAllText(folder["b.so"], "text");
        var error = Assert.Throws<InvalidDataException>(() => SymbolCheck.Of(folder["a.so"], [folder["b.so"]]));
        Assert.StartsWith(folder["b.so"] + ": ", error.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidDataException>(() => SymbolCheck.RequireWhole(folder["b.so"]));
        Assert.Equal(["f"], SymbolCheck.Of(folder["a.so"], [folder["a.so"]]).Missing);
    }

    [Fact]
    public void CudaDiagnosis_OfAnExistingPyTorch_NamesWhatIsMissingThere()
    {
        using var folder = new TemporaryFolder();
        var cpu = new LibTorchFolder(folder.Path, "2.10.0+cpu");
        Assert.Equal($"PyTorch 2.10.0+cpu in '{folder.Path}' is a build for the CPU only; install one with CUDA", CudaDiagnosis.Missing(cpu, null, driver: true));

        File.WriteAllText(folder[LibTorchFolder.CudaName], "");
        Assert.Equal("libcudart.so.12: not found", CudaDiagnosis.Missing(cpu, "libcudart.so.12: not found", driver: true));
        Assert.Contains("driver is found", CudaDiagnosis.Missing(cpu, null, driver: false), StringComparison.Ordinal);
        Assert.Contains("CUDA_VISIBLE_DEVICES", CudaDiagnosis.Missing(cpu, null, driver: true), StringComparison.Ordinal);
    }
}
