using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace VqVae.Models;

/// <summary>A tensor of a <see cref="SafetensorsFile"/>.</summary>
/// <param name="Type">Element type.</param>
/// <param name="Shape">Dimensions, outermost first; empty for a scalar.</param>
/// <param name="Data">The elements, little-endian and row-major, inside the file's buffer.</param>
public sealed record SafetensorsTensor(TensorType Type, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Data)
{
    /// <summary>The elements.</summary>
    /// <exception cref="ModelFormatException">The tensor holds another type.</exception>
    public ReadOnlySpan<T> Values<T>()
        where T : unmanaged
    {
        if (TensorTypes.Of<T>() != Type) throw new ModelFormatException($"expected a tensor of type {TensorTypes.Of<T>().Name()}, got {Type.Name()}");
        return MemoryMarshal.Cast<byte, T>(Data.Span);
    }
}

/// <summary>
/// Reads the safetensors format: an 8-byte header length, a JSON header, then the tensors' bytes without gaps or overlaps.
/// Everything is checked before anything is used: see <c>docs/models.md</c>.
/// </summary>
public sealed class SafetensorsFile
{
    /// <summary>Largest header that is read; the reference implementation has the same limit.</summary>
    public const int MaxHeaderBytes = 100_000_000;

    /// <summary>Largest file that is read into memory.</summary>
    public const long MaxFileBytes = 2_000_000_000;

    private const int MaxDimensions = 16;

    private SafetensorsFile(IReadOnlyDictionary<string, SafetensorsTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        Tensors = tensors;
        Metadata = metadata;
    }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors { get; }

    /// <summary>The strings under <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="ModelFormatException">The file is malformed; the message names it and says what is wrong.</exception>
    public static SafetensorsFile Load(string path)
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (stream.Length > MaxFileBytes) throw new ModelFormatException($"expected at most {MaxFileBytes} bytes, got {stream.Length}");

            // The header's length is checked before a buffer of the file's size is made.
            Span<byte> prefix = stackalloc byte[8];
            if (stream.Length < prefix.Length) throw new ModelFormatException($"expected at least 8 bytes, got {stream.Length}");
            stream.ReadExactly(prefix);
            _ = HeaderLength(prefix, stream.Length);

            var content = new byte[stream.Length];
            prefix.CopyTo(content);
            stream.ReadExactly(content.AsSpan(prefix.Length));
            return Parse(content);
        }
        catch (ModelFormatException e)
        {
            throw new ModelFormatException($"{path}: {e.Message}", e);
        }
    }

    /// <summary>Reads a file's content; the tensors point into <paramref name="content"/>.</summary>
    /// <exception cref="ModelFormatException">The content is malformed.</exception>
    public static SafetensorsFile Parse(ReadOnlyMemory<byte> content)
    {
        var headerLength = HeaderLength(content.Span, content.Length);
        var data = content[(8 + headerLength)..];
        try
        {
            using var header = JsonDocument.Parse(content.Slice(8, headerLength), new JsonDocumentOptions { MaxDepth = 8 });
            return Parse(header.RootElement, data);
        }
        catch (JsonException e)
        {
            throw new ModelFormatException($"the safetensors header is not valid JSON: {e.Message}", e);
        }
    }

    /// <summary>The tensor of that name.</summary>
    /// <exception cref="ModelFormatException">There is none.</exception>
    public SafetensorsTensor this[string name] =>
        Tensors.TryGetValue(name, out var tensor) ? tensor : throw new ModelFormatException($"tensor '{name}' is missing");

    /// <summary>The metadata string of that key.</summary>
    /// <exception cref="ModelFormatException">There is none.</exception>
    public string GetMetadata(string key) =>
        Metadata.TryGetValue(key, out var value) ? value : throw new ModelFormatException($"metadata '{key}' is missing");

    private static int HeaderLength(ReadOnlySpan<byte> content, long fileLength)
    {
        if (content.Length < 8) throw new ModelFormatException($"expected at least 8 bytes, got {content.Length}");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(content);
        if (length > MaxHeaderBytes || (long)length > fileLength - 8)
            throw new ModelFormatException($"the safetensors header claims {length} bytes; expected at most {Math.Min(MaxHeaderBytes, fileLength - 8)}");
        return (int)length;
    }

    private static SafetensorsFile Parse(JsonElement root, ReadOnlyMemory<byte> data)
    {
        if (root.ValueKind != JsonValueKind.Object) throw new ModelFormatException("the safetensors header is not a JSON object");
        var tensors = new Dictionary<string, SafetensorsTensor>(StringComparer.Ordinal);
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var extents = new List<(long Begin, long End, string Name)>();
        foreach (var property in root.EnumerateObject())
        {
            if (property.Name == "__metadata__")
            {
                if (property.Value.ValueKind != JsonValueKind.Object) throw new ModelFormatException("__metadata__ is not a JSON object");
                foreach (var entry in property.Value.EnumerateObject())
                {
                    metadata[entry.Name] = entry.Value.ValueKind == JsonValueKind.String
                        ? entry.Value.GetString()!
                        : throw new ModelFormatException($"metadata '{entry.Name}' is not a string");
                }

                continue;
            }

            var (tensor, begin, end) = ParseTensor(property.Name, property.Value, data);
            if (!tensors.TryAdd(property.Name, tensor)) throw new ModelFormatException($"tensor '{property.Name}' appears twice");
            extents.Add((begin, end, property.Name));
        }

        CheckCoverage(extents, data.Length);
        return new SafetensorsFile(tensors, metadata);
    }

    private static (SafetensorsTensor Tensor, long Begin, long End) ParseTensor(string name, JsonElement entry, ReadOnlyMemory<byte> data)
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
        if (begin > end || end > data.Length)
            throw new ModelFormatException($"tensor '{name}': bytes {begin} to {end} are outside the file's {data.Length} bytes of data");
        var expected = Size(name, shape, type.Value);
        if (end - begin != expected)
            throw new ModelFormatException($"tensor '{name}': shape [{string.Join(", ", shape)}] takes {expected} bytes, got {end - begin}");
        return (new SafetensorsTensor(type.Value, shape, data.Slice((int)begin, (int)expected)), begin, end);
    }

    private static long Size(string name, long[] shape, TensorType type)
    {
        long size = type.ElementSize();
        foreach (var dimension in shape)
        {
            if (dimension != 0 && size > MaxFileBytes / dimension) throw new ModelFormatException($"tensor '{name}': shape [{string.Join(", ", shape)}] is too large");
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
    private static void CheckCoverage(List<(long Begin, long End, string Name)> extents, long length)
    {
        long position = 0;
        foreach (var (begin, end, name) in extents.OrderBy(e => e.Begin).ThenBy(e => e.End))
        {
            if (begin != position)
                throw new ModelFormatException($"tensor '{name}' begins at byte {begin}; expected {position} (tensors may neither overlap nor leave gaps)");
            position = end;
        }

        if (position != length) throw new ModelFormatException($"the tensors end at byte {position} of {length}");
    }
}
