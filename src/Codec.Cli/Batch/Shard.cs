using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using VqVae.CommandLine;
using VqVae.Hashing;

namespace VqVae.Codec.Cli.Batch;

/// <summary>One of n parts that a folder's files are divided into, so that n machines share them without talking to each other.</summary>
/// <remarks>
/// A file belongs to part <c>h mod n</c>, where h is the first 8 bytes, little-endian, of the SHA-256 of its path below the folder in UTF-8
/// with <c>/</c> between the names. So it depends on the path alone: neither on the machine nor on which other files are there.
/// </remarks>
/// <param name="Index">0 to <paramref name="Count"/> − 1.</param>
/// <param name="Count">Parts, at least 1.</param>
internal readonly record struct Shard(int Index, int Count)
{
    /// <summary>Everything.</summary>
    public static Shard All { get; } = new(0, 1);

    /// <summary>Parses <c>i/n</c>.</summary>
    public static bool TryParse(string? text, out Shard shard)
    {
        shard = All;
        if (text?.Split('/') is not [var first, var second]
            || !int.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var index)
            || !int.TryParse(second, NumberStyles.None, CultureInfo.InvariantCulture, out var count)
            || index >= count) return false;
        shard = new Shard(index, count);
        return true;
    }

    /// <summary>Parses the value of an option <c>--shard</c>, or gives <see cref="All"/> for none.</summary>
    /// <exception cref="UsageException">The text is no shard.</exception>
    public static Shard ParseOption(string? text)
    {
        if (text is null) return All;
        return TryParse(text, out var shard) ? shard : throw new UsageException($"--shard: expected i/n with i from 0 to n-1, such as 0/4, got '{text}'");
    }

    /// <summary>Whether a file belongs to this part.</summary>
    /// <param name="relativePath">Its path below the folder, with <c>/</c> between the names.</param>
    public bool Contains(string relativePath) => Count == 1 || Hash(relativePath) % (ulong)Count == (ulong)Index;

    private static ulong Hash(string relativePath) => BinaryPrimitives.ReadUInt64LittleEndian(Sha256.HashData(Encoding.UTF8.GetBytes(relativePath)));
}
