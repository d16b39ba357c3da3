using System.Text.Json;
using VqVae.Hashing;

namespace VqVae.Models;

/// <summary>A file of a model folder.</summary>
/// <param name="Bytes">Its length.</param>
/// <param name="Sha256">Its SHA-256 as 64 lower-case hexadecimal digits.</param>
public sealed record ManifestFile(long Bytes, string Sha256);

/// <summary>Who may use a model, and what it was made from.</summary>
/// <param name="Model">Licence of the model, an SPDX expression or a sentence.</param>
/// <param name="Data">Licences of the training images.</param>
public sealed record ManifestLicense(string Model, string Data);

/// <summary>How the exported graphs compared with the trainer's own results.</summary>
public sealed record ManifestVerification
{
    /// <summary>Whether the graphs were checked against parity samples; <c>false</c> only with <c>--unverified</c>.</summary>
    public required bool Verified { get; init; }

    /// <summary>Indices compared: those whose distance gap exceeds <see cref="Epsilon"/>.</summary>
    public long? IndicesCompared { get; init; }

    /// <summary>Share of all indices that agree, ties included.</summary>
    public double? IndexAgreement { get; init; }

    /// <summary>Distance gap, relative to the latent's scale, below which the nearest code counts as a tie.</summary>
    public double? Epsilon { get; init; }

    /// <summary>Largest difference of a decoded pixel, in steps of 1/255.</summary>
    public int? MaxPixelDifference { get; init; }
}

/// <summary>The file <c>model.json</c>: what a model folder holds.</summary>
public sealed record ModelManifest
{
    /// <summary>The manifest's file name.</summary>
    public const string FileName = "model.json";

    /// <summary>The fp32 encoder graph's file name.</summary>
    public const string EncoderFileName = "encoder.onnx";

    /// <summary>The fp32 decoder graph's file name.</summary>
    public const string DecoderFileName = "decoder.onnx";

    /// <summary>The entropy coder's tables, which a model may lack.</summary>
    public const string TablesFileName = "tables.bin";

    /// <summary>The format version that this library reads and writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Most rate points that a model can have, as many as a <c>.vq</c> file can name.</summary>
    public const int MaxRatePoints = 16;

    /// <summary>Largest manifest that is read.</summary>
    private const int MaxManifestBytes = 1 << 20;

    /// <summary>Largest graph that is read.</summary>
    private const long MaxFileBytes = 1L << 30;

    /// <summary>Longest name of a model or a producer.</summary>
    private const int MaxLabelLength = 200;

    /// <summary>Version of the manifest's format.</summary>
    public required int Format { get; init; }

    /// <summary>The model's name.</summary>
    public required string Name { get; init; }

    /// <summary>The model id, 16 hexadecimal digits (<see cref="ModelId"/>).</summary>
    public required string Id { get; init; }

    /// <summary>The program that wrote the folder, with its version.</summary>
    public required string Producer { get; init; }

    /// <summary>The hyperparameters.</summary>
    public required ModelSpec Spec { get; init; }

    /// <summary>The index grids, in the order of the graphs' tensors; those of <see cref="Spec"/>.</summary>
    public required IReadOnlyList<LatentPlane> Planes { get; init; }

    /// <summary>Number of rate points, 1 to <see cref="MaxRatePoints"/>: what the graphs' input <c>rate</c> may be is 0 to one less.</summary>
    public required int RatePoints { get; init; }

    /// <summary>The folder's files by name.</summary>
    public required IReadOnlyDictionary<string, ManifestFile> Files { get; init; }

    /// <summary>What qualities from 1 to 100 mean; a model that was exported without calibration images has none.</summary>
    public QualityMap? Quality { get; init; }

    /// <summary>How the graphs compared with the trainer's own results.</summary>
    public required ManifestVerification Verification { get; init; }

    /// <summary>By <see cref="GraphPrecision"/> how the graphs besides the fp32 ones differ from them; <c>null</c> where there are none.</summary>
    public IReadOnlyDictionary<string, ManifestVariant>? Variants { get; init; }

    /// <summary>Where the weights come from.</summary>
    public Provenance? Provenance { get; init; }

    /// <summary>Who may use the model.</summary>
    public ManifestLicense? License { get; init; }

    /// <summary>The file name of the encoder graph of a precision; a model may lack any but the fp32 one.</summary>
    /// <param name="precision">One of <see cref="GraphPrecision"/>.</param>
    public static string EncoderFile(string precision) => precision == GraphPrecision.Fp32 ? EncoderFileName : $"encoder.{precision}.onnx";

    /// <summary>The file name of the decoder graph of a precision; a model may lack any but the fp32 one.</summary>
    /// <param name="precision">One of <see cref="GraphPrecision"/>.</param>
    public static string DecoderFile(string precision) => precision == GraphPrecision.Fp32 ? DecoderFileName : $"decoder.{precision}.onnx";

    /// <summary>Reads and checks a folder's manifest; the files that it names are not opened.</summary>
    /// <exception cref="ModelFormatException">
    /// The manifest is missing, malformed, of another version, names a file outside the folder, or is itself no regular file inside the folder.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public static ModelManifest Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        using var stream = RegularFile.OpenInside(folder, FileName) ?? throw new ModelFormatException($"'{folder}' is not a model folder: it has no {FileName}");
        if (stream.Length > MaxManifestBytes) throw new ModelFormatException($"{path}: expected at most {MaxManifestBytes} bytes, got {stream.Length}");
        try
        {
            return FromJson(RegularFile.ReadAll(stream));
        }
        catch (ModelFormatException e)
        {
            throw new ModelFormatException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads and checks a manifest.</summary>
    /// <exception cref="ModelFormatException">It is malformed, of another version, or names a file outside the folder.</exception>
    public static ModelManifest FromJson(ReadOnlySpan<byte> json)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize(json, ModelJson.Default.ModelManifest) ?? throw new ModelFormatException("the manifest is null");
            manifest.Validate();
            return manifest;
        }
        catch (JsonException e)
        {
            throw new ModelFormatException($"the manifest is not valid: {e.Message}", e);
        }
        catch (ArgumentException e)
        {
            throw new ModelFormatException($"the manifest is not valid: {e.Message}", e);
        }
    }

    /// <summary>The manifest as indented JSON, which <see cref="FromJson"/> reads.</summary>
    /// <exception cref="ModelFormatException">The manifest is not valid.</exception>
    public string ToJson()
    {
        Validate();
        return JsonSerializer.Serialize(this, ModelJson.Default.ModelManifest) + "\n";
    }

    /// <summary>Reads one of the folder's files and checks its length and hash.</summary>
    /// <exception cref="ModelFormatException">The manifest does not name it, it is missing, no regular file inside the folder, or not the file that was hashed.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public byte[] ReadFile(string folder, string name)
    {
        using var stream = OpenFile(folder, name);
        var expected = Files[name];
        var content = RegularFile.ReadAll(stream);
        var hash = Convert.ToHexStringLower(Sha256.HashData(content));
        if (hash != expected.Sha256) throw new ModelFormatException($"{stream.Name}: expected SHA-256 {expected.Sha256}, got {hash}: it is not the file that was exported; copy the model folder again");
        return content;
    }

    /// <summary>Opens one of the folder's files for reading, and checks its length; its hash is the caller's to check.</summary>
    /// <exception cref="ModelFormatException">The manifest does not name it, it is missing, no regular file inside the folder, or of another length.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public FileStream OpenFile(string folder, string name)
    {
        if (!Files.TryGetValue(name, out var expected)) throw new ModelFormatException($"{Path.Combine(folder, FileName)} does not name {name}");
        var path = Path.Combine(folder, name);
        var stream = RegularFile.OpenInside(folder, name) ?? throw new ModelFormatException($"{path} is missing");
        var length = stream.Length;
        if (length == expected.Bytes) return stream;
        stream.Dispose();
        throw new ModelFormatException($"{path}: expected {expected.Bytes} bytes, got {length}: it is not the file that was exported; copy the model folder again");
    }

    private void Validate()
    {
        if (Format != CurrentFormat) throw new ModelFormatException($"expected manifest format {CurrentFormat}, got {Format}: export the model again with this release");
        if (Name is null || Id is null || Producer is null || Spec is null || Planes is null || Files is null || Verification is null)
            throw new ModelFormatException("a required field is null");
        _ = ModelId.Parse(Id);
        CheckLabel("name", Name);
        CheckLabel("producer", Producer);
        Spec.Validate();
        if (!Planes.SequenceEqual(Spec.Planes))
            throw new ModelFormatException($"planes: expected {Text(Spec.Planes)}, as the spec says, got {Text(Planes)}");
        if (RatePoints is < 1 or > MaxRatePoints) throw new ModelFormatException($"rate points: expected 1 to {MaxRatePoints}, got {RatePoints}");
        Quality?.Validate(this);
        foreach (var (name, file) in Files)
        {
            if (name.Length == 0 || name is "." or ".." || name.AsSpan().ContainsAny("/\\:\0"))
                throw new ModelFormatException($"'{name}' is not a file name inside the model folder");
            if (file is not { Sha256.Length: 64 } || file.Bytes is < 0 or > MaxFileBytes)
                throw new ModelFormatException($"{name}: expected a length up to {MaxFileBytes} and a SHA-256");
        }

        foreach (var (precision, variant) in Variants ?? new Dictionary<string, ManifestVariant>())
            (variant ?? throw new ModelFormatException($"variant {precision} is null")).Validate(precision, this);

        // JSON has no infinity, but it has numbers that are too large for a double and become one.
        var figures = (Provenance?.Metrics?.Values ?? []).Append(Verification.IndexAgreement ?? 0).Append(Verification.Epsilon ?? 0);
        if (!figures.All(double.IsFinite)) throw new ModelFormatException("a figure of verification or provenance is too large for a number");
    }

    private static string Text(IReadOnlyList<LatentPlane> planes) =>
        "[" + string.Join("; ", planes.Take(4).Select(p => p is null ? "null" : $"stride {p.Stride}, {p.Stages} stages, {p.Codes} codes")) + "]";

    /// <summary>Texts that tools print: one short line, nothing that a terminal would act on.</summary>
    private static void CheckLabel(string field, string text)
    {
        if (text.Length is 0 or > MaxLabelLength || text.Any(char.IsControl))
            throw new ModelFormatException($"{field}: expected 1 to {MaxLabelLength} printable characters");
    }
}
