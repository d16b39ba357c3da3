using System.Runtime.InteropServices;
using System.Text;
using VqVae.TestSupport;
using VqVae.Trainer.Native;

namespace VqVae.EndToEnd;

/// <summary>
/// A trainer without libtorch runs on the libraries in a folder, laid out as a PyTorch installation is. They are those of the CPU package that
/// the build bundles: what CUDA adds needs a GPU.
/// </summary>
public sealed class ExistingPyTorchTests : IDisposable
{
    private static readonly bool IsSupported = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;
    private static readonly string[] Needed = ["libtorch.so", "libtorch_cpu.so", "libc10.so", "libtorch_global_deps.so"];

    private readonly TemporaryFolder _folder = new();

    public ExistingPyTorchTests()
    {
        if (!IsSupported) return;

        // The trainer as `-p:LibTorch=none` leaves it. The host follows links, so what it starts from is copied.
        Directory.CreateDirectory(_folder["app"]);
        foreach (var file in Directory.GetFiles(Solution.OutputFolder("Trainer")).Where(f => Path.GetExtension(f) is ".dll" or ".json" || Path.GetFileName(f) is "libLibTorchSharp.so"))
            File.Copy(file, Path.Combine(_folder["app"], Path.GetFileName(file)));
        Link("libvips.so.42", _folder["app"]);

        Directory.CreateDirectory(Libraries);
        foreach (var name in Needed) Link(name, Libraries);
        foreach (var file in Directory.GetFiles(Solution.OutputFolder("Trainer"), "libgomp*")) Link(Path.GetFileName(file), Libraries);
        File.WriteAllText(_folder["torch/version.py"], "__version__ = '2.10.0+cpu'\n");
    }

    private string Libraries => _folder["torch/lib"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Doctor_WithTheFolder_IsReadyToTrainOnItsLibraries()
    {
        if (!IsSupported) return;
        var result = Run(["doctor", "--libtorch", Libraries]);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains($"2.10.0+cpu, for the CPU only, in {Libraries}", result.Text, StringComparison.Ordinal);
        Assert.Matches("symbols +all 1[0-9]{3} that TorchSharp", result.Text);
        Assert.Contains("build for the CPU only; install one with CUDA", result.Text, StringComparison.Ordinal);
        Assert.Contains("ready to train", result.Text, StringComparison.Ordinal);
        Assert.Equal("", result.Error);
    }

    [Fact]
    public void Fit_WithTheVariable_Trains()
    {
        if (!IsSupported) return;
        Picture.SaveTrainingSet(_folder["pictures"], count: 4);
        string[] options =
        [
            "--preset", "small", "--hidden", "16", "--embedding-dim", "16", "--residual-blocks", "1", "--codes", "16", "--stages", "1", "--crop", "32", "--batch", "2",
            "--steps", "3", "--device", "auto", "--threads", "1",
        ];

        var result = Run(["fit", "--data", _folder["pictures"], "--out", _folder["run"], .. options], variable: _folder["torch"]);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.True(File.Exists(_folder["run/checkpoint.safetensors"]));

        // TorchSharp would otherwise copy a libtorch from the package cache into this folder.
        Assert.Empty(Directory.GetDirectories(_folder["app"]));
    }

    [Fact]
    public void Fit_WithoutAnyLibtorch_NamesBothRemediesInOneLine()
    {
        if (!IsSupported) return;
        var result = Run(["fit", "--data", _folder.Path, "--out", _folder["run"]]);

        Assert.Equal(1, result.ExitCode);
        Assert.Equal("", result.Text);
        var line = Assert.Single(result.Error.TrimEnd().Split('\n'));
        Assert.Contains("--libtorch DIR", line, StringComparison.Ordinal);
        Assert.Contains("dotnet package download libtorch-cpu-linux-x64@2.10.0", line, StringComparison.Ordinal);
        Assert.Empty(Directory.GetDirectories(_folder["app"]));
        Assert.Equal(0, Run(["fit", "--help"]).ExitCode);
    }

    [Fact]
    public void Fit_BuildWithItsOwnLibtorch_IsRefusedBeforeTwoAreLoaded()
    {
        if (!IsSupported) return;
        Link("libtorch_cpu.so", _folder["app"]);
        var result = Run(["fit", "--data", _folder.Path, "--out", _folder["run"]], variable: Libraries);
        Assert.Equal(2, result.ExitCode);
        Assert.StartsWith($"trainer: VQVAE_LIBTORCH: this build carries its own libtorch ({_folder["app/libtorch_cpu.so"]})", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Doctor_LibtorchThatLacksASymbol_NamesItInsteadOfLoading()
    {
        if (!IsSupported) return;
        const string Symbol = "_ZN3c106detail14torchCheckFailEPKcS2_jRKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE";
        Replace("libc10.so", Symbol + "\0", Symbol[..^1] + "X\0");
        File.WriteAllText(_folder["torch/version.py"], "__version__ = '2.11.0'\n");

        var result = Run(["doctor", "--libtorch=" + Libraries]);

        Assert.Equal(1, result.ExitCode);
        Assert.Matches($"fix: PyTorch 2\\.11\\.0 in '{Libraries}' lacks 1 of the 1[0-9]+ symbols that TorchSharp [0-9.]+ needs, for example {Symbol}: use libtorch 2\\.10", result.Text);
        Assert.Contains("not ready to train", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Doctor_AnotherVersionWithEverySymbol_IsUsedAndTheDoubtSaid()
    {
        if (!IsSupported) return;
        File.WriteAllText(_folder["torch/version.py"], "__version__ = '2.11.0'\n");
        var result = Run(["doctor", "--libtorch", Libraries]);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains("is made for libtorch 2.10", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Doctor_CudaLibraryWhoseDependencyIsMissing_FallsBackToTheCpuAndNamesIt()
    {
        if (!IsSupported) return;
        Replace("libc10.so", "libdl.so.2\0", "libcu.so.2\0", saveAs: LibTorchFolder.CudaName);
        var result = Run(["doctor", "--libtorch", Libraries]);
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Matches("CUDA +no device: .*libcu\\.so\\.2: cannot open shared object file", result.Text);
    }

    [Fact]
    public void Doctor_CudaLibraryCutShort_IsRefusedInsteadOfEndingTheProcess()
    {
        if (!IsSupported) return;
        File.WriteAllBytes(Path.Combine(Libraries, LibTorchFolder.CudaName), File.ReadAllBytes(Path.Combine(Libraries, "libc10.so"))[..100_000]);
        var result = Run(["doctor", "--libtorch", Libraries]);
        Assert.Equal(1, result.ExitCode);
        Assert.Contains($"{LibTorchFolder.CudaName}: malformed ELF file", result.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Doctor_ADependencyIsMissing_NamesItInOneLine()
    {
        if (!IsSupported) return;
        Replace("libc10.so", "libdl.so.2\0", "libxx.so.2\0");
        var result = Run(["doctor", "--libtorch", Libraries]);
        Assert.Equal(1, result.ExitCode);
        Assert.Matches("fix: PyTorch .* does not load: libxx\\.so\\.2: cannot open shared object file", result.Text);
    }

    [Fact]
    public void Doctor_PackageInTheCache_IsUsedWhereNothingIsNamed()
    {
        if (!IsSupported) return;
        var native = Path.Combine(_folder["packages"], "libtorch-cpu-linux-x64", LibTorch.MadeFor, "runtimes", "linux-x64", "native");
        Directory.CreateDirectory(Path.GetDirectoryName(native)!);
        Directory.CreateSymbolicLink(native, Libraries);

        var result = Run(["doctor"]);

        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Contains($"2.10.0+cpu, for the CPU only, in {native}", result.Text, StringComparison.Ordinal);
        Assert.Contains("ready to train", result.Text, StringComparison.Ordinal);
    }

    /// <summary>Runs the trainer with a package cache of its own, so that what the user's holds makes no difference.</summary>
    private ToolResult Run(string[] arguments, string? variable = null) =>
        ToolProcess.Run(_folder["app/trainer"], arguments, environment: new Dictionary<string, string?>
        {
            [LibTorch.Variable] = variable,
            [LibTorchPackage.CacheVariable] = _folder["packages"],
        });

    private static void Link(string name, string folder) => File.CreateSymbolicLink(Path.Combine(folder, name), Path.Combine(Solution.OutputFolder("Trainer"), name));

    /// <summary>Puts a changed copy of a library into the folder.</summary>
    private void Replace(string name, string text, string replacement, string? saveAs = null)
    {
        var library = File.ReadAllBytes(Path.Combine(Libraries, name));
        var at = library.AsSpan().IndexOf(Encoding.ASCII.GetBytes("\0" + text));
        Assert.True(at >= 0, $"{name} does not contain '{text}'");
        Encoding.ASCII.GetBytes(replacement).CopyTo(library, at + 1);
        var target = Path.Combine(Libraries, saveAs ?? name);
        File.Delete(target);
        File.WriteAllBytes(target, library);
    }
}
