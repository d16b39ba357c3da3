using System.Text.Json;
using VqVae.Models;
using VqVae.TestSupport;

namespace VqVae.Runtime.Tests.Golden;

/// <summary>
/// The list of golden files, <c>tests/golden/vectors.json</c>: what every reader of version 1 must make of which file. It is read by the tests of other
/// implementations, too; <c>tests/golden/README.md</c> describes it.
/// </summary>
internal sealed record GoldenVectors
{
    public const string FileName = "vectors.json";

    /// <summary>Files that are right.</summary>
    public List<GoldenFile> Accept { get; init; } = [];

    /// <summary>Files that were cut short, of which leading stages are there.</summary>
    public List<GoldenFile> Partial { get; init; } = [];

    /// <summary>Files that every reader must refuse.</summary>
    public List<RefusedFile> Refuse { get; init; } = [];

    /// <summary>Files that every reader must refuse, also where it is asked for what is left of a file that was cut short.</summary>
    public List<RefusedFile> RefusePartial { get; init; } = [];

    /// <summary>The folder in the repository.</summary>
    public static string Folder { get; } = Path.Combine(SharedData.RepositoryRoot, "tests", "golden");

    private static JsonSerializerOptions Json { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true, DefaultIgnoreCondition = System.Text.Json.Serialization.JsonIgnoreCondition.WhenWritingNull };

    public static GoldenVectors Load(string folder) => JsonSerializer.Deserialize<GoldenVectors>(File.ReadAllText(Path.Combine(folder, FileName)), Json)!;

    public void Save(string folder) => File.WriteAllText(Path.Combine(folder, FileName), JsonSerializer.Serialize(this, Json) + "\n");
}

/// <summary>A file and what is in it. Paths are relative to the folder of <c>vectors.json</c>.</summary>
internal sealed record GoldenFile
{
    public required string File { get; init; }

    /// <summary>The model's folder.</summary>
    public required string Model { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    public required bool Alpha { get; init; }

    public required bool Gray { get; init; }

    /// <summary><c>raw</c>, <c>static</c>, <c>fast</c> or <c>dense</c>.</summary>
    public required string Entropy { get; init; }

    public required int RatePoint { get; init; }

    /// <summary>Stages that the header states.</summary>
    public required int Stages { get; init; }

    /// <summary>Of a file cut short, the leading stages of which every block is whole.</summary>
    public int? WholeStages { get; init; }

    /// <summary>The side of a tile in pixels.</summary>
    public required int TileSize { get; init; }

    /// <summary>What is in <see cref="Indices"/>.</summary>
    public required List<GoldenPlane> Planes { get; init; }

    /// <summary>Plane after plane, stage after stage, row after row: unsigned numbers of 16 bits, little-endian.</summary>
    public required string Indices { get; init; }

    /// <summary>Width · height bytes, where the file has alpha.</summary>
    public string? AlphaFile { get; init; }

    /// <summary>The EXIF section's content, where the file has one.</summary>
    public string? ExifFile { get; init; }

    /// <summary>What the model's fp32 decoder makes of it, in the file's own format: rows of RGB, RGBA, grey, or grey and alpha. Within 1.</summary>
    public string? Pixels { get; init; }

    public override string ToString() => File;
}

internal sealed record GoldenPlane(string Name, int Columns, int Rows, int Stages);

/// <summary>A file that must be refused, and why.</summary>
internal sealed record RefusedFile(string File, string Model, string Reason)
{
    public override string ToString() => File;
}

/// <summary>A model of the golden files: tables without graphs where only indices are decoded.</summary>
internal sealed class GoldenModel : IDisposable
{
    private readonly ModelTables? _tables;

    public GoldenModel(string folder)
    {
        Folder = folder;
        Manifest = ModelManifest.Load(folder);
        _tables = ModelTables.Load(folder, Manifest);
        Coders = new CoderSet(Manifest, _tables is null ? null : _tables.Coder);
    }

    public string Folder { get; }

    public ModelManifest Manifest { get; }

    public CoderSet Coders { get; }

    public bool HasGraphs => Manifest.Files.ContainsKey(ModelManifest.DecoderFileName);

    /// <summary>Reads all that a file has, as a reader with a model does.</summary>
    /// <returns>For each plane the tensor <c>[stages, h, w]</c> of the stages that are there.</returns>
    public int[][] Read(byte[] file, bool allowPartial = false)
    {
        var document = VqDocument.Open(file, Manifest, new VqLimits(), allowPartial);
        var header = document.Header;
        using var maps = new IndexMaps(Manifest.Planes, header.Stages, Padding.Of(Manifest.Planes, header.Width, header.Height));
        AllTiles.Decode(document, file, Coders.ForReading(header), Coders.Raw, maps);
        if (!allowPartial) VqFile.Verify(file);
        return [.. Manifest.Planes.Select((_, p) => maps.Plane(p).ToArray().Select(i => (int)i).ToArray())];
    }

    public void Dispose() => _tables?.Dispose();
}

/// <summary>The models of a folder of golden files, each opened once.</summary>
internal sealed class GoldenModels(string folder) : IDisposable
{
    private readonly Dictionary<string, GoldenModel> _models = [];

    /// <summary>A model by its folder's name in the list.</summary>
    public GoldenModel this[string name]
    {
        get
        {
            if (!_models.TryGetValue(name, out var model)) _models[name] = model = new GoldenModel(Path.Combine(folder, name));
            return model;
        }
    }

    public void Dispose()
    {
        foreach (var model in _models.Values) model.Dispose();
    }
}
