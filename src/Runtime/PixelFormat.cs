namespace VqVae.Runtime;

/// <summary>How a pixel lies in memory. Channels are 8-bit sRGB, rows go from top to bottom, pixels from left to right.</summary>
/// <remarks>
/// A file remembers whether its image is grey and whether it has transparent pixels: it comes back as <see cref="Rgb24"/>, <see cref="Rgba32"/>,
/// <see cref="Gray8"/> or <see cref="GrayAlpha16"/> unless <see cref="VqDecompressOptions.Format"/> asks for another format. Alpha is kept
/// losslessly where a pixel has one below 255, otherwise not at all; the colours of pixels with alpha 0 are not kept. A format without alpha drops
/// a file's alpha without blending; a format with alpha gets 255 from a file without.
/// </remarks>
public enum PixelFormat
{
    /// <summary>Three bytes a pixel: red, green, blue.</summary>
    Rgb24 = 0,

    /// <summary>Four bytes a pixel: red, green, blue, alpha (not premultiplied).</summary>
    Rgba32 = 1,

    /// <summary>One byte a pixel: grey. Coded as equal red, green and blue; what comes back is the luma .299 R + .587 G + .114 B.</summary>
    Gray8 = 2,

    /// <summary>Three bytes a pixel: blue, green, red, as in System.Drawing's <c>Format24bppRgb</c> and OpenCV.</summary>
    Bgr24 = 3,

    /// <summary>Four bytes a pixel: blue, green, red, alpha (not premultiplied); as in WPF, Direct2D and SkiaSharp's <c>Bgra8888</c>.</summary>
    Bgra32 = 4,

    /// <summary>Two bytes a pixel: grey, alpha (not premultiplied).</summary>
    GrayAlpha16 = 5,
}
