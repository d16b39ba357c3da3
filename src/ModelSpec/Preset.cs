using System.Reflection;
using System.Text.Json;

namespace VqVae.Models;

/// <summary>A named starting point: a model and how it is trained.</summary>
/// <remarks>The presets are the JSON files in <c>Presets/</c>; a file that is put there is one, under its own name.</remarks>
public sealed record Preset
{
    private const string ResourceFolder = "presets/";

    /// <summary>Those that come first; others follow by their names.</summary>
    private static readonly string[] Order = ["photo", "small", "celeba"];

    private static readonly Lazy<IReadOnlyList<Preset>> Loaded = new(Load);

    /// <summary>The name that <c>trainer fit --preset</c> takes.</summary>
    public required string Name { get; init; }

    /// <summary>What the preset is for, in one sentence.</summary>
    public required string Description { get; init; }

    /// <summary>The networks.</summary>
    public required ModelSpec Model { get; init; }

    /// <summary>How they are trained.</summary>
    public required TrainingSpec Training { get; init; }

    /// <summary>The plain VQ-VAE, kept reproducible: stride 4, one stage of 512 codes of 128 dimensions, images resized to 128×128.</summary>
    public static Preset Celeba => Find("celeba");

    /// <summary>The default: photographs at six rates from a linear encoder, luma and chroma planes, small groups of dimensions and a rate-aware search; trains on two CPU cores in minutes.</summary>
    public static Preset Photo => Find("photo");

    /// <summary>A light photo codec that trains on two CPU cores in minutes: stride 8, four residual levels of 512 codes, any number of which decodes.</summary>
    public static Preset Small => Find("small");

    /// <summary>All presets, the default one (<c>photo</c>) first.</summary>
    public static IReadOnlyList<Preset> All => Loaded.Value;

    /// <summary>The preset of that name.</summary>
    /// <exception cref="ArgumentException">There is none; the message lists those that exist.</exception>
    public static Preset Find(string name) =>
        All.FirstOrDefault(p => p.Name == name)
        ?? throw new ArgumentException($"preset: expected one of {string.Join(", ", All.Select(p => p.Name))}, got '{name}'");

    /// <summary>Reads a whole preset. The ranges of its values are not checked.</summary>
    /// <param name="utf8">The JSON.</param>
    /// <param name="source">What messages call it.</param>
    /// <exception cref="ArgumentException">It is malformed, has an unknown key or lacks one; the message says where.</exception>
    public static Preset FromJson(ReadOnlySpan<byte> utf8, string source)
    {
        var file = PresetFile.Parse(utf8, source);
        if (PresetKey.All.FirstOrDefault(k => k.IsRequired && !file.Values.ContainsKey(k.Path)) is { } missing)
            throw new ArgumentException($"'{source}': the key '{missing}' is missing");
        var builder = new PresetBuilder(new Preset { Name = "", Description = "", Model = new ModelSpec(), Training = new TrainingSpec() });
        builder.Apply(file);
        return builder.Build();
    }

    /// <summary>The preset as indented JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ModelJson.Default.Preset);

    private static IReadOnlyList<Preset> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. assembly.GetManifestResourceNames().Where(name => name.StartsWith(ResourceFolder, StringComparison.Ordinal))
                .Select(name => Read(assembly, name))
                .OrderBy(preset => Array.IndexOf(Order, preset.Name) is >= 0 and var place ? place : Order.Length)
                .ThenBy(preset => preset.Name, StringComparer.Ordinal),
        ];
    }

    private static Preset Read(Assembly assembly, string resource)
    {
        using var stream = assembly.GetManifestResourceStream(resource)!;
        var content = new byte[stream.Length];
        stream.ReadExactly(content);
        return FromJson(content, resource);
    }
}
