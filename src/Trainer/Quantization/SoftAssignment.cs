using static TorchSharp.torch;

namespace VqVae.Trainer.Quantization;

/// <summary>
/// Codes as probabilities, p(k) ∝ 2^(−length(k)) · exp(−‖r − e(k)‖² · ln 2 / μ): the test channel that attains the rate-distortion function at the slope μ
/// for these codes and lengths (Blahut 1972; Arimoto 1972), in which the search's own choice is the most probable code.
/// </summary>
/// <remarks>
/// The search is a step function of the latents: its gradient is zero nearly everywhere. Straight through, each latent is told to move as if its code followed,
/// though where most codes are zero it does not, and what a move costs in bits is not told at all. The channel's expectations follow both.
/// (Soft-to-hard assignments: Agustsson et al. 2017, there with a temperature that is annealed.)
/// </remarks>
internal static class SoftAssignment
{
    /// <summary>The expected code and length of each vector.</summary>
    /// <param name="costs">‖r − e‖² + μ · length of each code but for what all share, <c>[P,K]</c>, as <see cref="CodeSearch.Costs"/> gives them.</param>
    /// <param name="codebook">float32 <c>[K,D]</c>.</param>
    /// <param name="lengths">Bits of each code, <c>[K]</c>.</param>
    /// <param name="mu">Weight of a bit in the vectors' squared units, above 0.</param>
    /// <returns>float32 <c>[P,D]</c>, and the mean over the vectors of the expected bits; both with the gradient of the costs.</returns>
    public static (Tensor Codes, Tensor Bits) Of(Tensor costs, Tensor codebook, Tensor lengths, double mu)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(mu);
        using var scope = NewDisposeScope();
        var probabilities = costs.mul(-Math.Log(2) / mu).softmax(1);
        return (probabilities.mm(codebook).MoveToOuterDisposeScope(), probabilities.mv(lengths).mean().MoveToOuterDisposeScope());
    }
}
