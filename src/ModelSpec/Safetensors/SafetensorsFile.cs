using System.Buffers.Binary;

namespace VqVae.Models;

/// <summary>
/// Reads the safetensors format: an 8-byte header length, a JSON header, then the tensors' bytes without gaps or overlaps.
/// Everything is checked before anything is used, and lengths before memory is taken: see <c>docs/models.md</c>.
/// </summary>
public sealed class SafetensorsFile
{
    /// <summary>
    /// Largest header that is read: room for tens of thousands of tensors. The reference implementation allows 100 MB, but a parsed header
    /// takes several times its length.
    /// </summary>
    public const int MaxHeaderBytes = 8_000_000;

    /// <summary>Largest file that is read into memory.</summary>
    public const long MaxFileBytes = 2_000_000_000;

    private const int PrefixBytes = 8;

    private SafetensorsFile(SafetensorsHeader header, ReadOnlyMemory<byte> data)
    {
        var tensors = new Dictionary<string, SafetensorsTensor>(StringComparer.Ordinal);
        foreach (var entry in header.Entries)
            tensors.Add(entry.Name, new SafetensorsTensor(entry.Type, entry.Shape, data.Slice((int)entry.Begin, (int)(entry.End - entry.Begin))));
        Tensors = tensors;
        Metadata = header.Metadata;
    }

    /// <summary>The tensors by name.</summary>
    public IReadOnlyDictionary<string, SafetensorsTensor> Tensors { get; }

    /// <summary>The strings under <c>__metadata__</c>.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Reads a file; links to one are followed.</summary>
    /// <exception cref="ModelFormatException">The file is malformed or no regular file; the message names it and says what is wrong.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static SafetensorsFile Load(string path)
    {
        try
        {
            using var stream = RegularFile.Open(path);
            if (stream.Length > MaxFileBytes) throw new ModelFormatException($"expected at most {MaxFileBytes} bytes, got {stream.Length}");
            var prefix = new byte[Math.Min(PrefixBytes, stream.Length)];
            stream.ReadExactly(prefix);

            // The header must account for the whole file before a buffer of the file's size is made.
            var header = new byte[HeaderLength(prefix, stream.Length)];
            stream.ReadExactly(header);
            var layout = SafetensorsHeader.Parse(header, stream.Length - stream.Position);
            return new SafetensorsFile(layout, RegularFile.ReadAll(stream));
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
        var header = content.Slice(PrefixBytes, HeaderLength(content.Span, content.Length));
        var data = content[(PrefixBytes + header.Length)..];
        return new SafetensorsFile(SafetensorsHeader.Parse(header, data.Length), data);
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
        if (content.Length < PrefixBytes) throw new ModelFormatException($"expected at least {PrefixBytes} bytes, got {content.Length}");
        var length = BinaryPrimitives.ReadUInt64LittleEndian(content);
        var most = (ulong)Math.Min(MaxHeaderBytes, fileLength - PrefixBytes);
        return length <= most ? (int)length : throw new ModelFormatException($"the safetensors header claims {length} bytes; expected at most {most}");
    }
}
