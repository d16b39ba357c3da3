using static TorchSharp.torch;

namespace VqVae.Trainer.Quantization;

/// <summary>Which code of a codebook a vector takes.</summary>
internal static class CodeSearch
{
    /// <summary>‖e‖² − 2 r·e + μ·length, which orders codes as ‖r − e‖² + μ·length does (entropy-constrained vector quantization, Chou, Lookabaugh and Gray 1989).</summary>
    /// <param name="vectors">float32 <c>[P,D]</c>.</param>
    /// <param name="codebook">float32 <c>[K,D]</c>.</param>
    /// <param name="lengths">Bits of each code, float32 <c>[K]</c>.</param>
    /// <param name="mu">Weight of a bit in the vectors' own squared units; 0 for the nearest code.</param>
    /// <returns>float32 <c>[P,K]</c>.</returns>
    public static Tensor Costs(Tensor vectors, Tensor codebook, Tensor lengths, double mu)
    {
        using var scope = NewDisposeScope();
        var bias = codebook.square().sum(1);
        if (mu > 0) bias = bias.add(lengths, alpha: mu);
        return addmm(bias, vectors, codebook.t(), beta: 1, alpha: -2).MoveToOuterDisposeScope();
    }

    /// <summary>The code of the lowest cost for each vector, int64 <c>[P]</c>; the first where several are equal.</summary>
    /// <inheritdoc cref="Costs"/>
    public static Tensor Cheapest(Tensor vectors, Tensor codebook, Tensor lengths, double mu)
    {
        using var scope = NewDisposeScope();
        return Costs(vectors, codebook, lengths, mu).argmin(1).MoveToOuterDisposeScope();
    }
}
