using System.Buffers.Binary;
using System.Numerics;

namespace VqVae.Runtime;

/// <summary>CRC-32C (Castagnoli), as iSCSI defines it in RFC 3720: reflected, initial value and final XOR 0xFFFFFFFF.</summary>
internal static class Crc32C
{
    public static uint Compute(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return ~crc;
    }
}
