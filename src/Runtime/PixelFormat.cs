namespace VqVae.Runtime;

/// <summary>How a pixel lies in memory. Channels are 8-bit sRGB, rows go from top to bottom, pixels from left to right.</summary>
/// <remarks>
/// A file remembers whether its image is grey; every other image comes back as <see cref="Rgb24"/> unless
/// <see cref="VqDecompressOptions.Format"/> asks for something else.
/// </remarks>
public enum PixelFormat
{
    /// <summary>Three bytes a pixel: red, green, blue.</summary>
    Rgb24 = 0,

    /// <summary>
    /// Four bytes a pixel: red, green, blue, alpha (not premultiplied). Transparency is not kept: every alpha that goes in must be 255, and
    /// comes out as 255.
    /// </summary>
    Rgba32 = 1,

    /// <summary>One byte a pixel: grey. Coded as equal red, green and blue; what comes back is the luma .299 R + .587 G + .114 B.</summary>
    Gray8 = 2,

    /// <summary>Three bytes a pixel: blue, green, red, as in System.Drawing's <c>Format24bppRgb</c> and OpenCV.</summary>
    Bgr24 = 3,

    /// <summary>Four bytes a pixel: blue, green, red, alpha, with alpha as in <see cref="Rgba32"/>; as in WPF, Direct2D and SkiaSharp's <c>Bgra8888</c>.</summary>
    Bgra32 = 4,

    /// <summary>Two bytes a pixel: grey, alpha (not premultiplied).</summary>
    GrayAlpha16 = 5,
}
