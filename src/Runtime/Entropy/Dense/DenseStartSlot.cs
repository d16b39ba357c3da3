namespace VqVae.Runtime;

/// <summary>A start probability as it is stored: 16 bits, the upper 4 a class of counts, the lower 12 the probability's.</summary>
internal static class DenseStartSlot
{
    private static readonly byte[] Counts = [0, 1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192];

    /// <summary>The 16 bits for an entry with a count of at least 1.</summary>
    public static int Pack(uint entry)
    {
        var count = (entry >> 16) & 255;
        var kind = 15;
        while (kind > 1 && Counts[kind] > count) kind--;
        return (kind << 12) | (int)((entry & 0xffff) >> 4);
    }

    /// <summary>The entry; 0 where the class of counts is 0.</summary>
    public static uint Unpack(byte check, int packed) =>
        packed >> 12 == 0 ? 0 : ((uint)check << 24) | ((uint)Counts[packed >> 12] << 16) | (uint)(((packed & 0xfff) << 4) | 8);
}
