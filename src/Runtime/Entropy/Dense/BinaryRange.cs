namespace VqVae.Runtime;

/// <summary>What the binary arithmetic encoder and decoder share.</summary>
internal static class BinaryRange
{
    /// <summary>The last value of the lower part, which stands for <c>true</c>: always from <paramref name="low"/> to <paramref name="high"/> − 1.</summary>
    /// <param name="low">The range's first value.</param>
    /// <param name="high">The range's last value, above <paramref name="low"/>.</param>
    /// <param name="probability">Of <c>true</c>, in 65536ths: 1 to 65535.</param>
    public static uint Split(uint low, uint high, int probability) => low + (uint)(((ulong)(high - low) * (uint)probability) >> 16);

    /// <summary>
    /// The fewest leading bytes such that every 32-bit number that begins with them is in the range, and the smallest of those.
    /// </summary>
    public static (int Bytes, uint Value) End(uint low, uint high)
    {
        for (var bytes = 0; ; bytes++)
        {
            var rest = (uint)(uint.MaxValue >> (8 * bytes));
            if (bytes == 4) rest = 0;
            var first = (ulong)low + rest & ~(ulong)rest;
            if (first + rest <= high) return (bytes, (uint)first);
        }
    }
}
