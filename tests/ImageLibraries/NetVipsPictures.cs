using NetVips;
using VqVae.Runtime;

namespace VqVae.ImageLibraries;

/// <summary>Pictures through libvips, some rows at a time: the code of the embedding guide.</summary>
internal static class NetVipsPictures
{
    public static byte[] Compress(VqCodec codec, string path)
    {
        using var opened = Image.NewFromFile(path, access: Enums.Access.Sequential);
        var isTurned = opened.Contains("orientation") && opened.Get("orientation") is int and > 2;
        using var stored = isTurned ? opened.CopyMemory() : opened.Copy(); // Turning takes the whole picture; all others stay rows.
        using var upright = stored.Autorot();
        using var picture = upright.Contains("icc-profile-data") ? upright.IccTransform("srgb") : upright.Colourspace(Enums.Interpretation.Srgb);
        var format = picture.HasAlpha() ? PixelFormat.Rgba32 : PixelFormat.Rgb24;
        return codec.Compress(
            (y, rows) =>
            {
                using var strip = picture.Crop(0, y, picture.Width, rows.Length / (picture.Width * picture.Bands));
                strip.WriteToMemory<byte>().CopyTo(rows);
            },
            picture.Width, picture.Height, format);
    }

    public static void Decompress(VqCodec codec, byte[] vq, string path)
    {
        VqImage image = codec.Decompress(vq, new VqDecompressOptions { Format = PixelFormat.Rgba32 });
        using var pixels = Image.NewFromMemory(image.Pixels, image.Width, image.Height, 4, Enums.BandFormat.Uchar);
        using var picture = pixels.Copy(interpretation: Enums.Interpretation.Srgb);
        picture.WriteToFile(path);
    }
}
