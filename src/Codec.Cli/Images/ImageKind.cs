namespace VqVae.Codec.Cli.Images;

/// <summary>The picture formats that <c>vqcodec</c> knows.</summary>
internal enum ImageKind
{
    Png,
    Jpeg,
    WebP,
    Tiff,
}

/// <summary>Tells formats apart.</summary>
internal static class ImageKinds
{
    /// <summary>The format that a file's first bytes say it is, or <c>null</c> for any other.</summary>
    public static ImageKind? FromContent(ReadOnlySpan<byte> content)
    {
        if (content.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return ImageKind.Png;
        if (content.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff])) return ImageKind.Jpeg;
        if (content.Length >= 12 && content.StartsWith("RIFF"u8) && content[8..].StartsWith("WEBP"u8)) return ImageKind.WebP;

        // Little- and big-endian, classic (42) and BigTIFF (43).
        if (content.StartsWith("II*\0"u8) || content.StartsWith("MM\0*"u8) || content.StartsWith("II+\0"u8) || content.StartsWith("MM\0+"u8)) return ImageKind.Tiff;
        return null;
    }

    /// <summary>The format that can be written under a file name's extension, or <c>null</c> for any other.</summary>
    public static ImageKind? ForOutput(string extension) => extension.TrimStart('.').ToUpperInvariant() switch
    {
        "PNG" => ImageKind.Png,
        "JPG" or "JPEG" => ImageKind.Jpeg,
        "WEBP" => ImageKind.WebP,
        _ => null,
    };

    /// <summary>Extensions of the files that are read.</summary>
    public static IReadOnlyCollection<string> InputExtensions { get; } = [".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff"];

    /// <summary>The extension that files of the format get.</summary>
    public static string Extension(this ImageKind kind) => kind switch
    {
        ImageKind.Png => ".png",
        ImageKind.Jpeg => ".jpg",
        ImageKind.WebP => ".webp",
        _ => ".tif",
    };

    /// <summary>The format's name as people write it.</summary>
    public static string Name(this ImageKind kind) => kind switch
    {
        ImageKind.Png => "PNG",
        ImageKind.Jpeg => "JPEG",
        ImageKind.WebP => "WebP",
        _ => "TIFF",
    };
}
