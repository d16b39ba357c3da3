using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VqVae.Codec.Cli.Evaluation.Metrics;

/// <summary>A Gaussian of σ 1.5 and sum 1 along one axis: weighted sums of neighbouring values, or of rows, of as many windows as lie inside.</summary>
internal sealed class GaussianWindow
{
    /// <summary>Side of the window where the picture has as many pixels.</summary>
    public const int FullSide = 11;

    private const double Sigma = 1.5;

    private readonly float[] _weights;

    /// <param name="side">Values that a sum is made of.</param>
    public GaussianWindow(int side)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(side, 1);
        var weights = Enumerable.Range(0, side).Select(i => i - ((side - 1) / 2.0)).Select(x => Math.Exp(-x * x / (2 * Sigma * Sigma))).ToArray();
        var sum = weights.Sum();
        _weights = [.. weights.Select(w => (float)(w / sum))];
    }

    /// <summary>Values that a sum is made of.</summary>
    public int Side => _weights.Length;

    /// <summary>Sums of neighbours in a row.</summary>
    /// <param name="row">Values.</param>
    /// <param name="sums">One for each window inside the row: <see cref="Side"/> − 1 fewer.</param>
    public void AlongRow(ReadOnlySpan<float> row, Span<float> sums)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(sums.Length, row.Length - Side + 1);
        ref var from = ref MemoryMarshal.GetReference(row);
        ref var to = ref MemoryMarshal.GetReference(sums);
        var x = 0;
        for (; x <= sums.Length - Vector<float>.Count; x += Vector<float>.Count)
        {
            var sum = Vector<float>.Zero;
            for (var k = 0; k < _weights.Length; k++) sum += Vector.LoadUnsafe(ref from, (nuint)(x + k)) * _weights[k];
            sum.StoreUnsafe(ref to, (nuint)x);
        }

        for (; x < sums.Length; x++)
        {
            var sum = 0f;
            for (var k = 0; k < _weights.Length; k++) sum += row[x + k] * _weights[k];
            sums[x] = sum;
        }
    }

    /// <summary>Sums of the same place in neighbouring rows.</summary>
    /// <param name="rows"><see cref="Side"/> rows of a width, one after the other in a ring.</param>
    /// <param name="first">The row of the ring that comes first.</param>
    /// <param name="sums">A value for each column.</param>
    public void AcrossRows(ReadOnlySpan<float> rows, int first, Span<float> sums)
    {
        var width = sums.Length;
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Length, width * Side);
        ref var from = ref MemoryMarshal.GetReference(rows);
        ref var to = ref MemoryMarshal.GetReference(sums);
        var x = 0;
        for (; x <= width - Vector<float>.Count; x += Vector<float>.Count)
        {
            var sum = Vector<float>.Zero;
            for (var k = 0; k < _weights.Length; k++) sum += Vector.LoadUnsafe(ref from, (nuint)((Place(first + k) * width) + x)) * _weights[k];
            sum.StoreUnsafe(ref to, (nuint)x);
        }

        for (; x < width; x++)
        {
            var sum = 0f;
            for (var k = 0; k < _weights.Length; k++) sum += rows[(Place(first + k) * width) + x] * _weights[k];
            sums[x] = sum;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Place(int row) => row < _weights.Length ? row : row - _weights.Length;
}
