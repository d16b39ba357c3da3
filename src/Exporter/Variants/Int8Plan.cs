namespace VqVae.Exporter.Variants;

/// <summary>How numbers become bytes: <c>saturate(round(x / Scale) + ZeroPoint)</c>.</summary>
internal readonly record struct ByteScale(float Scale, byte ZeroPoint)
{
    /// <summary>The scale whose bytes cover a range, in which 0 is exact.</summary>
    public static ByteScale Covering(double low, double high)
    {
        (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        var scale = Math.Max((high - low) / 255, 1e-12);
        return new ByteScale((float)scale, (byte)Math.Clamp(Math.Round(-low / scale), 0, 255));
    }
}

/// <summary>What a graph of 8-bit integers is made with.</summary>
internal sealed record Int8Plan
{
    /// <summary>Names of the convolutions that stay in float.</summary>
    public required IReadOnlySet<string> Float { get; init; }

    /// <summary>For a tensor, named as in the float graph, the factor of each channel; <c>null</c> where all are 1.</summary>
    public required Func<string, float[]?> Factors { get; init; }

    /// <summary>For a tensor its scale behind the factors.</summary>
    public required Func<string, ByteScale> Scale { get; init; }

    /// <summary>By convolution what is added to each bias, in the float graph's units.</summary>
    public required IReadOnlyDictionary<string, float[]> Corrections { get; init; }
}
