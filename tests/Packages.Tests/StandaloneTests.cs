using System.IO.Compression;
using VqVae.TestSupport;

namespace VqVae.Packages.Tests;

/// <summary>Builds that need no .NET: what is in their folders, and that they start.</summary>
[Collection(PackageFeedGroup.Name)]
public sealed class StandaloneTests : IDisposable
{
    /// <summary>More than a trainer without libtorch may take as an archive, in bytes.</summary>
    private const long MaxTrainerBytes = 64 << 20;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>The folders that <c>.ci/run</c> publishes, as any system makes them for any other.</summary>
    [StandaloneTheory]
    [InlineData("win-x64", "vqcodec.exe", "4D5A", "libvips-42.dll", "onnxruntime.dll", "onnxruntime_providers_shared.dll")]
    [InlineData("osx-arm64", "vqcodec", "CFFAEDFE0C000001", "libvips.42.dylib", "libonnxruntime.dylib")]
    public void VqCodec_SelfContained_IsOneProgramWithItsOwnPlatformsLibrariesAndTheModel(string platform, string program, string magic, params string[] libraries)
    {
        var folder = Path.Combine(StandaloneTheoryAttribute.Folder!, platform);
        string[] texts = ["LICENSE", NoticesFile.Name];
        Assert.Equal(texts.Concat(libraries).Append(program).Order(StringComparer.Ordinal), Directory.GetFiles(folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));

        // An executable of that system, and not this one's.
        foreach (var file in libraries.Append(program).Select(f => Path.Combine(folder, f)))
            Assert.StartsWith(magic, Convert.ToHexString(File.ReadAllBytes(file).AsSpan(0, 16)), StringComparison.Ordinal);

        string[] model = [.. Directory.GetFiles(Path.Combine(SharedData.RepositoryRoot, "models", "photo")).Select(f => Path.GetFileName(f)!).Where(f => !f.EndsWith(".png", StringComparison.Ordinal))];
        Assert.Equal(model.Order(StringComparer.Ordinal), Directory.GetFiles(Path.Combine(folder, "models", "photo")).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        Assert.Equal(["models"], Directory.GetDirectories(folder).Select(f => Path.GetFileName(f)!));
    }

    /// <summary>One file holds the managed packages and .NET's runtime, so their licences lie beside it.</summary>
    [StandaloneTheory]
    [InlineData("win-x64")]
    [InlineData("osx-arm64")]
    public void VqCodec_SelfContained_CarriesTheLicencesOfAllPackagesInIt(string platform)
    {
        var folder = Path.Combine(StandaloneTheoryAttribute.Folder!, platform);
        var notices = new NoticesFile(File.ReadAllText(Path.Combine(folder, NoticesFile.Name)));
        string[] expected =
        [
            "CommandLineParser", "Microsoft.ML.OnnxRuntime", "Microsoft.ML.OnnxRuntime.Managed", $"Microsoft.NETCore.App.Host.{platform}", $"Microsoft.NETCore.App.Runtime.{platform}",
            "NetVips", $"NetVips.Native.{platform}", "Spectre.Console", "Spectre.Console.Ansi", "System.Numerics.Tensors",
        ];
        Assert.Equal(expected, notices.Ids);
        Assert.All(expected, id => Assert.Contains("\n--- ", notices.Section(id), StringComparison.Ordinal));
        Assert.Equal(File.ReadAllBytes(Path.Combine(SharedData.RepositoryRoot, "LICENSE")), File.ReadAllBytes(Path.Combine(folder, "LICENSE")));
    }

    [Fact]
    public void Trainer_SelfContainedWithoutLibtorch_StartsWithoutDotnetAndSaysWhatIsMissing()
    {
        if (Dotnet.Platform is not ("linux-x64" or "win-x64" or "osx-arm64")) return;
        Dotnet.Succeed(
            SharedData.RepositoryRoot, "publish", "src/Trainer", "-c", "Release", "-r", Dotnet.Platform, "-p:SelfContained=true", "-p:LibTorch=none", "-p:RunAnalyzers=false",
            "--artifacts-path", _folder["artifacts"], "-o", _folder["trainer"]);
        Assert.Empty(Directory.GetFiles(_folder["trainer"], "*torch_cpu*", SearchOption.AllDirectories));
        Assert.InRange(Compressed(_folder["trainer"]), 1, MaxTrainerBytes);
        var notices = new NoticesFile(File.ReadAllText(_folder["trainer/" + NoticesFile.Name]));
        Assert.Contains("TorchSharp", notices.Ids);
        Assert.Contains("Microsoft.NETCore.App.Runtime." + Dotnet.Platform, notices.Ids);

        var help = Run("--help");
        Assert.True(help.ExitCode == 0, help.ToString());
        Assert.Contains("trainer fit", help.Text, StringComparison.Ordinal);
        var doctor = Run("doctor");
        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains("--libtorch DIR", doctor.Text, StringComparison.Ordinal);
    }

    /// <summary>The trainer where no .NET can be found, and no package cache.</summary>
    private ToolResult Run(string argument) => Dotnet.Run(
        Path.Combine(_folder["trainer"], OperatingSystem.IsWindows() ? "trainer.exe" : "trainer"), _folder.Path, [argument],
        new Dictionary<string, string?> { ["DOTNET_ROOT"] = null, ["PATH"] = _folder.Path, ["NUGET_PACKAGES"] = _folder["packages"] });

    /// <summary>The bytes of all files, each compressed with deflate, which takes more than Zstandard over all of them.</summary>
    private static long Compressed(string folder)
    {
        var total = 0L;
        Parallel.ForEach(Directory.GetFiles(folder, "*", SearchOption.AllDirectories), file =>
        {
            using var content = new MemoryStream();
            using (var deflate = new DeflateStream(content, CompressionLevel.Fastest, leaveOpen: true)) deflate.Write(File.ReadAllBytes(file));
            Interlocked.Add(ref total, content.Length);
        });
        return total;
    }
}

/// <summary>A test of published folders, skipped where none are named.</summary>
public sealed class StandaloneTheoryAttribute : TheoryAttribute
{
    /// <summary>The environment variable that names the folder with one folder a platform.</summary>
    public const string Variable = "VQCODEC_STANDALONE";

    public StandaloneTheoryAttribute()
    {
        if (string.IsNullOrEmpty(Folder)) Skip = $"{Variable} names no folder: dotnet publish src/Codec.Cli -c Release -r PLATFORM -p:SelfContained=true -o FOLDER/PLATFORM makes what is in it";
    }

    internal static string? Folder => Environment.GetEnvironmentVariable(Variable);
}
