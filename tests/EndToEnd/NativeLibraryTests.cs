using VqVae.TestSupport;

namespace VqVae.EndToEnd;

/// <summary>Each platform gets its own native libraries and no other's; an unsupported one is told so by the build.</summary>
public class NativeLibraryTests
{
    public static TheoryData<string> OutputFolders => [AppContext.BaseDirectory, .. Solution.SourceProjects.Select(Solution.OutputFolder)];

    [Theory]
    [MemberData(nameof(OutputFolders))]
    public void Build_NotOnWindows_HasNoWindowsOnnxRuntime(string folder)
    {
        if (OperatingSystem.IsWindows()) return;
        Assert.NotEmpty(Directory.GetFiles(folder, "*.dll"));
        Assert.Empty(Directory.GetFiles(folder, "onnxruntime*.dll", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData("linux-x64", false)]
    [InlineData("osx-arm64", false)]
    [InlineData("win-x64", true)]
    public void RemoveWindowsLibraries_ForAPlatform_LeavesThemToWindowsOnly(string platform, bool windows)
    {
        // A file as the packages of ONNX Runtime add it; the GPU package, with its own, is not in every registry mirror.
        using var folder = new TemporaryFolder();
        var dll = folder["runtimes/win-x64/native/onnxruntime_providers_cuda.dll"];
        Directory.CreateDirectory(Path.GetDirectoryName(dll)!);
        File.WriteAllBytes(dll, [0]);
        File.WriteAllText(folder["gpu.targets"], $"""
            <Project>
              <ItemGroup>
                <None Include="{dll}" Link="onnxruntime_providers_cuda.dll" CopyToOutputDirectory="PreserveNewest" />
              </ItemGroup>
            </Project>
            """);

        var items = MsBuild.Items(
            "Exporter", ["None"], "-t:RemoveWindowsLibraries", $"-p:RuntimeIdentifier={platform}", $"-p:CustomBeforeMicrosoftCommonTargets={folder["gpu.targets"]}");

        Assert.Equal(windows, items["None"].Any(i => i["Identity"] == dll));
    }

    [Theory]
    [InlineData("Trainer", "linux-x64", "libtorch-cpu-linux-x64", "NetVips.Native.linux-x64")]
    [InlineData("Trainer", "win-x64", "libtorch-cpu-win-x64", "NetVips.Native.win-x64")]
    [InlineData("Trainer", "osx-arm64", "libtorch-cpu-osx-arm64", "NetVips.Native.osx-arm64")]
    [InlineData("Codec.Cli", "linux-arm64", "NetVips.Native.linux-arm64")]
    [InlineData("Codec.Cli", "win-arm64", "NetVips.Native.win-arm64")]
    public void Packages_OfAPlatform_AreItsOwn(string project, string platform, params string[] expected)
    {
        var packages = MsBuild.Items(project, ["PackageReference"], "-p:RuntimeIdentifier=" + platform)["PackageReference"].Select(p => p["Identity"]);
        Assert.Equal(expected, packages.Where(p => p.StartsWith("libtorch-", StringComparison.Ordinal) || p.StartsWith("NetVips.Native.", StringComparison.Ordinal)).OrderDescending(StringComparer.Ordinal));
        Check(project, platform, supported: true);
    }

    [Theory]
    [InlineData("Trainer", "linux-arm64", "linux-x64, win-x64, osx-arm64")]
    [InlineData("Trainer", "osx-arm64", "linux-x64, win-x64", "-p:Gpu=true")]
    [InlineData("Codec.Cli", "osx-x64", "linux-x64, linux-arm64, win-x64, win-arm64, osx-arm64")]
    public void Build_ForAnUnsupportedPlatform_NamesTheSupportedOnes(string project, string platform, string supported, params string[] arguments)
    {
        var result = Check(project, platform, supported: false, arguments);
        Assert.Contains($"{project} cannot be built for {platform}: its native libraries exist for {supported}", result.Text, StringComparison.Ordinal);
    }

    private static ToolResult Check(string project, string platform, bool supported, params string[] arguments)
    {
        var result = MsBuild.Run(project, ["-t:CheckNativePlatform", "-p:RuntimeIdentifier=" + platform, .. arguments]);
        Assert.True(result.ExitCode == 0 == supported, result.ToString());
        return result;
    }
}
