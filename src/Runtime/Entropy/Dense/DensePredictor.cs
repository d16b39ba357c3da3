using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace VqVae.Runtime;

/// <summary>
/// How the predicted vector follows from the neighbours' vectors: each of its components is a linear combination of a few of theirs,
/// of whichever dimension.
/// </summary>
/// <param name="Ends">For each dimension where its terms end; they begin where those of the dimension before end.</param>
/// <param name="Components">For each term the number of the component: neighbour · D + dimension.</param>
/// <param name="Coefficients">For each term what the component is multiplied with, 4096ths.</param>
internal sealed record DensePredictor(int[] Ends, ushort[] Components, short[] Coefficients)
{
    /// <summary>A predictor that always says 0.</summary>
    public static DensePredictor None(int dimensions) => new(new int[dimensions], [], []);

    /// <summary>Bytes in memory.</summary>
    public int Bytes => (4 * Ends.Length) + (4 * Components.Length);

    /// <summary>The predicted vector, each component within <see cref="DenseShape.VectorLimit"/>.</summary>
    /// <param name="neighbours">The neighbours' vectors, <c>[11, D]</c>.</param>
    /// <param name="predicted">Gets the vector, <c>[D]</c>.</param>
    public void Predict(ReadOnlySpan<short> neighbours, Span<short> predicted)
    {
        // The innermost loop of the dense mode. What reads tables checks that terms end where the next ones begin and name components there are.
        ref var all = ref MemoryMarshal.GetReference(neighbours);
        ref var component = ref MemoryMarshal.GetArrayDataReference(Components);
        ref var coefficient = ref MemoryMarshal.GetArrayDataReference(Coefficients);
        nint i = 0;
        for (var d = 0; d < predicted.Length; d++)
        {
            var sum = 2048;
            for (nint end = Ends[d]; i < end; i++) sum += Unsafe.Add(ref coefficient, i) * Unsafe.Add(ref all, (nint)Unsafe.Add(ref component, i));
            predicted[d] = DenseRows.Clamp(sum >> 12);
        }
    }
}
