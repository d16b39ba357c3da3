using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VqVae.Codec.Cli.Images.Png;

/// <summary>PNG's filters of a row (specification, section 9): each byte less what its neighbours predict, modulo 256.</summary>
internal static class PngFilter
{
    /// <summary>The bytes as they are.</summary>
    public const byte None = 0;

    /// <summary>Less the byte of the pixel on the left.</summary>
    public const byte Sub = 1;

    /// <summary>Less the byte above.</summary>
    public const byte Up = 2;

    /// <summary>Less the mean of both, rounded down.</summary>
    public const byte Average = 3;

    /// <summary>Less the one of left, above and above left that is nearest to left + above − above left.</summary>
    public const byte Paeth = 4;

    /// <summary>How many there are.</summary>
    public const int Count = 5;

    /// <summary>Filters a row.</summary>
    /// <param name="filter">One of the constants.</param>
    /// <param name="current">The row after one pixel of zeros.</param>
    /// <param name="above">The row above, likewise; zeros above the first one.</param>
    /// <param name="pixel">Bytes a pixel.</param>
    /// <param name="target">Gets the filtered row, without the pixel before it.</param>
    /// <param name="vectors">Whether vector instructions are used; the result is the same without.</param>
    public static void Apply(byte filter, ReadOnlySpan<byte> current, ReadOnlySpan<byte> above, int pixel, Span<byte> target, bool vectors = true)
    {
        var length = target.Length;
        ArgumentOutOfRangeException.ThrowIfNotEqual(current.Length, length + pixel);
        ArgumentOutOfRangeException.ThrowIfNotEqual(above.Length, length + pixel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(filter, Paeth);
        ReadOnlySpan<byte> row = current[pixel..], left = current[..length], up = above[pixel..], upLeft = above[..length];
        var done = vectors && Vector.IsHardwareAccelerated ? ApplyVectors(filter, row, left, up, upLeft, target) : 0;
        for (var i = done; i < length; i++) target[i] = (byte)(row[i] - Predict(filter, left[i], up[i], upLeft[i]));
    }

    /// <summary>The filter whose row has the smallest sum of magnitudes, as the specification suggests (12.7); among equals the first.</summary>
    /// <param name="current">The row after one pixel of zeros.</param>
    /// <param name="above">The row above, likewise.</param>
    /// <param name="pixel">Bytes a pixel.</param>
    /// <param name="target">Gets the filtered row.</param>
    /// <param name="scratch">As long as the row.</param>
    public static byte ApplyBest(ReadOnlySpan<byte> current, ReadOnlySpan<byte> above, int pixel, Span<byte> target, Span<byte> scratch)
    {
        // None is left out: on a picture's rows it hardly ever wins the sum, and where it does the sum is a poor guide.
        Apply(Paeth, current, above, pixel, target);
        var (best, least) = (Paeth, Magnitude(target));
        for (var filter = Sub; filter < Paeth; filter++)
        {
            Apply(filter, current, above, pixel, scratch);
            var sum = Magnitude(scratch);
            if (sum >= least) continue;
            (best, least) = (filter, sum);
            scratch.CopyTo(target);
        }

        return best;
    }

    /// <summary>The sum of the bytes' magnitudes, taken as signed numbers.</summary>
    public static long Magnitude(ReadOnlySpan<byte> row, bool vectors = true)
    {
        var sum = 0L;
        var i = 0;
        if (vectors && Vector.IsHardwareAccelerated)
        {
            // A magnitude is at most 128, so that a lane of 16 bits holds the sum of 256 pairs.
            const int Batch = 128;
            while (i + Vector<byte>.Count <= row.Length)
            {
                var lanes = Vector<ushort>.Zero;
                for (var n = 0; n < Batch && i + Vector<byte>.Count <= row.Length; n++, i += Vector<byte>.Count)
                {
                    var value = Load(row, i);
                    Vector.Widen(Vector.Min(value, Vector<byte>.Zero - value), out var low, out var high);
                    lanes += low + high;
                }

                Vector.Widen(lanes, out var a, out var b);
                sum += Vector.Sum(a + b);
            }
        }

        for (; i < row.Length; i++) sum += Math.Min(row[i], (byte)-row[i]);
        return sum;
    }

    private static int Predict(byte filter, int left, int up, int upLeft)
    {
        switch (filter)
        {
            case None:
                return 0;
            case Sub:
                return left;
            case Up:
                return up;
            case Average:
                return (left + up) >> 1;
            default:
                var (toLeft, toUp, toUpLeft) = (Math.Abs(up - upLeft), Math.Abs(left - upLeft), Math.Abs(left + up - (2 * upLeft)));
                return toLeft <= toUp && toLeft <= toUpLeft ? left : toUp <= toUpLeft ? up : upLeft;
        }
    }

    /// <returns>How many bytes were filtered; the rest is shorter than a vector.</returns>
    private static int ApplyVectors(
        byte filter, ReadOnlySpan<byte> row, ReadOnlySpan<byte> left, ReadOnlySpan<byte> up, ReadOnlySpan<byte> upLeft, Span<byte> target)
    {
        var i = 0;
        for (; i + Vector<byte>.Count <= target.Length; i += Vector<byte>.Count)
        {
            var predicted = filter switch
            {
                None => Vector<byte>.Zero,
                Sub => Load(left, i),
                Up => Load(up, i),
                Average => Mean(Load(left, i), Load(up, i)),
                _ => PaethOf(Load(left, i), Load(up, i), Load(upLeft, i)),
            };
            Unsafe.WriteUnaligned(ref Unsafe.Add(ref MemoryMarshal.GetReference(target), i), Load(row, i) - predicted);
        }

        return i;
    }

    // Without a carry out of the byte: what both have, and half of what one has.
    private static Vector<byte> Mean(Vector<byte> a, Vector<byte> b) => (a & b) + Vector.ShiftRightLogical(a ^ b, 1);

    private static Vector<byte> PaethOf(Vector<byte> left, Vector<byte> up, Vector<byte> upLeft)
    {
        var toLeft = Vector.Max(up, upLeft) - Vector.Min(up, upLeft);
        var toUp = Vector.Max(left, upLeft) - Vector.Min(left, upLeft);

        // left + up − 2·upLeft is the sum of two differences. Where they have one sign it is at least as large as either, so that upLeft
        // is not chosen whatever it is; where they have two, its magnitude is that of the difference of their magnitudes.
        var sameSign = Vector.Equals(Vector.GreaterThan(up, upLeft), Vector.GreaterThan(left, upLeft));
        var difference = Vector.Max(toLeft, toUp) - Vector.Min(toLeft, toUp);
        var toUpLeft = Vector.ConditionalSelect(sameSign, Vector<byte>.AllBitsSet, difference);
        var useLeft = Vector.LessThanOrEqual(toLeft, toUp) & Vector.LessThanOrEqual(toLeft, toUpLeft);
        var useUp = Vector.LessThanOrEqual(toUp, toUpLeft);
        return Vector.ConditionalSelect(useLeft, left, Vector.ConditionalSelect(useUp, up, upLeft));
    }

    private static Vector<byte> Load(ReadOnlySpan<byte> bytes, int at) =>
        Unsafe.ReadUnaligned<Vector<byte>>(ref Unsafe.Add(ref MemoryMarshal.GetReference(bytes), at));
}
