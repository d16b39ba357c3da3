namespace VqVae.Runtime;

/// <summary>
/// Fixed-length coding of indices: <c>bits</c> bits each, the lowest bit of an index first and into the lowest free bit of a byte; unused
/// high bits of the last byte are zero.
/// </summary>
internal static class BitPacking
{
    /// <summary>Largest number of bits an index.</summary>
    public const int MaxBits = 16;

    /// <summary>Bytes that the indices take.</summary>
    public static long Size(long count, int bits) => ((count * bits) + 7) / 8;

    /// <summary>Packs indices.</summary>
    /// <param name="indices">The indices, each in [0, <paramref name="codes"/>).</param>
    /// <param name="bits">Bits an index, 1 to <see cref="MaxBits"/>.</param>
    /// <param name="codes">The codebook's size.</param>
    /// <param name="packed"><see cref="Size"/> bytes.</param>
    /// <returns>The position of the first index that is out of range, −1 where there is none.</returns>
    public static int Pack(ReadOnlySpan<ushort> indices, int bits, int codes, Span<byte> packed)
    {
        ulong pending = 0;
        var count = 0;
        var at = 0;
        for (var i = 0; i < indices.Length; i++)
        {
            uint index = indices[i];
            if (index >= (uint)codes) return i;
            pending |= (ulong)index << count;
            count += bits;
            while (count >= 8)
            {
                packed[at++] = (byte)pending;
                pending >>= 8;
                count -= 8;
            }
        }

        if (count > 0) packed[at] = (byte)pending;
        return -1;
    }

    /// <summary>Unpacks <c>indices.Length</c> indices.</summary>
    /// <param name="packed"><see cref="Size"/> bytes.</param>
    /// <param name="bits">Bits an index, 1 to <see cref="MaxBits"/>.</param>
    /// <param name="codes">The codebook's size.</param>
    /// <param name="indices">Where they go.</param>
    /// <returns>
    /// The position of the first index that is not below <paramref name="codes"/>; the number of indices where bits are left over that are
    /// not 0; otherwise −1.
    /// </returns>
    public static int Unpack(ReadOnlySpan<byte> packed, int bits, int codes, Span<ushort> indices)
    {
        var mask = (1u << bits) - 1;
        ulong pending = 0;
        var count = 0;
        var at = 0;
        for (var i = 0; i < indices.Length; i++)
        {
            while (count < bits)
            {
                pending |= (ulong)packed[at++] << count;
                count += 8;
            }

            var index = (uint)pending & mask;
            if (index >= (uint)codes) return i;
            indices[i] = (ushort)index;
            pending >>= bits;
            count -= bits;
        }

        return pending == 0 ? -1 : indices.Length;
    }
}
