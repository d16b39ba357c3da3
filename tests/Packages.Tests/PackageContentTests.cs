using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;
using VqVae.Build;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Packages.Tests;

/// <summary>What is in the packages, what they depend on and what they say of themselves.</summary>
[Collection(PackageFeedGroup.Name)]
public sealed class PackageContentTests(PackageFeed feed)
{
    /// <summary>The largest package that nuget.org takes.</summary>
    private const long MaxPackageBytes = 250_000_000;

    private static readonly string[] AllPlatforms = ["linux-x64", "linux-arm64", "win-x64", "win-arm64", "osx-arm64"];

    public static TheoryData<string> Tools => [.. PackageFeed.Tools.Keys];

    [Fact]
    public void Pack_OfTheSolution_MakesThesePackagesAndNoOthers()
    {
        string[] ids = [.. PackageFeed.Libraries, .. PackageFeed.Tools.Keys, .. Platforms().SelectMany(p => PackageFeed.Tools.Keys.Where(t => HasPlatform(t, p)).Select(t => $"{t}.{p}"))];
        string[] expected = [.. ids.Select(id => $"{id}.{feed.Version}.nupkg"), $"VqVae.ModelSpec.{feed.Version}.snupkg", $"VqVae.Runtime.{feed.Version}.snupkg"];
        Assert.Equal(expected.Order(StringComparer.Ordinal), Directory.GetFiles(feed.Folder).Select(f => Path.GetFileName(f)!).Order(StringComparer.Ordinal));
        Assert.All(Directory.GetFiles(feed.Folder), f => Assert.InRange(new FileInfo(f).Length, 1000, MaxPackageBytes));
    }

    [Fact]
    public void EveryPackage_SaysWhatItIs()
    {
        foreach (var id in PackageFeed.Libraries.Concat(PackageFeed.Tools.Keys))
        {
            using var package = feed.Open(id);
            var metadata = PackageFeed.Metadata(package);
            Assert.Equal((id, feed.Version), (Value(metadata, "id"), Value(metadata, "version")));
            Assert.Equal("MIT", Value(metadata, "license"));
            Assert.True(Value(metadata, "description").Length > 40, id);
            Assert.NotEmpty(Value(metadata, "tags"));
            Assert.Equal("README.md", Value(metadata, "readme"));
            Assert.StartsWith("# " + id, Encoding.UTF8.GetString(PackageFeed.Read(package, "README.md")), StringComparison.Ordinal);
            Assert.Equal(File.ReadAllBytes(Path.Combine(SharedData.RepositoryRoot, "LICENSE")), PackageFeed.Read(package, "LICENSE"));
        }
    }

    [Fact]
    public void Libraries_Files_AreOneAssemblyWithItsDocumentation()
    {
        foreach (var id in (string[])["VqVae.ModelSpec", "VqVae.Runtime"])
        {
            using var package = feed.Open(id);
            Assert.Equal(["LICENSE", "README.md", $"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml"], PackageFeed.Files(package));
            using var symbols = feed.Open(id, "snupkg");
            Assert.Equal([$"lib/net10.0/{id}.pdb"], PackageFeed.Files(symbols));

            // Neither tells where it was built.
            var root = Encoding.UTF8.GetBytes(SharedData.RepositoryRoot);
            Assert.Equal(-1, PackageFeed.Read(package, $"lib/net10.0/{id}.dll").AsSpan().IndexOf(root));
            Assert.Equal(-1, PackageFeed.Read(symbols, $"lib/net10.0/{id}.pdb").AsSpan().IndexOf(root));
        }
    }

    [Fact]
    public void Libraries_Dependencies_AreTheseAndNoOthers()
    {
        Assert.Empty(Dependencies("VqVae.ModelSpec"));
        Assert.Equal([("Microsoft.ML.OnnxRuntime.Managed", CentralVersion("OnnxRuntimeVersion")), ("VqVae.ModelSpec", feed.Version)], Dependencies("VqVae.Runtime"));
        Assert.Empty(Dependencies("VqVae.Models.Photo"));
        Assert.All(PackageFeed.Tools.Keys, tool => Assert.Empty(Dependencies(tool)));
    }

    [Fact]
    public void Model_Files_AreThoseOfItsManifestAndItsCard()
    {
        using var package = feed.Open("VqVae.Models.Photo");
        var manifest = ModelManifest.Load(Path.Combine(SharedData.RepositoryRoot, "models", "photo"));
        string[] model = [.. manifest.Files.Keys, ModelManifest.FileName, "README.md"];
        string[] expected = ["LICENSE", "README.md", "buildTransitive/VqVae.Models.Photo.targets", .. model.Select(f => "models/photo/" + f)];
        Assert.Equal(expected.Order(StringComparer.Ordinal), PackageFeed.Files(package));
        foreach (var (name, file) in manifest.Files)
            Assert.Equal(file.Sha256, Convert.ToHexStringLower(SHA256.HashData(PackageFeed.Read(package, "models/photo/" + name))));
        Assert.Contains("## Credits", Encoding.UTF8.GetString(PackageFeed.Read(package, "models/photo/README.md")), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Tools))]
    public void Tool_PackagesOfPlatforms_HoldTheirOwnNativeLibraries(string id)
    {
        foreach (var platform in Platforms().Where(p => HasPlatform(id, p)))
        {
            using var package = feed.Open($"{id}.{platform}");
            var files = PackageFeed.Files(package).Select(f => f.Replace($"tools/net10.0/{platform}/", "", StringComparison.Ordinal)).ToList();
            Assert.Contains(PackageFeed.Tools[id] + ".dll", files);
            Assert.Equal(Natives(id, platform).Order(StringComparer.Ordinal), files.Where(IsNative).Order(StringComparer.Ordinal));
            Assert.DoesNotContain(files, f => f.Contains("torch_cpu", StringComparison.Ordinal) || f.EndsWith(".xml", StringComparison.Ordinal) && f != "DotnetToolSettings.xml");
            Assert.Equal(id == "vqcodec", files.Contains("models/photo/model.json"));
            Assert.DoesNotContain(files, f => f.EndsWith(".png", StringComparison.Ordinal) || f.StartsWith("content", StringComparison.Ordinal));
        }
    }

    [Theory]
    [MemberData(nameof(Tools))]
    public void Tool_PackagesOfPlatforms_CarryTheLicencesOfAllPackagesInThem(string id)
    {
        foreach (var platform in Platforms().Where(p => HasPlatform(id, p)))
        {
            using var package = feed.Open($"{id}.{platform}");
            var folder = $"tools/net10.0/{platform}/";
            var notices = new NoticesFile(Encoding.UTF8.GetString(PackageFeed.Read(package, folder + NoticesFile.Name)));
            Assert.Equal(Contributors(package, folder, PackageFeed.Tools[id]).Order(StringComparer.OrdinalIgnoreCase), notices.Packages);
            Assert.All(notices.Ids, other => Assert.Contains("\n--- ", notices.Section(other), StringComparison.Ordinal));
            if (id != "vqvae-exporter")
                Assert.All((string[])["GNU LESSER GENERAL PUBLIC LICENSE", "GNU GENERAL PUBLIC LICENSE", "| libvips "], text => Assert.Contains(text, notices.Section("NetVips.Native." + platform), StringComparison.Ordinal));
            Assert.Equal(PackageFeed.Read(package, "LICENSE"), PackageFeed.Read(package, folder + "LICENSE"));
        }
    }

    [Fact]
    public void Trainer_LibraryOfTorchSharp_IsThePatchedOne()
    {
        if (!Platforms().Contains("linux-x64")) return;
        using var package = feed.Open("vqvae-trainer.linux-x64");
        Assert.True(ElfSymbolVersions.IsWeak(PackageFeed.Read(package, "tools/net10.0/linux-x64/libLibTorchSharp.so"), "GLIBCXX_3.4.32"));
    }

    [Fact]
    public void Runtime_PackedAgainElsewhere_IsTheSameAssembly()
    {
        using var folder = new TemporaryFolder();
        feed.Pack("src/Runtime", folder.Path);
        foreach (var (id, file) in ((string, string)[])[("VqVae.Runtime", "lib/net10.0/VqVae.Runtime.dll"), ("VqVae.Runtime", "lib/net10.0/VqVae.Runtime.xml")])
        {
            using var first = feed.Open(id);
            using var second = ZipFile.OpenRead(folder[$"{id}.{feed.Version}.nupkg"]);
            Assert.Equal(Convert.ToHexString(SHA256.HashData(PackageFeed.Read(first, file))), Convert.ToHexString(SHA256.HashData(PackageFeed.Read(second, file))));
        }
    }

    private static IEnumerable<string> Natives(string id, string platform)
    {
        var (windows, mac) = (platform.StartsWith("win", StringComparison.Ordinal), platform.StartsWith("osx", StringComparison.Ordinal));
        string Name(string library) => windows ? library + ".dll" : mac ? $"lib{library}.dylib" : $"lib{library}.so";
        if (id != "vqvae-exporter") yield return windows ? "libvips-42.dll" : mac ? "libvips.42.dylib" : "libvips.so.42";
        if (id == "vqvae-trainer")
        {
            yield return Name("LibTorchSharp");
            yield break;
        }

        yield return Name("onnxruntime");
        if (!mac) yield return Name("onnxruntime_providers_shared");
    }

    /// <summary>The packages, <c>ID VERSION</c>, that a tool's list of dependencies names as the origin of a file that is there.</summary>
    private static IEnumerable<string> Contributors(ZipArchive package, string folder, string program)
    {
        using var dependencies = JsonDocument.Parse(PackageFeed.Read(package, $"{folder}{program}.deps.json"));
        var types = dependencies.RootElement.GetProperty("libraries");
        foreach (var library in dependencies.RootElement.GetProperty("targets").EnumerateObject().SelectMany(t => t.Value.EnumerateObject()))
        {
            if (types.GetProperty(library.Name).GetProperty("type").GetString() != "package") continue;
            var files = ((string[])["runtime", "native"]).Where(kind => library.Value.TryGetProperty(kind, out _)).SelectMany(kind => library.Value.GetProperty(kind).EnumerateObject());

            // On Windows, ONNX Runtime's package copies its libraries itself, and the list does not know of them.
            if (files.Any(f => package.GetEntry(folder + Path.GetFileName(f.Name)) is not null) || library.Name.StartsWith("Microsoft.ML.OnnxRuntime/", StringComparison.Ordinal))
                yield return library.Name.Replace('/', ' ');
        }
    }

    private static bool IsNative(string file) => file.Contains(".so", StringComparison.Ordinal) || file.EndsWith(".dylib", StringComparison.Ordinal)
        || file is "libvips-42.dll" or "onnxruntime.dll" or "onnxruntime_providers_shared.dll" or "LibTorchSharp.dll" or "libSkiaSharp.dll"
        || file.EndsWith(".lib", StringComparison.Ordinal) || file.EndsWith(".a", StringComparison.Ordinal);

    /// <summary>All platforms in a folder that was packed before, this one otherwise.</summary>
    private static IEnumerable<string> Platforms() => AllPlatforms.Where(p => p == Dotnet.Platform || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable(PackageFeed.Variable)));

    /// <summary>libtorch is there for fewer platforms than the rest.</summary>
    private static bool HasPlatform(string tool, string platform) => tool != "vqvae-trainer" || platform is "linux-x64" or "win-x64" or "osx-arm64";

    private IEnumerable<(string Id, string Version)> Dependencies(string id)
    {
        using var package = feed.Open(id);
        return [.. PackageFeed.Metadata(package).Descendants().Where(e => e.Name.LocalName == "dependency").Select(e => ((string)e.Attribute("id")!, (string)e.Attribute("version")!)).Order()];
    }

    private static string Value(XElement metadata, string name) => metadata.Elements().Single(e => e.Name.LocalName == name).Value;

    private static string CentralVersion(string property) =>
        XDocument.Load(Path.Combine(SharedData.RepositoryRoot, "Directory.Packages.props")).Descendants(property).Single().Value;
}
