using VqVae.Codec.Cli.Images.Png;

namespace VqVae.Codec.Cli.Images;

/// <summary>How pictures are written.</summary>
internal sealed record WriteOptions
{
    /// <summary>Quality of JPEG and WebP, 1 to 100.</summary>
    public int Quality { get; init; } = ImageWriter.DefaultQuality;

    /// <summary>Compression of PNG, 0 stored to 9 smallest.</summary>
    public int PngLevel { get; init; } = PngWriter.DefaultLevel;
}
