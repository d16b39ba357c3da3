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

    /// <summary>A component of the predicted vector, before it is clamped.</summary>
    public int Predict(ReadOnlySpan<short> neighbours, int dimension)
    {
        var sum = 2048;
        for (var i = dimension > 0 ? Ends[dimension - 1] : 0; i < Ends[dimension]; i++) sum += Coefficients[i] * neighbours[Components[i]];
        return sum >> 12;
    }
}
