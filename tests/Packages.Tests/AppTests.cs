using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using VqVae.TestSupport;

namespace VqVae.Packages.Tests;

/// <summary>An app outside of the repository that takes the packages from a feed, as its users do, and runs the five lines of the README.</summary>
[Collection(PackageFeedGroup.Name)]
public sealed partial class AppTests : IDisposable
{
    private const string Model = "models/photo";

    private static readonly string FiveLines = CSharpBlock().Match(File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "README.md")).ReplaceLineEndings("\n")).Groups[1].Value;

    private readonly TemporaryFolder _folder = new();
    private readonly PackageFeed _feed;

    public AppTests(PackageFeed feed)
    {
        _feed = feed;

        // The feed beside the machine's own sources. Packages go into a cache of their own; what the machine has fetched already is taken from there.
        File.WriteAllText(_folder["nuget.config"], $"""<configuration><packageSources><add key="feed" value="{feed.Folder}" /></packageSources></configuration>""");
        File.WriteAllText(_folder["Directory.Build.props"], $"""
            <Project>
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <RestorePackagesPath>{_folder["packages"]}</RestorePackagesPath>
                <RestoreFallbackFolders>{Dotnet.PackageCache}</RestoreFallbackFolders>
                <SatelliteResourceLanguages>en</SatelliteResourceLanguages>
              </PropertyGroup>
            </Project>
            """);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FiveLines_OfTheReadme_RunFromPackagesAlone()
    {
        WriteProject("App", "<OutputType>Exe</OutputType>", Package("VqVae.Runtime"), Package("VqVae.Models.Photo"), OnnxRuntime);
        WriteProgram("App");
        Dotnet.Succeed(_folder["App"], "build", "-c", "Release", "-v", "quiet");

        AssertFromTheFeed("App", "VqVae.Runtime", "VqVae.ModelSpec", "VqVae.Models.Photo");
        AssertModel(_folder["App/bin/Release/net10.0"]);
        AssertOutput(Dotnet.Succeed(_folder["App"], "bin/Release/net10.0/App.dll"));
    }

    [Fact]
    public void SingleFile_OfAnAppThatReachesThePackagesThroughALibrary_HasTheModelBesideIt()
    {
        WriteProject("Library", "", Package("VqVae.Runtime"), Package("VqVae.Models.Photo"));
        WriteProject("App", "<OutputType>Exe</OutputType><SelfContained>false</SelfContained>", """<ProjectReference Include="../Library/Library.csproj" />""", OnnxRuntime);
        WriteProgram("App");
        Dotnet.Succeed(_folder["App"], "publish", "-c", "Release", "-r", Dotnet.Platform, "-p:PublishSingleFile=true", "-p:IncludeNativeLibrariesForSelfExtract=true", "-o", _folder["out"], "-v", "quiet");

        AssertModel(_folder["out"]);
        Assert.Empty(Directory.GetFiles(_folder["out"], "VqVae.*.dll"));
        var run = Dotnet.Run(_folder[OperatingSystem.IsWindows() ? "out/App.exe" : "out/App"], _folder.Path, []);
        Assert.True(run.ExitCode == 0, run.ToString());
        AssertOutput(run.Text);
    }

    [Fact]
    public void Model_ThatIsNotWanted_IsLeftOut()
    {
        WriteProject("App", "<OutputType>Exe</OutputType><VqVaeModelsPhoto>false</VqVaeModelsPhoto>", Package("VqVae.Models.Photo"));
        File.WriteAllText(_folder["App/Program.cs"], "Console.WriteLine();");
        Dotnet.Succeed(_folder["App"], "build", "-c", "Release", "-v", "quiet");
        Assert.False(Directory.Exists(_folder["App/bin/Release/net10.0/models"]));
    }

    private static string OnnxRuntime => $"""<PackageReference Include="Microsoft.ML.OnnxRuntime" Version="{OnnxRuntimeVersion}" />""";

    private static string OnnxRuntimeVersion =>
        Regex.Match(File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "Directory.Packages.props")), "<OnnxRuntimeVersion>(.*)</OnnxRuntimeVersion>").Groups[1].Value;

    private string Package(string id) => $"""<PackageReference Include="{id}" Version="{_feed.Version}" />""";

    private void WriteProject(string name, string properties, params string[] items)
    {
        Directory.CreateDirectory(_folder[name]);
        File.WriteAllText(_folder[$"{name}/{name}.csproj"], $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>{properties}</PropertyGroup>
              <ItemGroup>{string.Join("\n", items)}</ItemGroup>
            </Project>
            """);
    }

    /// <summary>The README's lines, after the picture that they compress.</summary>
    private void WriteProgram(string name)
    {
        var lines = FiveLines.Split('\n').ToList();
        var usings = lines.FindLastIndex(l => l.StartsWith("using VqVae", StringComparison.Ordinal)) + 1;
        lines.InsertRange(usings, ["var (width, height) = (200, 150);", "var rgb = new byte[3 * width * height];", "for (var i = 0; i < rgb.Length; i++) rgb[i] = (byte)(i / 450 + i % 7);"]);
        File.WriteAllLines(_folder[$"{name}/Program.cs"], lines);
    }

    private static void AssertOutput(string output)
    {
        var match = OutputLine().Match(output.Trim());
        Assert.True(match.Success, output);
        Assert.InRange(int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), 100, 20_000);
    }

    private static void AssertModel(string folder)
    {
        var shipped = Directory.GetFiles(Path.Combine(SharedData.RepositoryRoot, Model)).Where(f => !f.EndsWith(".png", StringComparison.Ordinal)).ToDictionary(f => Path.GetFileName(f)!, File.ReadAllBytes);
        Assert.Equal(shipped.Keys.Order(StringComparer.Ordinal), Directory.GetFiles(Path.Combine(folder, Model)).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        foreach (var (name, bytes) in shipped) Assert.True(bytes.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(folder, Model, name))), name);
    }

    /// <summary>A package of the same version in the machine's cache would be tested in place of the feed's.</summary>
    private void AssertFromTheFeed(string project, params string[] ids)
    {
        using var assets = JsonDocument.Parse(File.ReadAllBytes(_folder[$"{project}/obj/project.assets.json"]));
        foreach (var id in ids)
        {
            Assert.True(assets.RootElement.GetProperty("libraries").TryGetProperty($"{id}/{_feed.Version}", out _), $"{id} {_feed.Version} was not restored");
            Assert.True(Directory.Exists(Path.Combine(_folder["packages"], id.ToLowerInvariant(), _feed.Version)), $"{id} {_feed.Version} came from {Dotnet.PackageCache}: delete it there");
        }
    }

    [GeneratedRegex(@"^```csharp\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex CSharpBlock();

    [GeneratedRegex("^200×150: 90000 → ([0-9]+) bytes, back as Rgb24$")]
    private static partial Regex OutputLine();
}
