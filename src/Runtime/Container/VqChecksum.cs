using System.Buffers.Binary;

namespace VqVae.Runtime;

/// <summary>The CRC-32C at the end of a file.</summary>
internal static class VqChecksum
{
    /// <summary>The checksum that a file states and the one that its content has; the file has at least 4 bytes.</summary>
    public static (uint Stated, uint Computed) Of(ReadOnlySpan<byte> file) =>
        (BinaryPrimitives.ReadUInt32LittleEndian(file[^sizeof(uint)..]), Crc32C.Compute(file[..^sizeof(uint)]));

    public static bool IsRight(ReadOnlySpan<byte> file) => file.Length >= sizeof(uint) && Of(file) is var (stated, computed) && stated == computed;
}
