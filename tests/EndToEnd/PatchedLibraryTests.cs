using System.Text.Json;
using VqVae.Build;
using VqVae.TestSupport;

namespace VqVae.EndToEnd;

/// <summary>TorchSharp's library asks for a newer libstdc++ than Debian 12 has; the build weakens that in its copy and nowhere else.</summary>
public class PatchedLibraryTests
{
    private const string Version = "GLIBCXX_3.4.32";
    private const string Library = "libLibTorchSharp.so";

    [Fact]
    public void Package_Original_StillRequiresTheVersion() => Assert.Equal(false, ElfSymbolVersions.IsWeak(Original(), Version));

    [Fact]
    public void Build_Copy_RequiresTheVersionWeaklyAndDiffersInThatByteOnly()
    {
        if (!OperatingSystem.IsLinux()) return;
        var expected = Original();
        Assert.True(ElfSymbolVersions.Weaken(expected, Version));

        var copy = File.ReadAllBytes(Directory.EnumerateFiles(Solution.OutputFolder("Trainer"), Library, SearchOption.AllDirectories).Single());

        Assert.Equal(true, ElfSymbolVersions.IsWeak(copy, Version));
        Assert.True(expected.AsSpan().SequenceEqual(copy), "the copy differs from the original in more than the weak flag");
    }

    [Fact]
    public void Build_OfTheseTests_HasTheSameCopy()
    {
        if (!OperatingSystem.IsLinux()) return;
        var copies = Directory.GetFiles(AppContext.BaseDirectory, Library, SearchOption.AllDirectories);
        Assert.NotEmpty(copies);
        foreach (var copy in copies) Assert.Equal(true, ElfSymbolVersions.IsWeak(File.ReadAllBytes(copy), Version));
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
