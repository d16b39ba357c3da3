namespace VqVae.Runtime;

/// <summary>How a pixel lies in memory. Channels are 8-bit sRGB, rows go from top to bottom, pixels from left to right.</summary>
public enum PixelFormat
{
    /// <summary>Three bytes a pixel: red, green, blue.</summary>
    Rgb24 = 0,

    /// <summary>
    /// Four bytes a pixel: red, green, blue, alpha (not premultiplied). Input only, and every alpha must be 255: transparency is not kept.
    /// Such an image comes back as <see cref="Rgb24"/>.
    /// </summary>
    Rgba32 = 1,

    /// <summary>One byte a pixel: grey. Coded as equal red, green and blue; what comes back is the luma .299 R + .587 G + .114 B.</summary>
    Gray8 = 2,
}
