using System.Reflection;
using VqVae.CommandLine;

namespace VqVae.Trainer.Native;

/// <summary>Which libtorch this process computes with: its own, an existing PyTorch's (<c>--libtorch DIR</c>, <c>VQVAE_LIBTORCH</c>), or a NuGet package's.</summary>
/// <remarks>
/// TorchSharp loads its native libraries when one of its types is first used. Nothing here mentions one, so that all of this runs before.
/// </remarks>
internal static class LibTorch
{
    /// <summary>The option that names the folder.</summary>
    public const string Option = "--libtorch";

    /// <summary>The environment variable that names it where the option is not given.</summary>
    public const string Variable = "VQVAE_LIBTORCH";

    /// <summary>The libtorch version that TorchSharp's library is made for, such as <c>2.10.0</c>.</summary>
    public static string MadeFor { get; } = Metadata("LibTorchVersion");

    /// <summary>TorchSharp's name and version.</summary>
    public static string TorchSharp { get; } = $"TorchSharp {Metadata("TorchSharpVersion")}";

    /// <summary>The PyTorch that is used, or <c>null</c> for the build's own libtorch.</summary>
    public static LibTorchFolder? Folder { get; private set; }

    /// <summary>How its symbols compare with what TorchSharp needs; <c>null</c> where that is not checked (Windows, macOS).</summary>
    public static SymbolCheck? Symbols { get; private set; }

    /// <summary>Why there is no usable libtorch, or <c>null</c>: for <c>trainer doctor</c>, which goes on without.</summary>
    public static string? Problem { get; private set; }

    /// <summary>Why <see cref="Folder"/>'s CUDA libraries do not load, or <c>null</c>.</summary>
    public static string? CudaProblem { get; private set; }

    /// <summary>Makes libtorch ready, before any type of TorchSharp is used. Does nothing where only help is asked for.</summary>
    /// <param name="args">The command line; <c>--libtorch DIR</c> and <c>--libtorch=DIR</c> count wherever they stand.</param>
    /// <exception cref="UsageException">The folder holds no libtorch, or this build carries one of its own.</exception>
    /// <exception cref="PlatformNotSupportedException">libtorch is missing, does not load, or is of a version that TorchSharp does not fit.</exception>
    public static void Prepare(string[] args)
    {
        if (args.Length == 0 || args[0] is "help" or "version" || args.Any(a => a is "--help" or "--version")) return;
        var doctor = args[0] == "doctor";
        try
        {
            if (Given(args, Environment.GetEnvironmentVariable(Variable)) is var (given, source)) Use(given, source);
            else if (AppLibraries.LibTorch is null) Use(LibTorchPackage.Find() ?? throw new PlatformNotSupportedException(NoneAtAll));
        }
        catch (Exception e) when (doctor && e is UsageException or PlatformNotSupportedException)
        {
            Problem = e.Message;
        }

        Nnpack.TurnOff(Folder?[LibTorchFolder.FileName("torch_cpu")] ?? AppLibraries.LibTorch);
        if (!doctor && Folder is { } folder && Doubt(folder) is { } doubt) Console.Error.WriteLine($"trainer: {doubt}");
    }

    /// <summary>What a build without libtorch says when none is given and the package cache holds none.</summary>
    internal static string NoneAtAll =>
        $"this trainer carries no libtorch: '{LibTorchPackage.Command}' fetches one for the CPU, and {Option} DIR or {Variable} takes that of a PyTorch {MajorMinor(MadeFor)} ({LibTorchFolder.Command})";

    /// <summary>The folder that was asked for, and how; <c>null</c> where none was. The option comes before the variable.</summary>
    internal static (string Folder, string Source)? Given(IReadOnlyList<string> args, string? variable)
    {
        for (var i = 0; i < args.Count && args[i] != "--"; i++)
        {
            if (args[i].StartsWith(Option + "=", StringComparison.Ordinal)) return (args[i][(Option.Length + 1)..], Option);

            // Without a value it is the parser's to refuse.
            if (args[i] == Option && i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal)) return (args[i + 1], Option);
        }

        return string.IsNullOrEmpty(variable) ? null : (variable, Variable);
    }

    /// <summary>Why a libtorch cannot be used, or <c>null</c> where TorchSharp finds in it what it needs.</summary>
    internal static string? Misfit(LibTorchFolder folder, SymbolCheck symbols) => symbols.Missing.Count == 0
        ? null
        : $"{folder.Name} lacks {symbols.Missing.Count} of the {symbols.Required} symbols that {TorchSharp} needs, for example {symbols.Missing[0]}: use libtorch {MajorMinor(MadeFor)}";

    /// <summary>What to know of a libtorch of another version although all symbols are there, or <c>null</c>.</summary>
    internal static string? Doubt(LibTorchFolder folder) => folder.Version is { } version && MajorMinor(version) != MajorMinor(MadeFor)
        ? $"{folder.Name}: {TorchSharp} is made for libtorch {MajorMinor(MadeFor)}; another version may fail while it computes"
        : null;

    private static void Use(string given, string source)
    {
        var folder = LibTorchFolder.Find(given, source);
        if (AppLibraries.LibTorch is { } own)
        {
            // TorchSharp loads what lies beside it, whatever is loaded already, and two copies of libtorch abort the process.
            if (Path.GetDirectoryName(own) == folder.Path) return;
            throw new UsageException($"{source}: this build carries its own libtorch ({own}), and a process can hold one only: build or publish the trainer with -p:LibTorch=none");
        }

        Use(folder);
    }

    private static void Use(LibTorchFolder folder)
    {
        var shim = AppLibraries.TorchSharp
            ?? throw new PlatformNotSupportedException($"{LibTorchFolder.FileName("LibTorchSharp")} is missing beside the trainer: build or publish it again");
        if (OperatingSystem.IsLinux())
        {
            Symbols = Check(shim, folder);
            if (Misfit(folder, Symbols) is { } misfit) throw new PlatformNotSupportedException(misfit);
        }

        CudaProblem = LibTorchLoader.Load(folder);
        Folder = folder;
    }

    private static SymbolCheck Check(string shim, LibTorchFolder folder)
    {
        try
        {
            if (folder.HasCuda) SymbolCheck.RequireWhole(folder[LibTorchFolder.CudaName]);
            return SymbolCheck.Of(shim, LibTorchFolder.Core.Select(name => folder[name]));
        }
        catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new PlatformNotSupportedException($"{folder.Name} cannot be checked: {e.Message}", e);
        }
    }

    private static string MajorMinor(string version) => string.Join('.', version.Split('.', '+').Take(2));

    private static string Metadata(string key) => typeof(LibTorch).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == key).Value!;
}
