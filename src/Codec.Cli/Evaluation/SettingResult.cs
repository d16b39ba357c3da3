using VqVae.Codec.Cli.Evaluation.Metrics;

namespace VqVae.Codec.Cli.Evaluation;

/// <summary>What one codec makes of one picture at one setting.</summary>
/// <param name="Bytes">Size of the whole file.</param>
/// <param name="BitsPerPixel">8 · bytes over the picture's own pixels.</param>
/// <param name="Quality">How close it comes back.</param>
internal sealed record PictureResult(long Bytes, double BitsPerPixel, PictureQuality Quality);

/// <summary>What one codec makes of all pictures at one setting.</summary>
/// <param name="Setting">The codec's setting.</param>
/// <param name="Label">What it is called.</param>
/// <param name="Pictures">A result a picture, in the order of the pictures.</param>
internal sealed record SettingResult(int Setting, string Label, IReadOnlyList<PictureResult> Pictures)
{
    /// <summary>The mean of the pictures' bits a pixel, each as much as another, whatever its size: as the literature's curves over the Kodak pictures have it.</summary>
    public double BitsPerPixel { get; } = Pictures.Average(p => p.BitsPerPixel);

    /// <summary>The mean of the pictures' measures.</summary>
    public PictureQuality Quality { get; } = PictureQuality.Mean([.. Pictures.Select(p => p.Quality)]);
}
