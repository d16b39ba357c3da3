namespace VqVae.Runtime;

/// <summary>Differences of 8-bit samples.</summary>
internal static class PixelErrors
{
    /// <summary>The sum of the squared differences.</summary>
    /// <param name="a">Samples.</param>
    /// <param name="b">At least as many.</param>
    public static long Squared(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        var sum = 0L;
        for (var i = 0; i < a.Length; i++)
        {
            var difference = a[i] - b[i];
            sum += difference * difference;
        }

        return sum;
    }
}
