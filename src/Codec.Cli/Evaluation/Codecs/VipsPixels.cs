using NetVips;
using VqVae.Runtime;

namespace VqVae.Codec.Cli.Evaluation.Codecs;

/// <summary>Rgb24 pictures to libvips and back.</summary>
internal static class VipsPixels
{
    /// <summary>A libvips image of a picture's own bytes, which must live as long as the image.</summary>
    public static Image Open(VqImage picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (picture.Format != PixelFormat.Rgb24) throw new ArgumentException($"expected Rgb24, got {picture.Format}", nameof(picture));
        using var raw = Image.NewFromMemory(picture.Pixels, picture.Width, picture.Height, 3, Enums.BandFormat.Uchar);
        return raw.Copy(interpretation: Enums.Interpretation.Srgb);
    }

    /// <summary>The pixels of an image that a decoder gave.</summary>
    public static VqImage Read(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        if (image.Bands != 3 || image.Format != Enums.BandFormat.Uchar)
            throw new InvalidOperationException($"expected 3 channels of 8 bits from the decoder, got {image.Bands} of type {image.Format}");
        return new VqImage(image.Width, image.Height, PixelFormat.Rgb24, image.WriteToMemory<byte>());
    }
}
