using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace VqVae.Models;

/// <summary>Collects tensors and writes them as a safetensors file: the same input gives the same bytes.</summary>
public sealed class SafetensorsWriter
{
    /// <summary>The header's key that is not a tensor.</summary>
    internal const string MetadataKey = "__metadata__";

    private readonly SortedDictionary<string, (TensorType Type, long[] Shape, ReadOnlyMemory<byte> Data)> _tensors = new(StringComparer.Ordinal);

    /// <summary>Strings for <c>__metadata__</c>.</summary>
    public IDictionary<string, string> Metadata { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Adds a tensor; its elements are copied.</summary>
    /// <exception cref="ArgumentException">The name is taken or reserved, or the shape does not fit the number of elements.</exception>
    public void Add<T>(string name, ReadOnlySpan<T> values, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        if (name == MetadataKey) throw new ArgumentException($"a tensor cannot be called '{name}'");
        long expected = 1;
        foreach (var dimension in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(shape));
            expected = checked(expected * dimension);
        }

        if (expected != values.Length) throw new ArgumentException($"tensor '{name}': the shape has {expected} elements, got {values.Length}");
        if (!_tensors.TryAdd(name, (TensorTypes.Of<T>(), shape.ToArray(), MemoryMarshal.AsBytes(values).ToArray())))
            throw new ArgumentException($"tensor '{name}' was added twice");
    }

    /// <summary>Bytes of the file.</summary>
    public long Length => sizeof(ulong) + Padded(Header().Length) + _tensors.Values.Sum(t => (long)t.Data.Length);

    /// <summary>Writes the file atomically (<see cref="AtomicFile"/>).</summary>
    public void Save(string path) => AtomicFile.Write(path, WriteTo);

    /// <summary>Writes the file's content.</summary>
    public void WriteTo(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var header = Header();

        var padded = Padded(header.Length);
        Span<byte> length = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)padded);
        stream.Write(length);
        stream.Write(header);
        for (var i = header.Length; i < padded; i++) stream.WriteByte((byte)' ');
        foreach (var (_, tensor) in Ordered()) stream.Write(tensor.Data.Span);
    }

    /// <summary>Padded with spaces so that the data begins at a multiple of 8 bytes, as the reference implementation does.</summary>
    private static int Padded(int headerLength) => (headerLength + 7) / 8 * 8;

    /// <summary>Widest elements first, so that every tensor is aligned to its element size.</summary>
    private IEnumerable<KeyValuePair<string, (TensorType Type, long[] Shape, ReadOnlyMemory<byte> Data)>> Ordered() =>
        _tensors.OrderByDescending(t => t.Value.Type.ElementSize());

    private ReadOnlySpan<byte> Header()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        json.WriteStartObject();
        if (Metadata.Count > 0)
        {
            json.WriteStartObject(MetadataKey);
            foreach (var (key, value) in Metadata) json.WriteString(key, value);
            json.WriteEndObject();
        }

        long offset = 0;
        foreach (var (name, (type, shape, data)) in Ordered())
        {
            json.WriteStartObject(name);
            json.WriteString("dtype", type.Name());
            json.WriteStartArray("shape");
            foreach (var dimension in shape) json.WriteNumberValue(dimension);
            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(offset);
            json.WriteNumberValue(offset += data.Length);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }
}
