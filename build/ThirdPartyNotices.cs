#pragma warning disable IDE0005 // The inline task is compiled without implicit usings.
using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

#nullable enable

namespace VqVae.Build;

/// <summary>
/// Writes what the licences of other people's packages ask for: a section a package with its copyright, its licence and the notices that it carries.
/// </summary>
/// <remarks>
/// A file's package is told from where the file lies, <c>ID/VERSION/…</c> beside <c>ID.nuspec</c>, as NuGet unpacks it: metadata of items get lost on the way,
/// and packages that copy files with targets of their own never set them. The build runs this file as an inline MSBuild task, hence .NET Standard 2.0's API only.
/// </remarks>
internal static class ThirdPartyNotices
{
    private static readonly string Rule = new('=', 80);

    /// <summary>The notices for a program.</summary>
    /// <param name="program">Its name.</param>
    /// <param name="files">All that it consists of; what belongs to no package is left out.</param>
    /// <param name="standardTexts">The folder with a text a licence, <c>SPDX-ID.txt</c>, for packages that name a licence and carry no text of it.</param>
    /// <param name="dotnetPacks">The folder <c>packs</c> of the .NET SDK, whose packs have no description and share the SDK's licence files.</param>
    /// <returns>Lines that end in a line feed alone, the same for the same packages wherever they lie.</returns>
    /// <exception cref="InvalidDataException">A package has no licence text, or its description cannot be read.</exception>
    public static string Compose(string program, IEnumerable<string> files, string standardTexts, string dotnetPacks)
    {
        var packages = files.Select(Path.GetFullPath).Select(Path.GetDirectoryName).OfType<string>().Distinct()
            .Select(folder => ThirdPartyPackage.Find(folder, dotnetPacks)).OfType<(string Folder, string Id)>().Distinct()
            .Select(found => ThirdPartyPackage.Load(found.Folder, found.Id, standardTexts, dotnetPacks))
            .OrderBy(p => p.Id, StringComparer.OrdinalIgnoreCase).ThenBy(p => p.Version, StringComparer.Ordinal).ToList();

        var text = new StringBuilder();
        text.Append($"{program} comes with files, or code from files, of these packages. What each asks to be told about it follows.\n\n");
        foreach (var package in packages) text.Append($"  {package.Title}\n");

        // Packages of one origin carry the same texts, hundreds of kilobytes of them.
        var written = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var package in packages)
        {
            text.Append($"\n{Rule}\n{package.Title}\n");
            if (package.Facts.Count > 0) text.Append('\n');
            foreach (var (name, value) in package.Facts) text.Append($"{name}: {value}\n");
            foreach (var (name, content) in package.Texts)
            {
                if (written.TryGetValue(content, out var first))
                {
                    text.Append($"\n--- {name}: the same text as {first}, above ---\n");
                    continue;
                }

                written.Add(content, $"{name} of {package.Title}");
                text.Append($"\n--- {name} ---\n\n{content}");
            }
        }

        return text.ToString();
    }
}

/// <summary>What a package says of itself and its licence.</summary>
internal sealed class ThirdPartyPackage
{
    private ThirdPartyPackage(string id, string version, IReadOnlyList<(string Name, string Value)> facts, IReadOnlyList<(string Name, string Content)> texts) =>
        (Id, Version, Facts, Texts) = (id, version, facts, texts);

    public string Id { get; }

    public string Version { get; }

    public string Title => $"{Id} {Version}";

    /// <summary>Licence, copyright, addresses: those that the package states.</summary>
    public IReadOnlyList<(string Name, string Value)> Facts { get; }

    /// <summary>The licences first, then the notices; never empty.</summary>
    public IReadOnlyList<(string Name, string Content)> Texts { get; }

    /// <summary>The package's own folder and id for a folder in it, or <c>null</c> where it is in none.</summary>
    public static (string Folder, string Id)? Find(string folder, string dotnetPacks)
    {
        var packs = dotnetPacks.Length == 0 ? "" : Path.GetFullPath(dotnetPacks).TrimEnd(Path.DirectorySeparatorChar);
        for (var at = folder; Path.GetDirectoryName(at) is { } parent; at = parent)
        {
            var id = Path.GetFileName(parent);
            if (id.Length == 0) return null;
            if (File.Exists(Path.Combine(at, id + ".nuspec")) || packs.Length > 0 && Path.GetDirectoryName(parent) == packs) return (at, id);
        }

        return null;
    }

    /// <summary>Reads a package's description and texts.</summary>
    /// <exception cref="InvalidDataException">It has no licence text, or its description cannot be read.</exception>
    public static ThirdPartyPackage Load(string folder, string id, string standardTexts, string dotnetPacks)
    {
        var description = Path.Combine(folder, id + ".nuspec");
        var isPack = !File.Exists(description);
        var metadata = isPack ? new XElement("metadata") : ReadMetadata(description);
        string? Value(string name) => Element(metadata, name)?.Value is { } value && value.Trim().Length > 0 ? string.Join(" ", value.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) : null;

        var expression = (string?)Element(metadata, "license")?.Attribute("type") == "expression" ? Value("license") : null;
        var licenseFile = expression is null ? Value("license") : null;
        var copyright = Value("copyright") ?? Value("authors") ?? "";
        var name = Value("id") ?? id;
        var version = Value("version") ?? Path.GetFileName(folder);

        var carrier = isPack ? Path.GetDirectoryName(Path.GetFullPath(dotnetPacks).TrimEnd(Path.DirectorySeparatorChar))! : folder;
        var licenses = Carried(carrier, "licen", "copying");
        if (licenseFile is not null && !licenses.Contains(licenseFile)) licenses.Insert(0, licenseFile);
        var texts = licenses.Select(file => (file, Read(Path.Combine(carrier, file)))).ToList();
        if (texts.Count == 0) texts.AddRange(StandardTexts($"{name} {version}", expression, copyright, standardTexts));
        if (texts.Count == 0)
            throw new InvalidDataException($"{name} {version} would be distributed without its licence: the package carries no licence file and names no licence{(Value("licenseUrl") is { } url ? $" but {url}" : "")}");
        texts.AddRange(Carried(carrier, "third", "notice").Select(file => (file, Read(Path.Combine(carrier, file)))));

        var facts = new[]
        {
            ("Licence", expression ?? licenseFile), ("Copyright", copyright.Length > 0 ? copyright : null), ("Project", Value("projectUrl")),
            ("Source", (string?)Element(metadata, "repository")?.Attribute("url")),
        };
        return new ThirdPartyPackage(name, version, [.. facts.Where(f => f.Item2 is not null).Select(f => (f.Item1, f.Item2!))], texts);
    }

    private static XElement ReadMetadata(string description)
    {
        try
        {
            return Element(XDocument.Load(description).Root!, "metadata") ?? throw new InvalidDataException($"{description}: no metadata");
        }
        catch (System.Xml.XmlException error)
        {
            throw new InvalidDataException($"{description}: {error.Message}", error);
        }
    }

    /// <summary>The namespace differs with the version of the format.</summary>
    private static XElement? Element(XElement parent, string name) => parent.Elements().FirstOrDefault(e => e.Name.LocalName == name);

    /// <summary>The names of the texts that lie at the top of a package.</summary>
    private static List<string> Carried(string folder, params string[] beginnings) =>
    [
        .. Directory.GetFiles(folder).Select(f => Path.GetFileName(f)!)
            .Where(f => beginnings.Any(b => f.StartsWith(b, StringComparison.OrdinalIgnoreCase)) && Path.GetExtension(f).ToLowerInvariant() is "" or ".txt" or ".md")
            .OrderBy(f => f, StringComparer.Ordinal),
    ];

    /// <summary>The texts of all licences in an SPDX expression, with the package's copyright where a text has a place for it.</summary>
    private static IEnumerable<(string Name, string Content)> StandardTexts(string package, string? expression, string copyright, string folder)
    {
        var ids = (expression ?? "").Split([' ', '(', ')'], StringSplitOptions.RemoveEmptyEntries).Where(w => w is not ("AND" or "OR" or "WITH")).ToList();

        // The lesser licence is a supplement to the general one, and is to be handed on with it.
        if (ids.Any(i => i.StartsWith("LGPL-3.0", StringComparison.Ordinal))) ids.Add("GPL-3.0");
        foreach (var id in ids.Select(i => i.Replace("-or-later", "").Replace("-only", "")).Distinct())
        {
            var file = Path.Combine(folder, id + ".txt");
            if (!File.Exists(file)) throw new InvalidDataException($"{package} would be distributed without its licence: it is under {id} and carries no copy of that, so build/licenses/{id}.txt is needed");
            var isNotice = Regex.IsMatch(copyright, "©|copyright", RegexOptions.IgnoreCase);
            yield return (id, Read(file).Replace("<copyright>", isNotice ? copyright : "Copyright (c) " + copyright));
        }
    }

    /// <summary>A text with line feeds alone, no spaces at the ends of lines and one line feed at its end.</summary>
    private static string Read(string file) =>
        string.Join("\n", File.ReadAllText(file).Replace("\r\n", "\n").Replace('\r', '\n').Split('\n').Select(l => l.TrimEnd(' ', '\t'))).Trim('\n', '\uFEFF') + "\n";
}

#if !VQVAE_TESTS
/// <summary>The build's task: writes the notices, only when they change.</summary>
public sealed class WriteThirdPartyNotices : Microsoft.Build.Utilities.Task
{
    [Microsoft.Build.Framework.Required]
    public string Program { get; set; } = "";

    [Microsoft.Build.Framework.Required]
    public string[] Files { get; set; } = [];

    [Microsoft.Build.Framework.Required]
    public string StandardTexts { get; set; } = "";

    public string DotnetPacks { get; set; } = "";

    [Microsoft.Build.Framework.Required]
    public string Output { get; set; } = "";

    public override bool Execute()
    {
        try
        {
            var text = ThirdPartyNotices.Compose(Program, Files, StandardTexts, DotnetPacks);
            if (File.Exists(Output) && File.ReadAllText(Output) == text) return true;
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(Output))!);
            File.WriteAllText(Output, text, new UTF8Encoding(false));
            return true;
        }
        catch (InvalidDataException error)
        {
            Log.LogError(error.Message);
            return false;
        }
    }
}
#endif
