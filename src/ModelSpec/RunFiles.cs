namespace VqVae.Models;

/// <summary>
/// Names inside the run folder's other two safetensors files, which the trainer writes and the exporter reads.
/// </summary>
public static class RunFiles
{
    /// <summary>
    /// Results that libtorch computed, to check graphs against. For sample <c>i</c> = 0, 1, …: <c>sample.i.image</c> uint8 <c>[N,H,W,3]</c>,
    /// <c>sample.i.lambda</c> float32 <c>[1]</c>, with several rate points <c>sample.i.rate</c> int32 <c>[1]</c>, for each plane <c>sample.i.indices</c> (or <c>indices_NAME</c>) int32 <c>[N,L,h,w]</c> and
    /// <c>sample.i.gaps</c> (or <c>gaps_NAME</c>) float32 <c>[N,L,h,w]</c>, the search's second-best cost minus its best, and for some numbers
    /// of stages <c>l</c>: <c>sample.i.reconstruction.l</c> uint8 <c>[N,H,W,3]</c>, decoded from the leading <c>l</c> stages of those indices.
    /// Metadata: <c>format</c> is <see cref="ParityFormat"/>, <c>id</c> the <see cref="ModelId"/> of the checkpoint.
    /// </summary>
    public const string ParityFileName = "parity.safetensors";

    /// <summary>The parity file's metadata <c>format</c>.</summary>
    public const string ParityFormat = "vqvae-parity/1";

    /// <summary>
    /// Samples of the training images for statistics: <c>images</c> uint8 <c>[N,S,S,3]</c>, and for each plane <c>indices</c> (or
    /// <c>indices_NAME</c>) int32 <c>[M,L,h,w]</c>, the maps of M crops, by the λ of the rate point (nearest code where there is none). With several rate
    /// points their names begin with <c>rate.0.</c>, <c>rate.1.</c>, …. Metadata as in the parity file.
    /// </summary>
    public const string CalibrationFileName = "calibration.safetensors";

    /// <summary>The calibration file's metadata <c>format</c>.</summary>
    public const string CalibrationFormat = "vqvae-calibration/1";

    /// <summary>The name of a plane's gaps behind a parity sample's prefix.</summary>
    public static string GapsName(LatentPlane plane)
    {
        ArgumentNullException.ThrowIfNull(plane);
        return plane.Name.Length == 0 ? "gaps" : "gaps_" + plane.Name;
    }

    /// <summary>The name of a plane's maps at a rate point in the calibration file.</summary>
    public static string CalibrationName(ModelSpec spec, int plane, int ratePoint)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var name = spec.Planes[plane].TensorName;
        return spec.RatePoints == 1 ? name : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"rate.{ratePoint}.{name}");
    }
}
