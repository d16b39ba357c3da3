using NetVips;

namespace VqVae.Codec.Cli.Images;

/// <summary>A picture file's bytes: on disk, where they are read as they are needed, or in memory.</summary>
internal sealed class PictureContent
{
    /// <summary>As many bytes as tell the formats apart.</summary>
    private const int HeadSize = 16;

    private readonly string? _path;
    private readonly byte[]? _bytes;

    private PictureContent(string name, long length, byte[] head, string? path, byte[]? bytes)
    {
        Name = name;
        Length = length;
        Head = head;
        _path = path;
        _bytes = bytes;
    }

    /// <summary>What messages call the picture.</summary>
    public string Name { get; }

    /// <summary>Bytes.</summary>
    public long Length { get; }

    /// <summary>The first bytes.</summary>
    public byte[] Head { get; }

    /// <summary>A regular file, which must stay as it is while it is read.</summary>
    /// <exception cref="IOException">It is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be read.</exception>
    public static PictureContent OfFile(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
        var head = new byte[HeadSize];
        var read = file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
        return new PictureContent(path, file.Length, head[..read], path, null);
    }

    /// <summary>Bytes in memory.</summary>
    public static PictureContent OfBytes(byte[] bytes, string name)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        return new PictureContent(name, bytes.Length, bytes[..Math.Min(bytes.Length, HeadSize)], null, bytes);
    }

    /// <summary>Opens the bytes for libvips, as often as it is asked to.</summary>
    public Source Open() => _path is null ? Source.NewFromMemory(_bytes!) : Source.NewFromFile(_path);
}
