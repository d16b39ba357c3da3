using System.Buffers.Binary;
using NetVips;
using VqVae.Codec.Cli.Images.Png;
using VqVae.TestSupport;

namespace VqVae.Samples.Tests;

/// <summary>Pictures to upload, and what comes back.</summary>
internal static class Pictures
{
    /// <summary>A drawn picture as a file.</summary>
    /// <param name="extension">Such as <c>.png</c>.</param>
    public static byte[] Drawn(int width, int height, string extension = ".png", int seed = 1)
    {
        using var raw = Image.NewFromMemory(DrawnImage.Rgb(width, height, seed), width, height, 3, Enums.BandFormat.Uchar);
        using var typed = raw.Copy(interpretation: Enums.Interpretation.Srgb);
        return typed.WriteToBuffer(extension);
    }

    /// <summary>A picture that compresses badly: every pixel by chance.</summary>
    public static byte[] Noise(int side)
    {
        var pixels = new byte[3 * side * side];
        new Random(3).NextBytes(pixels);
        using var raw = Image.NewFromMemory(pixels, side, side, 3, Enums.BandFormat.Uchar);
        using var typed = raw.Copy(interpretation: Enums.Interpretation.Srgb);
        return typed.PngsaveBuffer(compression: 0);
    }

    /// <summary>A drawn picture whose alpha grows from left to right.</summary>
    public static byte[] Transparent(int width, int height)
    {
        var rgb = DrawnImage.Rgb(width, height, 2);
        var pixels = new byte[4 * width * height];
        for (var i = 0; i < width * height; i++)
        {
            rgb.AsSpan(3 * i, 3).CopyTo(pixels.AsSpan(4 * i));
            pixels[(4 * i) + 3] = (byte)(255 * (i % width) / (width - 1));
        }

        using var raw = Image.NewFromMemory(pixels, width, height, 4, Enums.BandFormat.Uchar);
        using var typed = raw.Copy(interpretation: Enums.Interpretation.Srgb);
        return typed.WriteToBuffer(".png");
    }

    /// <summary>A PNG that says it has so many pixels, and has next to none.</summary>
    public static byte[] PngThatClaims(int width, int height)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9]) = (8, 2);
        PngChunks.Write(file, "IHDR"u8, header);
        PngChunks.Write(file, "IDAT"u8, [0x78, 0x9c, 0x63, 0x60, 0, 0, 0, 2, 0, 1]);
        PngChunks.Write(file, "IEND"u8, []);
        return file.ToArray();
    }

    /// <summary>Size, channels and samples of a PNG.</summary>
    public static (int Width, int Height, int Bands, byte[] Pixels) Read(byte[] png)
    {
        using var image = Image.NewFromBuffer(png, failOn: Enums.FailOn.Warning);
        return (image.Width, image.Height, image.Bands, image.WriteToMemory<byte>());
    }
}
