using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using CommandLine;
using TorchSharp;
using VqVae.Build;
using VqVae.CommandLine;
using VqVae.Trainer.Native;

namespace VqVae.Trainer.Commands;

/// <summary>Options of <c>trainer doctor</c>.</summary>
[Verb("doctor", HelpText = "Tell which libraries and devices are found, what is missing and how to fix it.")]
internal sealed class DoctorArguments
{
    [Option("libtorch", MetaValue = "DIR", HelpText = "Folder of an existing PyTorch's libraries to examine (also VQVAE_LIBTORCH), for a build with -p:LibTorch=none.")]
    public string? LibTorch { get; set; }
}

/// <summary><c>trainer doctor</c>.</summary>
internal static class DoctorCommand
{
    private const string NewSymbolVersion = "GLIBCXX_3.4.32";

    /// <summary>Prints a line a finding.</summary>
    /// <returns>The process's exit code: failure where training cannot work.</returns>
    public static int Run(TextWriter output)
    {
        var problems = new List<string>();
        Line(output, "system", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.OSArchitecture}, {Environment.ProcessorCount} processors, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20} MB memory");
        Line(output, ".NET", RuntimeInformation.FrameworkDescription);
        if (OperatingSystem.IsLinux()) CheckLibStdCxx(output, problems);
        CheckTorch(output, problems);
        CheckVips(output, problems);
        foreach (var problem in problems) output.WriteLine($"fix: {problem}");
        output.WriteLine(problems.Count == 0 ? "ready to train" : "not ready to train");
        return problems.Count == 0 ? ExitCode.Ok : ExitCode.Failed;
    }

    private static void CheckLibStdCxx(TextWriter output, List<string> problems)
    {
        if (AppLibraries.TorchSharp is not { } library)
        {
            problems.Add("libLibTorchSharp.so is missing beside the trainer: build it again (dotnet build src/Trainer -c Release)");
            return;
        }

        var weak = ElfSymbolVersions.IsWeak(File.ReadAllBytes(library), NewSymbolVersion);
        var newest = NewestLibStdCxxVersion();
        Line(output, "libstdc++", $"{(newest is null ? "version not found" : $"provides GLIBCXX_{newest}")}; TorchSharp's library {(weak is null ? "does not ask for a newer one" : weak.Value ? $"asks for {NewSymbolVersion} but does not insist (patched)" : $"insists on {NewSymbolVersion}")}");
        if (weak == false && (newest is null || newest < new Version(3, 4, 32)))
            problems.Add($"libstdc++ is older than TorchSharp's library asks for: build with this repository's build files, which patch it, or install GCC 13's libstdc++");
    }

    private static void CheckTorch(TextWriter output, List<string> problems)
    {
        if (LibTorch.Problem is { } problem)
        {
            Line(output, "libtorch", "cannot be used");
            problems.Add(problem);
            return;
        }

        if (LibTorch.Folder is { } folder)
        {
            Line(output, "PyTorch", $"{folder.Version ?? "unknown version"}, {(folder.HasCuda ? "with CUDA" : "for the CPU only")}, in {folder.Path}");
            if (LibTorch.Symbols is { } symbols) Line(output, "symbols", $"all {symbols.Required} that {LibTorch.TorchSharp} needs are there");
            if (LibTorch.Doubt(folder) is { } doubt) Line(output, "version", doubt);
        }

        try
        {
            using var scope = torch.NewDisposeScope();
            var a = torch.rand(768, 768);
            _ = a.mm(a);
            const int Products = 20;
            var clock = Stopwatch.StartNew();
            for (var i = 0; i < Products; i++) a.mm(a).Dispose();
            var rate = 2.0 * 768 * 768 * 768 * Products / clock.Elapsed.TotalSeconds / 1e9;
            Line(output, "libtorch", $"{(LibTorch.Folder is { } used ? used.Version ?? "unknown version" : torch.__version__)} ({LibTorch.TorchSharp}), {torch.get_num_threads()} threads, {rate.ToString("0", CultureInfo.InvariantCulture)} GFLOP/s in a matrix product");
            CheckLoaded(output, problems);
            var devices = CudaDiagnosis.Devices();
            Line(output, "CUDA", devices > 0 ? $"{devices} device(s): --device cuda works" : $"no device: {CudaDiagnosis.Missing()}");
        }
#pragma warning disable CA1031 // Native loading fails in many ways, and finding out which is what this command is for.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Line(output, "libtorch", "cannot be loaded");
            problems.Add($"build again (dotnet build src/Trainer -c Release): libtorch does not load: {FirstLine(e)}");
        }
    }

    /// <summary>What the process holds at last, which nothing but the process itself knows.</summary>
    private static void CheckLoaded(TextWriter output, List<string> problems)
    {
        using var process = Process.GetCurrentProcess();
        var name = LibTorchFolder.FileName("torch_cpu");
        var loaded = process.Modules.Cast<ProcessModule>().Where(m => m.ModuleName == name).Select(m => m.FileName).Distinct(StringComparer.Ordinal).ToList();
        if (loaded.Count > 0) Line(output, "", $"loaded from {string.Join(" and ", loaded)}");
        if (loaded.Count > 1) problems.Add("two copies of libtorch are loaded, which fails sooner or later: leave one of them out");
    }

    private static void CheckVips(TextWriter output, List<string> problems)
    {
        try
        {
            Line(output, "libvips", $"{NetVips.NetVips.Version(0)}.{NetVips.NetVips.Version(1)}.{NetVips.NetVips.Version(2)}");
        }
#pragma warning disable CA1031 // As above.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Line(output, "libvips", "cannot be loaded");
            problems.Add($"build again (dotnet build src/Trainer -c Release): libvips does not load: {FirstLine(e)}");
        }
    }

    /// <summary>The newest GLIBCXX version that the system's libstdc++ names, or <c>null</c> where it is not found in the usual places.</summary>
    private static Version? NewestLibStdCxxVersion()
    {
        string[] places = ["/usr/lib/x86_64-linux-gnu/libstdc++.so.6", "/usr/lib64/libstdc++.so.6", "/usr/lib/aarch64-linux-gnu/libstdc++.so.6", "/usr/lib/libstdc++.so.6"];
        if (places.FirstOrDefault(File.Exists) is not { } path) return null;
        var text = Encoding.Latin1.GetString(File.ReadAllBytes(path));
        Version? newest = null;
        for (var at = text.IndexOf("GLIBCXX_3.4.", StringComparison.Ordinal); at >= 0; at = text.IndexOf("GLIBCXX_3.4.", at + 1, StringComparison.Ordinal))
        {
            var end = text.IndexOf('\0', at);
            if (end > at && Version.TryParse(text[(at + "GLIBCXX_".Length)..end], out var version) && (newest is null || version > newest)) newest = version;
        }

        return newest;
    }

    private static void Line(TextWriter output, string what, string found) => output.WriteLine($"{what,-10} {found}");

    private static string FirstLine(Exception e) => e.GetBaseException().Message.Split('\n')[0].Trim();
}
