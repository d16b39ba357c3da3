using System.IO.Compression;
using System.Xml.Linq;
using VqVae.TestSupport;

namespace VqVae.Packages.Tests;

/// <summary>
/// A folder with all packages, as <c>dotnet pack -c Release -o FOLDER</c> at the root makes it. Packing takes a minute or two, so it is done once: by <c>.ci/run</c>,
/// which names the folder, or else here, for this platform alone.
/// </summary>
/// <remarks>
/// Other test projects build and run at the same time in the folders of the tree. Packing has folders of its own, here temporary ones, and a version of its own, so
/// that no cache can hold the packages of an earlier run.
/// </remarks>
public sealed class PackageFeed : IDisposable
{
    /// <summary>The environment variable that names the folder.</summary>
    public const string Variable = "VQVAE_PACKAGES";

    /// <summary>The libraries and the model.</summary>
    public static readonly string[] Libraries = ["VqVae.ModelSpec", "VqVae.Runtime", "VqVae.Models.Photo"];

    /// <summary>The tools' packages and commands.</summary>
    public static readonly IReadOnlyDictionary<string, string> Tools =
        new Dictionary<string, string> { ["vqcodec"] = "vqcodec", ["vqvae-trainer"] = "trainer", ["vqvae-exporter"] = "exporter" };

    private readonly TemporaryFolder _folder = new();

    public PackageFeed()
    {
        var made = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(made))
        {
            Folder = _folder["feed"];
            Version = $"0.0.0-test.{DateTime.UtcNow.Ticks}";
            Pack("VqVae.Deploy.sln", Folder);
        }
        else
        {
            Folder = Path.GetFullPath(made, SharedData.RepositoryRoot);
            Version = Path.GetFileName(Assert.Single(Directory.GetFiles(Folder, "VqVae.Runtime.*.nupkg")))["VqVae.Runtime.".Length..^".nupkg".Length];
        }
    }

    /// <summary>The folder with the packages.</summary>
    public string Folder { get; }

    /// <summary>The version of all of them.</summary>
    public string Version { get; }

    /// <summary>Packs a project or the solution in folders of its own, for this platform alone.</summary>
    public void Pack(string project, string output) => Dotnet.Succeed(
        SharedData.RepositoryRoot, "pack", project, "-c", "Release", "-o", output, "--artifacts-path", _folder[Guid.NewGuid().ToString("N")],
        "-p:MinVerVersionOverride=" + Version, "-p:SupportedPlatforms=" + Dotnet.Platform, "-p:RunAnalyzers=false");

    /// <summary>Opens a package.</summary>
    public ZipArchive Open(string id, string extension = "nupkg") => ZipFile.OpenRead(Path.Combine(Folder, $"{id}.{Version}.{extension}"));

    /// <summary>The files that a package holds, without those of the package format itself.</summary>
    public static IReadOnlyList<string> Files(ZipArchive package) =>
        [.. package.Entries.Select(e => e.FullName).Where(IsContent).Order(StringComparer.Ordinal)];

    /// <summary>What a package says of itself.</summary>
    public static XElement Metadata(ZipArchive package)
    {
        using var stream = package.Entries.Single(e => e.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
        return XDocument.Load(stream).Root!.Elements().Single(e => e.Name.LocalName == "metadata");
    }

    /// <summary>A file's bytes.</summary>
    public static byte[] Read(ZipArchive package, string path)
    {
        using var stream = (package.GetEntry(path) ?? throw new FileNotFoundException("the package lacks a file", path)).Open();
        using var content = new MemoryStream();
        stream.CopyTo(content);
        return content.ToArray();
    }

    public void Dispose() => _folder.Dispose();

    private static bool IsContent(string path) => !path.EndsWith(".nuspec", StringComparison.Ordinal) && !path.StartsWith("_rels/", StringComparison.Ordinal)
        && !path.StartsWith("package/", StringComparison.Ordinal) && path != "[Content_Types].xml" && path != ".signature.p7s";
}

/// <summary>All tests of packages share one folder of them.</summary>
[CollectionDefinition(Name)]
public sealed class PackageFeedGroup : ICollectionFixture<PackageFeed>
{
    public const string Name = "packages";
}
