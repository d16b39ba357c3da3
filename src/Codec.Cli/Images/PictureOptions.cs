namespace VqVae.Codec.Cli.Images;

/// <summary>How pictures are read.</summary>
internal sealed record PictureOptions
{
    /// <summary>What transparent pixels are laid on; <c>null</c>, the default, keeps alpha.</summary>
    public BackgroundColor? Background { get; init; }

    /// <summary>The most pixels that are read, checked before any of them is decoded.</summary>
    public long MaxPixels { get; init; } = ImageReader.MaxPixels;

    /// <summary>What is kept of the picture's EXIF metadata.</summary>
    public ExifMode Exif { get; init; }

    /// <summary>Told of what is not read, such as further pages.</summary>
    public Action<string>? Warn { get; init; }
}
