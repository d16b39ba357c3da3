using VqVae.Models;

namespace VqVae.Exporter.Verification;

/// <summary>
/// What samples must reach together before agreement with them proves anything: the graphs' branches (λ, number of stages), their dynamic
/// axes (batch), and images with an inside, where convolutions meet no border.
/// </summary>
internal static class ParityCoverage
{
    /// <summary>Positions a side of the coarsest plane: the smallest map with a position that has all its neighbours.</summary>
    public const int SmallestInside = 3;

    /// <summary>Checks the samples of a file.</summary>
    /// <exception cref="ModelFormatException">They leave out something that is named.</exception>
    public static void Check(ModelSpec spec, IReadOnlyList<ParitySample> samples)
    {
        Require(samples.Any(s => s.Lambda == 0), "with lambda = 0");
        Require(samples.Any(s => s.Lambda > 0), "with lambda > 0");
        for (var stages = 1; stages <= spec.MostStages; stages++)
            Require(samples.Any(s => s.Reconstructions.ContainsKey(stages)), $"with a reconstruction from {stages} stages");
        for (var rate = 0; rate < spec.RatePoints; rate++) Require(samples.Any(s => s.Rate == rate), $"at rate point {rate}");
        Require(samples.Any(s => s.Batch > 1), "with a batch of more than one image");
        var side = SmallestInside * spec.LargestStride;
        Require(samples.Any(s => s.Height >= side && s.Width >= side), $"of at least {side} x {side} pixels, which is {SmallestInside} x {SmallestInside} positions");
    }

    private static void Require(bool found, string what)
    {
        if (!found) throw new ModelFormatException($"there is no sample {what}, so agreement would prove too little");
    }
}
