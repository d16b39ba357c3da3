namespace VqVae.EndToEnd;

/// <summary>
/// <c>-p:Gpu=true</c> swaps the native packages. The CUDA packages are large and not in every registry mirror, so this evaluates the
/// projects as MSBuild sees them and restores nothing.
/// </summary>
public class GpuSwitchTests
{
    private const string TorchSharpCuda = "TorchSharp-cuda-linux";
    private const string OnnxRuntime = "Microsoft.ML.OnnxRuntime";
    private const string OnnxRuntimeGpu = "Microsoft.ML.OnnxRuntime.Gpu";

    [Fact]
    public void Trainer_WithGpu_TakesTheCudaBuildOfTheSameTorchSharp()
    {
        var (cpu, gpu) = (Evaluate("Trainer", gpu: false), Evaluate("Trainer", gpu: true));

        Assert.Contains(cpu.Packages, p => p.StartsWith("libtorch-cpu", StringComparison.Ordinal));
        Assert.DoesNotContain(TorchSharpCuda, cpu.Packages);
        Assert.Contains(TorchSharpCuda, gpu.Packages);
        Assert.DoesNotContain(gpu.Packages, p => p.StartsWith("libtorch-cpu", StringComparison.Ordinal));
        Assert.Contains("TorchSharp", gpu.Packages);
        Assert.Equal(gpu.Versions["TorchSharp"], gpu.Versions[TorchSharpCuda]);
        Assert.Equal(cpu.Versions["TorchSharp"], gpu.Versions["TorchSharp"]);
        AssertNothingElseChanges(cpu.Packages, gpu.Packages);
    }

    [Theory]
    [InlineData("Exporter")]
    [InlineData("Codec.Cli")]
    public void InferenceTools_WithGpu_TakeTheGpuBuildOfTheSameOnnxRuntime(string project)
    {
        var (cpu, gpu) = (Evaluate(project, gpu: false), Evaluate(project, gpu: true));

        Assert.Contains(OnnxRuntime, cpu.Packages);
        Assert.DoesNotContain(OnnxRuntimeGpu, cpu.Packages);
        Assert.Contains(OnnxRuntimeGpu, gpu.Packages);
        Assert.DoesNotContain(OnnxRuntime, gpu.Packages);
        Assert.Equal(cpu.Versions[OnnxRuntime], gpu.Versions[OnnxRuntimeGpu]);
        Assert.Equal(gpu.Versions["Microsoft.ML.OnnxRuntime.Managed"], gpu.Versions[OnnxRuntimeGpu]);
        AssertNothingElseChanges(cpu.Packages, gpu.Packages);
    }

    [Fact]
    public void Runtime_WithGpu_StaysTheSame() => Assert.Equal(Evaluate("Runtime", gpu: false).Packages, Evaluate("Runtime", gpu: true).Packages);

    private static void AssertNothingElseChanges(IEnumerable<string> cpu, IEnumerable<string> gpu) => Assert.Equal(Others(cpu), Others(gpu));

    private static IEnumerable<string> Others(IEnumerable<string> packages) => packages
        .Where(p => !p.StartsWith("libtorch-", StringComparison.Ordinal) && p is not (TorchSharpCuda or OnnxRuntime or OnnxRuntimeGpu))
        .Order(StringComparer.Ordinal);

    private static (IReadOnlyList<string> Packages, IReadOnlyDictionary<string, string> Versions) Evaluate(string project, bool gpu)
    {
        // A platform with both builds, whatever the one is that runs this.
        var items = MsBuild.Items(project, ["PackageReference", "PackageVersion"], "-p:RuntimeIdentifier=linux-x64", $"-p:Gpu={(gpu ? "true" : "false")}");
        return (
            [.. items["PackageReference"].Select(i => i["Identity"])],
            items["PackageVersion"].ToDictionary(i => i["Identity"], i => i["Version"]));
    }
}
