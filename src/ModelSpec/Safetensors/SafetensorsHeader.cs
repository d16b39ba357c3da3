using System.Text.Json;

namespace VqVae.Models;

/// <summary>A tensor of a safetensors header, at bytes <paramref name="Begin"/> to <paramref name="End"/> of the data after it.</summary>
internal sealed record SafetensorsEntry(string Name, TensorType Type, long[] Shape, long Begin, long End);

/// <summary>A safetensors file's JSON header, checked against the length of the data that follows it.</summary>
internal sealed class SafetensorsHeader
{
    private const int MaxDimensions = 16;

    /// <summary>A header, a tensor, a list: what the format needs, and nothing that nests deeper.</summary>
    private const int MaxDepth = 3;

    private SafetensorsHeader(IReadOnlyList<SafetensorsEntry> entries, IReadOnlyDictionary<string, string> metadata)
    {
        Entries = entries;
        Metadata = metadata;
    }

    /// <summary>The tensors, in the order of the header; they cover the data exactly.</summary>
    public IReadOnlyList<SafetensorsEntry> Entries { get; }

    /// <summary>The strings under <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads and checks a header.</summary>
    /// <exception cref="ModelFormatException">It is malformed or does not fit <paramref name="dataLength"/> bytes of data.</exception>
    public static SafetensorsHeader Parse(ReadOnlyMemory<byte> json, long dataLength)
    {
        try
        {
            var options = new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false };
            using var document = JsonDocument.Parse(json, options);
            return Parse(document.RootElement, dataLength);
        }
        catch (JsonException e)
        {
            throw new ModelFormatException($"the safetensors header is not valid JSON: {e.Message}", e);
        }
        catch (InvalidOperationException e)
        {
            // JsonElement decodes strings late, and this is how it says that the bytes are not UTF-8.
            throw new ModelFormatException($"the safetensors header is not valid JSON: {e.Message}", e);
        }
    }

    private static SafetensorsHeader Parse(JsonElement root, long dataLength)
    {
        if (root.ValueKind != JsonValueKind.Object) throw new ModelFormatException("the safetensors header is not a JSON object");
        var entries = new List<SafetensorsEntry>();
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject())
        {
            if (property.Name == SafetensorsWriter.MetadataKey) ReadMetadata(property.Value, metadata);
            else entries.Add(ParseTensor(property.Name, property.Value, dataLength));
        }

        CheckCoverage(entries, dataLength);
        return new SafetensorsHeader(entries, metadata);
    }

    private static void ReadMetadata(JsonElement value, Dictionary<string, string> metadata)
    {
        if (value.ValueKind != JsonValueKind.Object) throw new ModelFormatException("__metadata__ is not a JSON object");
        foreach (var entry in value.EnumerateObject())
        {
            metadata[entry.Name] = entry.Value.ValueKind == JsonValueKind.String
                ? entry.Value.GetString()!
                : throw new ModelFormatException($"metadata '{entry.Name}' is not a string");
        }
    }

    private static SafetensorsEntry ParseTensor(string name, JsonElement entry, long dataLength)
    {
        if (entry.ValueKind != JsonValueKind.Object) throw new ModelFormatException($"tensor '{name}' is not a JSON object");
        TensorType? type = null;
        long[]? shape = null, offsets = null;
        foreach (var field in entry.EnumerateObject())
        {
            switch (field.Name)
            {
                case "dtype":
                    var text = field.Value.ValueKind == JsonValueKind.String ? field.Value.GetString()! : "";
                    type = TensorTypes.Parse(text) ?? throw new ModelFormatException($"tensor '{name}': type '{text}' is not supported");
                    break;
                case "shape":
                    shape = Integers(name, field.Value, MaxDimensions);
                    break;
                case "data_offsets":
                    offsets = Integers(name, field.Value, 2);
                    break;
                default:
                    throw new ModelFormatException($"tensor '{name}': unknown field '{field.Name}'");
            }
        }

        if (type is null || shape is null || offsets is not { Length: 2 })
            throw new ModelFormatException($"tensor '{name}': expected dtype, shape and two data_offsets");

        var (begin, end) = (offsets[0], offsets[1]);
        if (begin > end || end > dataLength)
            throw new ModelFormatException($"tensor '{name}': bytes {begin} to {end} are outside the file's {dataLength} bytes of data");
        var expected = Size(name, shape, type.Value);
        if (end - begin != expected)
            throw new ModelFormatException($"tensor '{name}': shape [{string.Join(", ", shape)}] takes {expected} bytes, got {end - begin}");
        return new SafetensorsEntry(name, type.Value, shape, begin, end);
    }

    private static long Size(string name, long[] shape, TensorType type)
    {
        long size = type.ElementSize();
        foreach (var dimension in shape)
        {
            if (dimension != 0 && size > SafetensorsFile.MaxFileBytes / dimension)
                throw new ModelFormatException($"tensor '{name}': shape [{string.Join(", ", shape)}] is too large");
            size *= dimension;
        }

        return size;
    }

    private static long[] Integers(string name, JsonElement value, int most)
    {
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > most)
            throw new ModelFormatException($"tensor '{name}': expected a list of at most {most} integers");
        var numbers = new long[value.GetArrayLength()];
        var i = 0;
        foreach (var element in value.EnumerateArray())
        {
            if (element.ValueKind != JsonValueKind.Number || !element.TryGetInt64(out numbers[i]) || numbers[i] < 0)
                throw new ModelFormatException($"tensor '{name}': expected integers of 0 or more");
            i++;
        }

        return numbers;
    }

    /// <summary>The tensors must cover the data exactly: no hole to hide bytes in, no overlap.</summary>
    private static void CheckCoverage(List<SafetensorsEntry> entries, long length)
    {
        long position = 0;
        foreach (var entry in entries.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (entry.Begin != position)
                throw new ModelFormatException($"tensor '{entry.Name}' begins at byte {entry.Begin}; expected {position} (tensors may neither overlap nor leave gaps)");
            position = entry.End;
        }

        if (position != length) throw new ModelFormatException($"the tensors end at byte {position} of {length}");
    }
}
