namespace VqVae.EndToEnd;

/// <summary>
/// Who may reference what. The library that apps embed must stay light and let the app choose CPU or GPU; the exporter must run without
/// libtorch; the trainer must not depend on what it feeds.
/// </summary>
public class ReferenceRuleTests
{
    private static readonly string[] Torch = ["TorchSharp", "libtorch"];
    private static readonly string[] Images = ["NetVips", "SkiaSharp", "ImageSharp", "System.Drawing", "Magick"];
    private static readonly string[] OnnxRuntimeNative = ["Microsoft.ML.OnnxRuntime", "Microsoft.ML.OnnxRuntime.Gpu"];
    private const string Analyzers = "Microsoft.CodeAnalysis.PublicApiAnalyzers";
    private static readonly string[] Vips = ["NetVips.Native.linux-x64", "NetVips.Native.linux-arm64", "NetVips.Native.win-x64", "NetVips.Native.win-arm64", "NetVips.Native.osx-arm64"];

    /// <summary>The packages and projects that each source project may name.</summary>
    private static readonly Dictionary<string, (string[] Projects, string[] Packages)> Allowed = new()
    {
        ["ModelSpec"] = ([], [Analyzers]),
        ["Models.Photo"] = ([], []),
        ["Runtime"] = (["ModelSpec"], ["Microsoft.ML.OnnxRuntime.Managed", "System.Numerics.Tensors", Analyzers]),
        ["Exporter"] = (["ModelSpec", "Runtime"], ["Google.Protobuf", "Grpc.Tools", "CommandLineParser", .. OnnxRuntimeNative]),
        ["Trainer"] = (["ModelSpec"],
            ["TorchSharp", "TorchSharp-cuda-linux", "TorchSharp-cuda-windows", "libtorch-cpu-linux-x64", "libtorch-cpu-win-x64", "libtorch-cpu-osx-arm64",
             "NetVips", .. Vips, "CommandLineParser", "Spectre.Console", "ScottPlot"]),
        ["Codec.Cli"] = (["Runtime"], [.. OnnxRuntimeNative, "NetVips", .. Vips, "CommandLineParser", "Spectre.Console", "ScottPlot"]),
    };

    public static TheoryData<string> SourceProjects => [.. Solution.SourceProjects];

    [Fact]
    public void Rules_EverySourceProject_HasThem() => Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), Solution.SourceProjects);

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void ProjectFile_References_AreAllowed(string project)
    {
        var (projects, packages) = Allowed[project];
        Assert.Empty(Solution.ProjectReferences("src", project).Except(projects));
        Assert.Empty(Solution.PackageReferences("src", project).Except(packages));
    }

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void Build_Closure_HasThatProjectAndItsDirectReferences(string project)
    {
        // Guards the tests below against reading an empty or wrong file.
        var closure = Solution.Closure(project);
        Assert.Equal("project", closure[Solution.AssemblyName(project)]);
        foreach (var reference in Solution.ProjectReferences("src", project)) Assert.Equal("project", closure[Solution.AssemblyName(reference)]);
    }

    [Fact]
    public void ModelSpec_Closure_IsTheBaseClassLibrary() => Assert.Equal(["VqVae.ModelSpec"], Solution.Closure("ModelSpec").Keys);

    [Fact]
    public void Runtime_Closure_HasNoTorchNoImageLibraryAndNoNativePackage()
    {
        AssertWithout("Runtime", [.. Torch, .. Images, .. OnnxRuntimeNative]);
        Assert.Equal(
            ["Microsoft.ML.OnnxRuntime.Managed", "System.Numerics.Tensors"],
            Solution.Closure("Runtime").Where(l => l.Value == "package").Select(l => l.Key).Order(StringComparer.Ordinal));
        Assert.False(Directory.Exists(Path.Combine(Solution.OutputFolder("Runtime"), "runtimes")));
        Assert.Empty(NativeLibraries("Runtime"));
    }

    [Fact]
    public void Exporter_Closure_HasNoTorchAndNoImageLibrary()
    {
        AssertWithout("Exporter", [.. Torch, .. Images]);
        Assert.DoesNotContain(NativeLibraries("Exporter"), f => f.Contains("torch", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(NativeLibraries("Exporter"), f => f.Contains("onnxruntime", StringComparison.Ordinal));
    }

    [Fact]
    public void Trainer_Closure_HasNoOnnxRuntime()
    {
        AssertWithout("Trainer", ["Microsoft.ML", "VqVae.Runtime"]);
        Assert.DoesNotContain(NativeLibraries("Trainer"), f => f.Contains("onnxruntime", StringComparison.Ordinal));
        Assert.Contains(NativeLibraries("Trainer"), f => f.Contains("torch", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void CodecCli_Closure_HasNoTorchNoTrainerAndNoExporter()
    {
        AssertWithout("Codec.Cli", [.. Torch, "trainer", "exporter"]);
        Assert.DoesNotContain(NativeLibraries("Codec.Cli"), f => f.Contains("torch", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void TestProjects_BothNativeStacks_OnlyWhereTheyAreMeantToMeet()
    {
        var both = Solution.TestProjects.Where(p =>
        {
            var references = Solution.ProjectReferences("tests", p);
            return references.Contains("Trainer") && references.Intersect(["Runtime", "Exporter", "Codec.Cli"]).Any();
        });
        Assert.Equal(["Benchmarks", "EndToEnd"], both);
    }

    /// <summary>No library of the closure may have a name that begins with one of these; a whole name excludes only itself.</summary>
    private static void AssertWithout(string project, string[] names)
    {
        foreach (var library in Solution.Closure(project).Keys)
            foreach (var name in names)
                Assert.False(
                    OnnxRuntimeNative.Contains(name) ? library == name : library.StartsWith(name, StringComparison.OrdinalIgnoreCase),
                    $"{project} may not depend on {library}");
    }

    private static IEnumerable<string> NativeLibraries(string project) => Directory.EnumerateFiles(Solution.OutputFolder(project), "*", SearchOption.AllDirectories)
        .Select(Path.GetFileName).OfType<string>()
        .Where(f => f.Contains(".so", StringComparison.Ordinal) || f.EndsWith(".dylib", StringComparison.Ordinal) || NativeWindowsNames.Any(n => f.Equals(n, StringComparison.OrdinalIgnoreCase)));

    /// <summary>On Windows native and managed libraries share an extension.</summary>
    private static readonly string[] NativeWindowsNames = ["onnxruntime.dll", "torch.dll", "torch_cpu.dll", "LibTorchSharp.dll", "libvips-42.dll"];
}
