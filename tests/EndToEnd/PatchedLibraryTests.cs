using System.Runtime.InteropServices;
using System.Text.Json;
using VqVae.Build;
using VqVae.TestSupport;

namespace VqVae.EndToEnd;

/// <summary>TorchSharp's library asks for a newer libstdc++ than Debian 12 has; the build weakens that in its copy and nowhere else.</summary>
public class PatchedLibraryTests
{
    private const string Version = "GLIBCXX_3.4.32";
    private const string Library = "libLibTorchSharp.so";

    private static readonly bool IsPatched = OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    [Fact]
    public void Package_Original_StillRequiresTheVersion() => Assert.Equal(false, ElfSymbolVersions.IsWeak(Original(), Version));

    [Fact]
    public void Build_Copy_RequiresTheVersionWeaklyAndDiffersInThatByteOnly()
    {
        if (!IsPatched) return;
        var expected = Original();
        Assert.True(ElfSymbolVersions.Weaken(expected, Version));

        var copy = File.ReadAllBytes(Directory.EnumerateFiles(Solution.OutputFolder("Trainer"), Library, SearchOption.AllDirectories).Single());

        Assert.Equal(true, ElfSymbolVersions.IsWeak(copy, Version));
        Assert.True(expected.AsSpan().SequenceEqual(copy), "the copy differs from the original in more than the weak flag");
    }

    [Fact]
    public void Build_OfTheseTests_HasTheSameCopy()
    {
        if (!IsPatched) return;
        var copies = Directory.GetFiles(AppContext.BaseDirectory, Library, SearchOption.AllDirectories);
        Assert.NotEmpty(copies);
        foreach (var copy in copies) Assert.Equal(true, ElfSymbolVersions.IsWeak(File.ReadAllBytes(copy), Version));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Publish_Trainer_TakesThePatchedLibraryAndNoOther(bool absoluteIntermediateFolder)
    {
        if (!IsPatched) return;
        using var folder = new TemporaryFolder();

        // As `dotnet publish --artifacts-path` sets it. The assets file stays where the build put it.
        var intermediate = folder.Path + Path.DirectorySeparatorChar;
        string[] elsewhere = absoluteIntermediateFolder ? [$"-p:IntermediateOutputPath={intermediate}"] : [];

        var published = MsBuild.Items("Trainer", ["ResolvedFileToPublish"], ["-t:ComputeResolvedFilesToPublishList", "-p:Configuration=Release", .. elsewhere]);

        var library = Assert.Single(published["ResolvedFileToPublish"], f => Path.GetFileName(f["RelativePath"]) == Library);
        Assert.Equal(Library, library["RelativePath"]);
        Assert.Equal(true, ElfSymbolVersions.IsWeak(File.ReadAllBytes(library["FullPath"]), Version));
        Assert.Equal(absoluteIntermediateFolder, library["FullPath"].StartsWith(intermediate, StringComparison.Ordinal));
    }

    /// <summary>The library in the package cache that the trainer was built from.</summary>
    private static byte[] Original()
    {
        using var assets = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(SharedData.RepositoryRoot, "src", "Trainer", "obj", "project.assets.json")));
        var package = assets.RootElement.GetProperty("libraries").EnumerateObject()
            .Single(l => l.Name.StartsWith("TorchSharp/", StringComparison.Ordinal)).Value.GetProperty("path").GetString()!;
        var file = assets.RootElement.GetProperty("packageFolders").EnumerateObject()
            .Select(f => Path.Combine(f.Name, package, "runtimes", "linux-x64", "native", Library))
            .First(File.Exists);
        return File.ReadAllBytes(file);
    }
}
