namespace VqVae.Codec.Cli.Benchmarking;

/// <summary>One thing that was measured, with what bounds it.</summary>
/// <param name="Key">Its name in JSON.</param>
/// <param name="Name">What it is.</param>
/// <param name="Rate">Megapixels a second: the median of the rounds.</param>
/// <param name="Limit">What the rate cannot exceed, in megapixels a second.</param>
/// <param name="LimitName">What that is.</param>
internal sealed record BenchRow(string Key, string Name, double Rate, double Limit, string LimitName)
{
    /// <summary>Share of the limit that is reached.</summary>
    public double Share => Rate / Limit;
}
