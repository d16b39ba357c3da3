using System.Buffers.Binary;
using System.Numerics;

namespace VqVae.Runtime;

/// <summary>CRC-32C (Castagnoli), as iSCSI defines it in RFC 3720: reflected, initial value and final XOR 0xFFFFFFFF.</summary>
internal static class Crc32C
{
    /// <summary>What <see cref="Append"/> starts from.</summary>
    public const uint Start = uint.MaxValue;

    public static uint Compute(ReadOnlySpan<byte> bytes) => ~Append(Start, bytes);

    /// <summary>Goes on with a checksum that is not complemented yet.</summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return crc;
    }
}
