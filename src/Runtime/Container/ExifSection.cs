namespace VqVae.Runtime;

/// <summary>What may be in the EXIF section.</summary>
internal static class ExifSection
{
    /// <summary>Most bytes: more than cameras write (JPEG files hold 64 KB), less than what a careless reader could be hurt with.</summary>
    public const int MaxBytes = 16 << 20;

    /// <summary>Says what is wrong with the content, or gives <c>null</c>; only its begin is looked at.</summary>
    public static string? Problem(ReadOnlySpan<byte> content)
    {
        if (content.Length > MaxBytes) return $"EXIF: expected at most {MaxBytes} bytes, got {content.Length}";
        return content.StartsWith("II*\0"u8) || content.StartsWith("MM\0*"u8)
            ? null
            : $"EXIF: expected a TIFF structure, which begins with 49492a00 or 4d4d002a, got {Convert.ToHexStringLower(content[..Math.Min(4, content.Length)])}";
    }
}
