using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using VqVae.Models;

namespace VqVae.Trainer.Run;

/// <summary>
/// Index maps of many images of one size, for training generative models on them: a safetensors file, or NumPy arrays beside a JSON file.
/// Images are added one by one and kept on the disk, so that their number is not limited by memory.
/// </summary>
/// <remarks>
/// Either way there is, for each plane, uint16 <c>[N,L,h,w]</c>; N images, L stages, h × w positions. As safetensors: the tensors
/// <c>indices</c> (or <c>indices_NAME</c> where there are several planes) and <c>files</c>, the UTF-8 bytes of a JSON list of the N file names;
/// metadata as in <see cref="CodesDescription"/>, numbers as text. As NumPy: <c>NAME.npy</c>, or <c>NAME.PLANE.npy</c> for each of several
/// planes, and <c>NAME.json</c> with the description and the file names.
/// </remarks>
internal sealed class CodesFile : IDisposable
{
    private readonly string _path;
    private readonly IReadOnlyList<LatentPlane> _planes;
    private readonly int _side;
    private readonly RowSpool[] _spools;
    private readonly List<string> _names = [];

    /// <param name="path">The file to write, with the extension <c>.safetensors</c> or <c>.npy</c>.</param>
    /// <param name="planes">The model's planes.</param>
    /// <param name="side">Side of the images in pixels, a multiple of every stride.</param>
    /// <exception cref="ArgumentException">The extension is another.</exception>
    public CodesFile(string path, IReadOnlyList<LatentPlane> planes, int side)
    {
        _ = FilesOf(path, planes);
        (_path, _planes, _side) = (Path.GetFullPath(path), planes, side);
        var folder = Path.GetDirectoryName(_path)!;
        Directory.CreateDirectory(folder);
        _spools = [.. planes.Select(_ => new RowSpool(folder))];
    }

    /// <summary>Number of images added.</summary>
    public int Images => _names.Count;

    /// <summary>The files that are written for a path; with several planes one NumPy array each.</summary>
    /// <exception cref="ArgumentException">The extension is neither <c>.safetensors</c> nor <c>.npy</c>.</exception>
    public static IReadOnlyList<string> FilesOf(string path, IReadOnlyList<LatentPlane> planes)
    {
        if (IsSafetensors(path)) return [path];
        if (!IsNpy(path)) throw new ArgumentException($"--out: expected a name that ends in .safetensors or .npy, got '{path}'");
        return [.. planes.Select(p => NpyPath(path, p)), JsonPath(path)];
    }

    /// <summary>Adds an image.</summary>
    /// <param name="name">Its file name.</param>
    /// <param name="indices">For each plane <c>[L,h,w]</c>.</param>
    public void Add(string name, IReadOnlyList<int[]> indices)
    {
        for (var plane = 0; plane < _planes.Count; plane++)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(indices[plane].LongLength, Shape(_planes[plane])[1..].Aggregate(1L, (product, n) => product * n), nameof(indices));
            var row = new byte[indices[plane].Length * sizeof(ushort)];
            for (var i = 0; i < indices[plane].Length; i++)
                BinaryPrimitives.WriteUInt16LittleEndian(row.AsSpan(i * sizeof(ushort)), checked((ushort)indices[plane][i]));
            _spools[plane].Write(row);
        }

        _names.Add(name);
    }

    /// <summary>Writes the file or files, each atomically.</summary>
    /// <param name="description">What the images were coded with; the files' names and hash are filled in.</param>
    public void Save(CodesDescription description)
    {
        var names = JsonSerializer.SerializeToUtf8Bytes<IReadOnlyList<string>>(_names, CodesJson.Readable.IReadOnlyListString);
        var complete = description with { FilesSha256 = Convert.ToHexStringLower(SHA256.HashData(names)) };
        if (IsSafetensors(_path)) SaveSafetensors(complete, names);
        else SaveNpy(complete with { Files = _names });
    }

    public void Dispose()
    {
        foreach (var spool in _spools) spool.Dispose();
    }

    private static bool IsSafetensors(string path) => Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase);

    private static bool IsNpy(string path) => Path.GetExtension(path).Equals(".npy", StringComparison.OrdinalIgnoreCase);

    private static string NpyPath(string path, LatentPlane plane) => plane.Name.Length == 0 ? path : Path.ChangeExtension(path, $".{plane.Name}.npy");

    private static string JsonPath(string path) => Path.ChangeExtension(path, ".json");

    private void SaveSafetensors(CodesDescription description, byte[] names)
    {
        var writer = new SafetensorsWriter();
        foreach (var property in JsonSerializer.SerializeToElement(description, CodesJson.Readable.CodesDescription).EnumerateObject())
            writer.Metadata[property.Name] = property.Value.ValueKind == JsonValueKind.String ? property.Value.GetString()! : property.Value.GetRawText();
        writer.Metadata["spec"] = description.Spec.ToJson();
        for (var plane = 0; plane < _planes.Count; plane++)
            writer.Add(_planes[plane].TensorName, TensorType.UInt16, _spools[plane].Parts(), Shape(_planes[plane]));
        writer.Add<byte>("files", names, names.Length);
        writer.Save(_path);
    }

    private void SaveNpy(CodesDescription description)
    {
        for (var plane = 0; plane < _planes.Count; plane++)
        {
            AtomicFile.Write(NpyPath(_path, _planes[plane]), stream =>
            {
                NpyFile.WriteHeader(stream, NpyFile.UInt16, Shape(_planes[plane]));
                foreach (var part in _spools[plane].Parts()) stream.Write(part.Span);
            });
        }

        AtomicFile.WriteAllText(JsonPath(_path), JsonSerializer.Serialize(description, CodesJson.Readable.CodesDescription) + "\n");
    }

    private long[] Shape(LatentPlane plane) => [_names.Count, plane.Stages, _side / plane.Stride, _side / plane.Stride];
}

/// <summary>What index maps were made with.</summary>
internal sealed record CodesDescription
{
    /// <summary>What the files call themselves.</summary>
    public const string FormatName = "vqvae-codes/1";

    public string Format { get; } = FormatName;

    /// <summary>The <see cref="ModelId"/> of the checkpoint.</summary>
    public required string Id { get; init; }

    /// <summary>The model.</summary>
    public required ModelSpec Spec { get; init; }

    /// <summary>The rate point, from 0.</summary>
    public required int RatePoint { get; init; }

    /// <summary>λ of the search in squared 8-bit units a bit.</summary>
    public required double Lambda { get; init; }

    /// <summary>How an image became a sample.</summary>
    public required SampleMode SampleMode { get; init; }

    /// <summary>Side of a sample in pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>SHA-256 of the UTF-8 bytes of the JSON list of file names, which tells whether two files have the same images in the same order.</summary>
    public string FilesSha256 { get; init; } = "";

    /// <summary>The file names, where the description is a file of its own.</summary>
    public IReadOnlyList<string>? Files { get; init; }
}

/// <summary>Generated JSON code: snake_case, what is <c>null</c> left out.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CodesDescription))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class CodesJson : JsonSerializerContext
{
    /// <summary>The same with file names as they are: no web page shows them.</summary>
    public static CodesJson Readable => field ??= new CodesJson(new JsonSerializerOptions(Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}
