using System.Buffers.Binary;
using VqVae.Hashing;
using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>
/// <c>tables.bin</c> as it lies on the disk. It is read once from end to end, for its hash, without being kept: a call needs the tables of one mode and rate point,
/// and all of a model's are megabytes. Parts are read again when they are needed, and compared with their checksums of the first time. Thread-safe.
/// </summary>
internal sealed class TablesFile : IDisposable
{
    private const int ChunkBytes = 1 << 16;

    private readonly FileStream _stream;
    private readonly List<Part> _parts = [];

    private TablesFile(FileStream stream) => _stream = stream;

    /// <summary>The bytes before the first part.</summary>
    public byte[] Header { get; private set; } = [];

    /// <summary>Opens a file and checks its hash.</summary>
    /// <param name="stream">The file, which stays open until this is disposed.</param>
    /// <param name="expected">What the manifest says of it.</param>
    /// <param name="headerBytes">Bytes before the first part.</param>
    /// <param name="parts">Parts that it must have: a length of 32 bits and so many bytes each.</param>
    /// <returns>The file, or <c>null</c> where it is the right one and does not consist of so many parts.</returns>
    /// <exception cref="ModelFormatException">It is another file.</exception>
    public static TablesFile? Open(FileStream stream, ManifestFile expected, int headerBytes, int parts)
    {
        var file = new TablesFile(stream);
        var hash = file.Scan(headerBytes, out var isWhole);
        if (hash != expected.Sha256) throw new ModelFormatException($"{stream.Name}: expected SHA-256 {expected.Sha256}, got {hash}: it is not the file that was exported; copy the model folder again");
        return isWhole && file._parts.Count == parts ? file : null;
    }

    /// <summary>Length of a part.</summary>
    public int Length(int part) => _parts[part].Length;

    /// <summary>Offset of a part in the file.</summary>
    public int Start(int part) => (int)_parts[part].Start;

    /// <summary>Reads a part.</summary>
    /// <exception cref="ModelFormatException">It is not what it was when the file was opened.</exception>
    public byte[] Read(int part)
    {
        var (start, length, crc) = _parts[part];
        var bytes = new byte[length];
        return RandomAccess.Read(_stream.SafeFileHandle, bytes, start) == length && Crc32C.Compute(bytes) == crc
            ? bytes
            : throw new ModelFormatException($"{_stream.Name} has changed since it was opened");
    }

    public void Dispose() => _stream.Dispose();

    /// <summary>Reads everything in order, and notes where parts are.</summary>
    /// <returns>The file's SHA-256.</returns>
    private string Scan(int headerBytes, out bool isWhole)
    {
        using var hash = new Sha256();
        var chunk = new byte[ChunkBytes];
        var (position, lengthBytes) = (0L, 0);
        Header = chunk[..Take(hash, chunk, headerBytes, ref position)];
        while ((lengthBytes = Take(hash, chunk, sizeof(uint), ref position)) == sizeof(uint))
        {
            var (start, left) = (position, (long)BinaryPrimitives.ReadUInt32LittleEndian(chunk));
            var crc = Crc32C.Start;
            for (int read; left > 0 && (read = Take(hash, chunk, (int)Math.Min(left, ChunkBytes), ref position)) > 0; left -= read) crc = Crc32C.Append(crc, chunk.AsSpan(0, read));
            if (left > 0) break;
            _parts.Add(new Part(start, (int)(position - start), ~crc));
        }

        isWhole = lengthBytes == 0;
        return Convert.ToHexStringLower(hash.Finish());
    }

    private int Take(Sha256 hash, byte[] chunk, int count, ref long position)
    {
        var read = RandomAccess.Read(_stream.SafeFileHandle, chunk.AsSpan(0, count), position);
        hash.AppendData(chunk.AsSpan(0, read));
        position += read;
        return read;
    }

    private readonly record struct Part(long Start, int Length, uint Crc);
}
