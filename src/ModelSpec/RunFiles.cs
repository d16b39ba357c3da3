namespace VqVae.Models;

/// <summary>
/// Names inside the run folder's other two safetensors files, which the trainer writes and the exporter reads.
/// </summary>
public static class RunFiles
{
    /// <summary>
    /// Results that libtorch computed, to check graphs against. For sample <c>i</c> = 0, 1, …: <c>sample.i.image</c> uint8 <c>[N,H,W,3]</c>,
    /// <c>sample.i.lambda</c> float32 <c>[1]</c>, for each plane <c>sample.i.indices</c> (or <c>indices_NAME</c>) int32 <c>[N,L,h,w]</c> and
    /// <c>sample.i.gaps</c> (or <c>gaps_NAME</c>) float32 <c>[N,L,h,w]</c>, the search's second-best cost minus its best, and for some numbers
    /// of stages <c>l</c>: <c>sample.i.reconstruction.l</c> uint8 <c>[N,H,W,3]</c>, decoded from the leading <c>l</c> stages of those indices.
    /// Metadata: <c>format</c> is <see cref="ParityFormat"/>, <c>id</c> the <see cref="ModelId"/> of the checkpoint.
    /// </summary>
    public const string ParityFileName = "parity.safetensors";

    /// <summary>The parity file's metadata <c>format</c>.</summary>
    public const string ParityFormat = "vqvae-parity/1";

    /// <summary>
    /// Samples of the training images for statistics: <c>images</c> uint8 <c>[N,S,S,3]</c>, and for each plane <c>indices</c> (or
    /// <c>indices_NAME</c>) int32 <c>[M,L,h,w]</c>, the maps of M crops, nearest code. Metadata as in the parity file.
    /// </summary>
    public const string CalibrationFileName = "calibration.safetensors";

    /// <summary>The calibration file's metadata <c>format</c>.</summary>
    public const string CalibrationFormat = "vqvae-calibration/1";
}
