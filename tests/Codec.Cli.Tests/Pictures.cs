using NetVips;
using VqVae.Imaging;
using VqVae.TestSupport;

namespace VqVae.Codec.Cli.Tests;

/// <summary>Picture files of every kind, drawn and written by the tests themselves.</summary>
internal static class Pictures
{
    public const int Width = 61, Height = 43;

    /// <summary>RGB rows of the picture that the files hold.</summary>
    public static byte[] Rgb(int seed = 1) => DrawnImage.Rgb(Width, Height, seed);

    /// <summary>The same picture's green channel.</summary>
    public static byte[] Grey(int seed = 1) => [.. Rgb(seed).Where((_, i) => i % 3 == 1)];

    public static Image RgbImage(int seed = 1) => FromPixels(Rgb(seed), 3);

    public static Image GreyImage(int seed = 1) => FromPixels(Grey(seed), 1);

    /// <summary>The picture with a constant alpha channel.</summary>
    public static Image WithAlpha(Image image, byte alpha)
    {
        using var band = FromPixels([.. Enumerable.Repeat(alpha, Width * Height)], 1);
        using var joined = image.Bandjoin(band);
        return joined.Copy(interpretation: image.Interpretation);
    }

    public static byte[] Png(int seed = 1)
    {
        using var image = RgbImage(seed);
        return image.PngsaveBuffer();
    }

    public static Image FromPixels(byte[] pixels, int bands, int width = Width, int height = Height)
    {
        Vips.Prepare();
        using var raw = Image.NewFromMemoryCopy<byte>(pixels, width, height, bands, Enums.BandFormat.Uchar);
        return raw.Copy(interpretation: bands < 3 ? Enums.Interpretation.Bw : Enums.Interpretation.Srgb);
    }

    /// <summary>A PNG whose header claims a size that its data do not have; the checksums are right.</summary>
    public static byte[] PngClaiming(int width, int height)
    {
        var png = Png();
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc32(png.AsSpan(12, 17)));
        return png;
    }

    /// <summary>Mean absolute difference of two pictures' samples.</summary>
    public static double MeanDifference(byte[] a, byte[] b)
    {
        Assert.Equal(a.Length, b.Length);
        return a.Zip(b, (x, y) => Math.Abs(x - y)).Average();
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var i = 0; i < 8; i++) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0xedb88320u : 0);
        }

        return ~crc;
    }
}
