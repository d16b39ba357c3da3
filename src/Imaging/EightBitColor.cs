using NetVips;

namespace VqVae.Imaging;

/// <summary>Brings pictures of any colour space that is read to 8-bit sRGB or grey.</summary>
internal static class EightBitColor
{
    private const string Profile = "icc-profile-data";

    /// <summary>Checks, from the header alone, that <see cref="Convert"/> takes a picture.</summary>
    /// <returns>The channels without alpha: 1 grey, 3 RGB, 4 CMYK.</returns>
    /// <exception cref="ImageException">The colour space, the sample type or the number of channels is none that is read.</exception>
    public static int Check(Image image)
    {
        ArgumentNullException.ThrowIfNull(image);
        var colors = image.Interpretation switch
        {
            Enums.Interpretation.Bw or Enums.Interpretation.Grey16 => 1,
            Enums.Interpretation.Srgb or Enums.Interpretation.Rgb or Enums.Interpretation.Rgb16 => 3,
            Enums.Interpretation.Cmyk => 4,
            _ => throw new ImageException($"colour space '{image.Interpretation}' cannot be read, only grey, RGB and CMYK"),
        };
        if (image.Format is not (Enums.BandFormat.Uchar or Enums.BandFormat.Ushort))
            throw new ImageException($"samples of type '{image.Format}' cannot be read, only 8 and 16 bits unsigned");
        if (image.Bands != colors && image.Bands != colors + 1)
            throw new ImageException($"expected {colors} channels and at most one of alpha, got {image.Bands}");
        return colors;
    }

    /// <summary>Converts to 8 bits, the colour profile applied and alpha kept as a last band; nothing is decoded yet.</summary>
    /// <returns>1 or 2 bands where the picture is grey, else 3 or 4 of sRGB.</returns>
    /// <exception cref="ImageException"><see cref="Check"/> refuses the picture.</exception>
    public static Image Convert(Image image)
    {
        var grey = Check(image) == 1;
        using var color = ToDisplaySpace(image, grey);
        using var bytes = color.Cast(Enums.BandFormat.Uchar);

        // Applied or ignored, the profile is done with: no later operation may apply it again.
        return bytes.Contains(Profile) ? bytes.Mutate(m => m.Remove(Profile)) : bytes.Copy();
    }

    private static Image ToDisplaySpace(Image image, bool grey)
    {
        if (image.Contains(Profile))
        {
            try
            {
                var srgb = image.IccTransform("srgb", embedded: true, depth: 8);
                if (!grey) return srgb;

                // Neutral colours have three equal channels in sRGB: one of them is the grey.
                using (srgb)
                {
                    using var channel = srgb.ExtractBand(1);
                    if (srgb.Bands < 4) return channel.Copy(interpretation: Enums.Interpretation.Bw);
                    using var alpha = srgb.ExtractBand(3);
                    using var both = channel.Bandjoin(alpha);
                    return both.Copy(interpretation: Enums.Interpretation.Bw);
                }
            }
            catch (VipsException)
            {
                // A profile that is broken or for another colour space is ignored, as browsers do.
            }
        }

        return image.Colourspace(grey ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
    }
}
