namespace VqVae.Codec.Cli.Images;

/// <summary>What is kept of a picture's EXIF metadata.</summary>
internal enum ExifMode
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>All but the place (GPS) and the thumbnail.</summary>
    Keep,

    /// <summary>All.</summary>
    All,
}
