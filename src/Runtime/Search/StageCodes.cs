using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace VqVae.Runtime;

/// <summary>One stage's codes at one rate point, laid out for <see cref="Score"/>.</summary>
internal sealed class StageCodes
{
    /// <summary>Rows that are scored together, so that each code is loaded once for all of them.</summary>
    public const int Rows = 4;

    private static readonly int Block = 2 * Vector<float>.Count;

    private readonly float[] _factors;
    private readonly ReadOnlyMemory<float> _squaredNorms;
    private readonly ReadOnlyMemory<float> _lengths;
    private readonly ReadOnlyMemory<float> _codes;

    /// <param name="codes">The codes, <c>[K,d]</c>.</param>
    /// <param name="squaredNorms">‖e‖², <c>[K]</c>.</param>
    /// <param name="lengths">Their lengths at λ = 1 in the latents' squared units, <c>[K]</c>.</param>
    public StageCodes(ReadOnlyMemory<float> codes, ReadOnlyMemory<float> squaredNorms, ReadOnlyMemory<float> lengths)
    {
        (Count, Dimension) = (squaredNorms.Length, codes.Length / squaredNorms.Length);
        Width = (Count + Block - 1) / Block * Block;
        (_codes, _squaredNorms, _lengths) = (codes, squaredNorms, lengths);

        // −2·e, one dimension after the other; what fills the last block is never chosen for its bias.
        _factors = new float[Dimension * Width];
        for (var k = 0; k < Count; k++)
            for (var j = 0; j < Dimension; j++) _factors[(j * Width) + k] = -2 * Code(k)[j];
    }

    /// <summary>Number of codes K.</summary>
    public int Count { get; }

    /// <summary>Numbers of a code d.</summary>
    public int Dimension { get; }

    /// <summary>Scores of a row: <see cref="Count"/>, filled up to whole blocks.</summary>
    public int Width { get; }

    /// <summary>A code.</summary>
    public ReadOnlySpan<float> Code(int index) => _codes.Span.Slice(index * Dimension, Dimension);

    /// <summary>‖e‖² + λ·length of every code, <c>[Width]</c>.</summary>
    public float[] Biases(float lambda)
    {
        var biases = new float[Width];
        Array.Fill(biases, float.PositiveInfinity, Count, Width - Count);
        var norms = _squaredNorms.Span;
        var lengths = _lengths.Span;
        for (var k = 0; k < Count; k++) biases[k] = norms[k] + (lambda * lengths[k]);
        return biases;
    }

    /// <summary>The cheapest code for each of <see cref="Rows"/> vectors, the first of those that cost the same, as ONNX's ArgMin has it.</summary>
    /// <param name="vectors">The vectors r, <c>[Rows,d]</c>.</param>
    /// <param name="biases">What <see cref="Biases"/> gave.</param>
    /// <param name="indices">Gets <see cref="Rows"/> codes; where all costs are no numbers any code is as good.</param>
    /// <remarks>Costs stay in registers: beside <see cref="Score"/> and a look through what it wrote this takes half the time.</remarks>
    public void FindCheapest(ReadOnlySpan<float> vectors, ReadOnlySpan<float> biases, Span<int> indices)
    {
        ref var r = ref MemoryMarshal.GetReference(vectors[..(Rows * Dimension)]);
        ref var bias = ref MemoryMarshal.GetReference(biases[..Width]);
        ref var factors = ref MemoryMarshal.GetArrayDataReference(_factors);
        var (lanes, width, dimension) = ((nuint)Vector<float>.Count, (nuint)Width, (nuint)Dimension);
        var least0 = new Vector<float>(float.PositiveInfinity);
        var (least1, least2, least3) = (least0, least0, least0);
        var found0 = Vector<int>.Zero;
        var (found1, found2, found3) = (found0, found0, found0);
        var (code, step) = (Vector<int>.Indices, new Vector<int>(Vector<int>.Count));
        for (nuint k = 0; k < width; k += lanes, code += step)
        {
            var cost0 = Vector.LoadUnsafe(ref bias, k);
            var (cost1, cost2, cost3) = (cost0, cost0, cost0);
            for (nuint j = 0; j < dimension; j++)
            {
                var factor = Vector.LoadUnsafe(ref factors, (j * width) + k);
                cost0 = Vector.FusedMultiplyAdd(factor, new Vector<float>(Unsafe.Add(ref r, j)), cost0);
                cost1 = Vector.FusedMultiplyAdd(factor, new Vector<float>(Unsafe.Add(ref r, dimension + j)), cost1);
                cost2 = Vector.FusedMultiplyAdd(factor, new Vector<float>(Unsafe.Add(ref r, (2 * dimension) + j)), cost2);
                cost3 = Vector.FusedMultiplyAdd(factor, new Vector<float>(Unsafe.Add(ref r, (3 * dimension) + j)), cost3);
            }

            found0 = Vector.ConditionalSelect(Vector.LessThan(cost0, least0), code, found0);
            found1 = Vector.ConditionalSelect(Vector.LessThan(cost1, least1), code, found1);
            found2 = Vector.ConditionalSelect(Vector.LessThan(cost2, least2), code, found2);
            found3 = Vector.ConditionalSelect(Vector.LessThan(cost3, least3), code, found3);
            (least0, least1, least2, least3) = (Vector.Min(least0, cost0), Vector.Min(least1, cost1), Vector.Min(least2, cost2), Vector.Min(least3, cost3));
        }

        (indices[0], indices[1], indices[2], indices[3]) = (First(least0, found0), First(least1, found1), First(least2, found2), First(least3, found3));
    }

    /// <summary>‖e‖² − 2·r·e + λ·length of all codes for <see cref="Rows"/> vectors: their costs less ‖r‖².</summary>
    /// <param name="vectors">The vectors r, <c>[Rows,d]</c>.</param>
    /// <param name="biases">What <see cref="Biases"/> gave.</param>
    /// <param name="scores">Gets <c>[Rows,Width]</c>.</param>
    public void Score(ReadOnlySpan<float> vectors, ReadOnlySpan<float> biases, Span<float> scores)
    {
        // Lengths are checked here once, the loops are free of it.
        ref var r = ref MemoryMarshal.GetReference(vectors[..(Rows * Dimension)]);
        ref var bias = ref MemoryMarshal.GetReference(biases[..Width]);
        ref var score = ref MemoryMarshal.GetReference(scores[..(Rows * Width)]);
        ref var factors = ref MemoryMarshal.GetArrayDataReference(_factors);
        var (lanes, width, dimension) = ((nuint)Vector<float>.Count, (nuint)Width, (nuint)Dimension);
        for (nuint k = 0; k < width; k += 2 * lanes)
        {
            var (a0, b0) = (Vector.LoadUnsafe(ref bias, k), Vector.LoadUnsafe(ref bias, k + lanes));
            var (a1, b1, a2, b2, a3, b3) = (a0, b0, a0, b0, a0, b0);
            for (nuint j = 0; j < dimension; j++)
            {
                var a = Vector.LoadUnsafe(ref factors, (j * width) + k);
                var b = Vector.LoadUnsafe(ref factors, (j * width) + k + lanes);
                var x = new Vector<float>(Unsafe.Add(ref r, j));
                (a0, b0) = (Vector.FusedMultiplyAdd(a, x, a0), Vector.FusedMultiplyAdd(b, x, b0));
                x = new Vector<float>(Unsafe.Add(ref r, dimension + j));
                (a1, b1) = (Vector.FusedMultiplyAdd(a, x, a1), Vector.FusedMultiplyAdd(b, x, b1));
                x = new Vector<float>(Unsafe.Add(ref r, (2 * dimension) + j));
                (a2, b2) = (Vector.FusedMultiplyAdd(a, x, a2), Vector.FusedMultiplyAdd(b, x, b2));
                x = new Vector<float>(Unsafe.Add(ref r, (3 * dimension) + j));
                (a3, b3) = (Vector.FusedMultiplyAdd(a, x, a3), Vector.FusedMultiplyAdd(b, x, b3));
            }

            a0.StoreUnsafe(ref score, k);
            b0.StoreUnsafe(ref score, k + lanes);
            a1.StoreUnsafe(ref score, width + k);
            b1.StoreUnsafe(ref score, width + k + lanes);
            a2.StoreUnsafe(ref score, (2 * width) + k);
            b2.StoreUnsafe(ref score, (2 * width) + k + lanes);
            a3.StoreUnsafe(ref score, (3 * width) + k);
            b3.StoreUnsafe(ref score, (3 * width) + k + lanes);
        }
    }

    /// <summary>Of the lanes with the least cost the lowest code.</summary>
    private static int First(Vector<float> costs, Vector<int> codes)
    {
        if (Vector<float>.Count == 8)
        {
            var least = costs.AsVector256();
            least = Vector256.Min(least, Vector256.Shuffle(least, Vector256.Create(4, 5, 6, 7, 0, 1, 2, 3)));
            least = Vector256.Min(least, Vector256.Shuffle(least, Vector256.Create(2, 3, 0, 1, 6, 7, 4, 5)));
            least = Vector256.Min(least, Vector256.Shuffle(least, Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6)));
            var first = Vector256.ConditionalSelect(Vector256.Equals(costs.AsVector256(), least).AsInt32(), codes.AsVector256(), Vector256.Create(int.MaxValue));
            first = Vector256.Min(first, Vector256.Shuffle(first, Vector256.Create(4, 5, 6, 7, 0, 1, 2, 3)));
            first = Vector256.Min(first, Vector256.Shuffle(first, Vector256.Create(2, 3, 0, 1, 6, 7, 4, 5)));
            first = Vector256.Min(first, Vector256.Shuffle(first, Vector256.Create(1, 0, 3, 2, 5, 4, 7, 6)));
            return first.ToScalar() & -(first.ToScalar() < int.MaxValue ? 1 : 0);
        }

        var (smallest, lowest) = (float.PositiveInfinity, int.MaxValue);
        for (var lane = 0; lane < Vector<float>.Count; lane++)
        {
            if (costs[lane] > smallest || (costs[lane] == smallest && codes[lane] > lowest)) continue;
            (smallest, lowest) = (costs[lane], codes[lane]);
        }

        return lowest == int.MaxValue ? 0 : lowest;
    }
}
