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

    private readonly SortedDictionary<string, Entry> _tensors = new(StringComparer.Ordinal);

    /// <summary>Strings for <c>__metadata__</c>.</summary>
    public IDictionary<string, string> Metadata { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Adds a tensor; its elements are copied.</summary>
    /// <exception cref="ArgumentException">The name is taken or reserved, or the shape does not fit the number of elements.</exception>
    public void Add<T>(string name, ReadOnlySpan<T> values, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        var type = TensorTypes.Of<T>();
        var elements = Elements(shape);
        if (elements != values.Length) throw new ArgumentException($"tensor '{name}': the shape has {elements} elements, got {values.Length}");
        ReadOnlyMemory<byte> data = MemoryMarshal.AsBytes(values).ToArray();
        Add(name, new Entry(type, shape.ToArray(), data.Length, [data]));
    }

    /// <summary>Adds a tensor whose elements are asked for when the file is written, so that they need not fit into memory.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">Its element type.</param>
    /// <param name="parts">
    /// The elements' bytes, little-endian and row-major, in parts of any length; walked through each time the file is written, a part being done
    /// with when the next one is asked for.
    /// </param>
    /// <param name="shape">Its dimensions, outermost first.</param>
    /// <exception cref="ArgumentException">The name is taken or reserved.</exception>
    public void Add(string name, TensorType type, IEnumerable<ReadOnlyMemory<byte>> parts, params ReadOnlySpan<long> shape)
    {
        ArgumentNullException.ThrowIfNull(parts);
        Add(name, new Entry(type, shape.ToArray(), checked(Elements(shape) * type.ElementSize()), parts));
    }

    /// <summary>Bytes of the file.</summary>
    public long Length => sizeof(ulong) + Padded(Header().Length) + _tensors.Values.Sum(t => t.Bytes);

    /// <summary>Writes the file atomically (<see cref="AtomicFile"/>).</summary>
    public void Save(string path) => AtomicFile.Write(path, WriteTo);

    /// <summary>Writes the file's content.</summary>
    /// <exception cref="InvalidOperationException">The parts of a tensor are not as long as its shape says.</exception>
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
        foreach (var (name, tensor) in Ordered()) Write(stream, name, tensor);
    }

    private static void Write(Stream stream, string name, Entry tensor)
    {
        long written = 0;
        foreach (var part in tensor.Parts)
        {
            written += part.Length;
            if (written <= tensor.Bytes) stream.Write(part.Span);
        }

        if (written != tensor.Bytes) throw new InvalidOperationException($"tensor '{name}': expected {tensor.Bytes} bytes, got {written}");
    }

    private static long Elements(ReadOnlySpan<long> shape)
    {
        long elements = 1;
        foreach (var dimension in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(shape));
            elements = checked(elements * dimension);
        }

        return elements;
    }

    private void Add(string name, Entry entry)
    {
        if (name == MetadataKey) throw new ArgumentException($"a tensor cannot be called '{name}'");
        if (!_tensors.TryAdd(name, entry)) throw new ArgumentException($"tensor '{name}' was added twice");
    }

    /// <summary>Padded with spaces so that the data begins at a multiple of 8 bytes, as the reference implementation does.</summary>
    private static int Padded(int headerLength) => (headerLength + 7) / 8 * 8;

    /// <summary>Widest elements first, so that every tensor is aligned to its element size.</summary>
    private IEnumerable<KeyValuePair<string, Entry>> Ordered() => _tensors.OrderByDescending(t => t.Value.Type.ElementSize());

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
        foreach (var (name, (type, shape, bytes, _)) in Ordered())
        {
            json.WriteStartObject(name);
            json.WriteString("dtype", type.Name());
            json.WriteStartArray("shape");
            foreach (var dimension in shape) json.WriteNumberValue(dimension);
            json.WriteEndArray();
            json.WriteStartArray("data_offsets");
            json.WriteNumberValue(offset);
            json.WriteNumberValue(offset += bytes);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }

    private sealed record Entry(TensorType Type, long[] Shape, long Bytes, IEnumerable<ReadOnlyMemory<byte>> Parts);
}
