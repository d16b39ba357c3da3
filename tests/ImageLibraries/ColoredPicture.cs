using NetVips;

namespace VqVae.ImageLibraries;

/// <summary>
/// A drawn picture that no turning, mirroring or exchange of channels leaves as it is: a corner each of red, green, blue and yellow, shaded, with a disc that
/// gets transparent towards its middle. Libvips, which the tests of other libraries do not depend on, writes it and reads what they wrote.
/// </summary>
internal static class ColoredPicture
{
    public const int Width = 122;
    public const int Height = 90;

    /// <summary>Rows of RGBA.</summary>
    public static byte[] Rgba(bool opaque)
    {
        (int Red, int Green, int Blue)[] corners = [(200, 40, 40), (40, 170, 60), (40, 60, 190), (220, 200, 40)];
        var pixels = new byte[4 * Width * Height];
        for (var y = 0; y < Height; y++)
        {
            for (var x = 0; x < Width; x++)
            {
                var (red, green, blue) = corners[(y < Height / 3 ? 0 : 2) + (x < Width / 4 ? 0 : 1)];
                var shade = 30 * x / Width;
                var distance = Math.Sqrt(Math.Pow(x - 90, 2) + Math.Pow(y - 60, 2));
                var alpha = opaque ? 255 : Math.Min(255, (int)(distance * 10));
                ((byte[])[(byte)(red + shade), (byte)(green + shade), (byte)(blue + shade), (byte)alpha]).CopyTo(pixels, 4 * ((y * Width) + x));
            }
        }

        return pixels;
    }

    /// <summary>Writes it to a file of the kind that the name says; changed first where that is asked for.</summary>
    public static void Save(string path, bool opaque, Func<Image, Image>? change = null)
    {
        using var rows = Image.NewFromMemory(Rgba(opaque), Width, Height, 4, Enums.BandFormat.Uchar);
        using var picture = rows.Copy(interpretation: Enums.Interpretation.Srgb);
        using var stored = opaque ? picture.ExtractBand(0, n: 3) : picture.Copy();
        using var changed = change is null ? stored.Copy() : change(stored);
        changed.WriteToFile(path);
    }

    /// <summary>The rows of RGBA in a picture file, as stored.</summary>
    public static (int Width, int Height, byte[] Rgba) Read(string path)
    {
        using var picture = Image.NewFromFile(path);
        using var rgba = picture.HasAlpha() ? picture.Copy() : picture.Bandjoin(255);
        return (picture.Width, picture.Height, rgba.WriteToMemory<byte>());
    }

    /// <summary>PSNR in dB of the colours where both are opaque.</summary>
    public static double Psnr(byte[] a, byte[] b)
    {
        Assert.Equal(a.Length, b.Length);
        var (sum, count) = (0.0, 0);
        for (var i = 0; i < a.Length; i += 4)
        {
            if (a[i + 3] < 255 || b[i + 3] < 255) continue;
            for (var c = i; c < i + 3; c++, count++) sum += Math.Pow(a[c] - b[c], 2);
        }

        return 10 * Math.Log10(255.0 * 255 * count / sum);
    }
}
