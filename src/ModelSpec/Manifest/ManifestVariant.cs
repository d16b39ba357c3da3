namespace VqVae.Models;

/// <summary>
/// How the graphs of another precision differ from the fp32 ones, measured on calibration images when they were exported. A variant has a decoder, and an
/// encoder where that pays; where it has none, the fp32 encoder serves.
/// </summary>
public sealed record ManifestVariant
{
    /// <summary>Mean difference of a decoded byte, in steps of 1/255: both decoders, the same indices.</summary>
    public required double MeanPixelDifference { get; init; }

    /// <summary>Largest difference of a decoded byte, in steps of 1/255.</summary>
    public required int MaxPixelDifference { get; init; }

    /// <summary>PSNR in dB that is lost against the originals when the variant both encodes and decodes; below 0 where it gains.</summary>
    public required double PsnrLoss { get; init; }

    /// <summary>Share of the indices that both encoders agree on; 1 where the variant has no encoder of its own.</summary>
    public required double IndexAgreement { get; init; }

    /// <summary>Checks the values against the model.</summary>
    /// <exception cref="ModelFormatException">A figure is out of its range, or the model has no graph of the precision.</exception>
    internal void Validate(string precision, ModelManifest model)
    {
        if (precision == GraphPrecision.Fp32 || !GraphPrecision.All.Contains(precision))
            throw new ModelFormatException($"variants: expected {string.Join(" or ", GraphPrecision.All.Skip(1))}, got '{precision}'");
        if (!model.Files.ContainsKey(ModelManifest.DecoderFile(precision)))
            throw new ModelFormatException($"variant {precision}: expected a file {ModelManifest.DecoderFile(precision)}, found none");
        if (!(MeanPixelDifference >= 0 && MeanPixelDifference <= MaxPixelDifference) || MaxPixelDifference > byte.MaxValue)
            throw new ModelFormatException($"variant {precision}: expected a mean pixel difference from 0 to the largest, and that up to 255, got {MeanPixelDifference} and {MaxPixelDifference}");
        if (!double.IsFinite(PsnrLoss)) throw new ModelFormatException($"variant {precision}: expected a finite PSNR loss, got {PsnrLoss}");
        if (!(IndexAgreement >= 0 && IndexAgreement <= 1)) throw new ModelFormatException($"variant {precision}: expected an index agreement from 0 to 1, got {IndexAgreement}");
    }
}
