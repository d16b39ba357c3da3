using System.Text.Json;
using System.Xml.Linq;
using VqVae.TestSupport;

namespace VqVae.EndToEnd;

/// <summary>What the solution's projects say, and what was built from them.</summary>
internal static class Solution
{
    /// <summary>Names of the projects under <c>src</c>.</summary>
    public static IReadOnlyList<string> SourceProjects { get; } = Projects("src");

    /// <summary>Names of the projects under <c>tests</c>.</summary>
    public static IReadOnlyList<string> TestProjects { get; } = Projects("tests");

    /// <summary>The names in a project file's <c>PackageReference</c> items, whatever their conditions.</summary>
    public static IReadOnlyList<string> PackageReferences(string folder, string project)
    {
        // libvips for the building platform comes from a file that two projects import.
        var imports = Read(folder, project).Descendants("Import").Select(i => (string?)i.Attribute("Project") ?? "");
        var files = imports.Select(path => XDocument.Load(Path.GetFullPath(path, Path.Combine(SharedData.RepositoryRoot, folder, project))))
            .Prepend(Read(folder, project));
        return [.. files.SelectMany(f => f.Descendants("PackageReference")).Select(r => (string)r.Attribute("Include")!)];
    }

    /// <summary>The names of the projects that a project file references.</summary>
    public static IReadOnlyList<string> ProjectReferences(string folder, string project) =>
        [.. Read(folder, project).Descendants("ProjectReference").Select(r => Path.GetFileNameWithoutExtension((string)r.Attribute("Include")!))];

    /// <summary>The folder of a source project's build output, in the configuration of the running tests.</summary>
    public static string OutputFolder(string project)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(SharedData.RepositoryRoot, "src", project, "bin", own.Parent!.Name, own.Name);
    }

    /// <summary>Everything that a built project loads, itself included: name and type (<c>project</c>, <c>package</c>) from its <c>.deps.json</c>.</summary>
    public static IReadOnlyDictionary<string, string> Closure(string project)
    {
        var files = Directory.GetFiles(OutputFolder(project), "*.deps.json");
        var own = Assert.Single(files, f => Path.GetFileName(f) == AssemblyName(project) + ".deps.json");
        using var json = JsonDocument.Parse(File.ReadAllBytes(own));
        return json.RootElement.GetProperty("libraries").EnumerateObject()
            .Select(l => (Name: l.Name[..l.Name.IndexOf('/', StringComparison.Ordinal)], Type: l.Value.GetProperty("type").GetString()!))
            .Where(l => l.Type != "reference")
            .ToDictionary(l => l.Name, l => l.Type);
    }

    /// <summary>The name of the assembly that a source project builds.</summary>
    public static string AssemblyName(string project) => (string)Read("src", project).Descendants("AssemblyName").Single();

    private static XDocument Read(string folder, string project) =>
        XDocument.Load(Path.Combine(SharedData.RepositoryRoot, folder, project, project + ".csproj"));

    /// <summary>Folders without a project file hold sources that several projects compile.</summary>
    private static string[] Projects(string folder) =>
        [.. Directory.GetDirectories(Path.Combine(SharedData.RepositoryRoot, folder)).Select(f => Path.GetFileName(f))
            .Where(name => File.Exists(Path.Combine(SharedData.RepositoryRoot, folder, name, name + ".csproj"))).Order(StringComparer.Ordinal)];
}
