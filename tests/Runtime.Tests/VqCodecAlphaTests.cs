using VqVae.TestSupport;

namespace VqVae.Runtime.Tests;

public class VqCodecAlphaTests(TinyModel model) : IClassFixture<TinyModel>
{
    private const int Width = 45;
    private const int Height = 83;

    private VqCodec Codec => model.Codec;

    [Theory]
    [InlineData(PixelFormat.Rgba32)]
    [InlineData(PixelFormat.Bgra32)]
    [InlineData(PixelFormat.GrayAlpha16)]
    public void Decompress_OfTransparentImage_ReturnsItsAlphaExactly(PixelFormat format)
    {
        var (pixels, alpha) = Image(format, seed: 1);
        var vq = Codec.Compress(pixels, Width, Height, format);
        VqFile.Verify(vq);
        var info = VqFile.ReadInfo(vq);
        var native = format == PixelFormat.GrayAlpha16 ? PixelFormat.GrayAlpha16 : PixelFormat.Rgba32;
        Assert.Equal((native, true), (info.Format, info.HasAlpha));

        var image = Codec.Decompress(vq);
        Assert.Equal(native, image.Format);
        Assert.Equal(alpha, Alpha(image));

        // Other formats with alpha have the same one, formats without have the same colours.
        var rgb = Codec.Decompress(vq, new VqDecompressOptions { Format = PixelFormat.Rgb24 }).Pixels;
        Assert.Equal(rgb, ToRgb(Codec.Decompress(vq, new VqDecompressOptions { Format = PixelFormat.Rgba32 })));
        foreach (var other in new[] { PixelFormat.Rgba32, PixelFormat.Bgra32, PixelFormat.GrayAlpha16 })
            Assert.Equal(alpha, Alpha(Codec.Decompress(vq, new VqDecompressOptions { Format = other })));
    }

    [Fact]
    public void Compress_HiddenColours_AreNotInTheFile()
    {
        var (pixels, alpha) = Image(PixelFormat.Rgba32, seed: 2);
        var other = (byte[])pixels.Clone();
        var random = new Random(3);
        for (var i = 0; i < other.Length; i++)
            if (i % 4 != 3 && alpha[i / 4] == 0) other[i] = (byte)random.Next(256);
        Assert.NotEqual(pixels, other);
        Assert.Equal(Codec.Compress(pixels, Width, Height, PixelFormat.Rgba32), Codec.Compress(other, Width, Height, PixelFormat.Rgba32));
    }

    [Fact]
    public void Compress_OpaqueAlpha_IsDropped()
    {
        var (pixels, _) = Image(PixelFormat.Rgba32, seed: 4);
        for (var i = 3; i < pixels.Length; i += 4) pixels[i] = 255;
        var vq = Codec.Compress(pixels, Width, Height, PixelFormat.Rgba32);
        Assert.False(VqFile.ReadInfo(vq).HasAlpha);
        Assert.Equal(PixelFormat.Rgb24, Codec.Decompress(vq).Format);
        Assert.All(Alpha(Codec.Decompress(vq, new VqDecompressOptions { Format = PixelFormat.Rgba32 })), a => Assert.Equal(255, a));
    }

    [Fact]
    public void Decompress_AlphaOfAnotherSize_IsAnError()
    {
        var (pixels, _) = Image(PixelFormat.Rgba32, seed: 5);
        var rgb = Codec.Compress(pixels, Width, Height, PixelFormat.Rgba32);
        var document = VqDocument.Open(rgb, Codec.Manifest, new VqLimits());
        var section = document.Sections.Alpha;
        foreach (var (height, expected) in new[] { (Height - 1, "the section ends after"), (Height + 1, "the section has more") })
        {
            var alpha = AlphaSectionTests.Write(Width, [.. Enumerable.Range(0, Width * height).Select(i => (byte)i)]);
            byte[] file = VqBytes.Seal([.. rgb[..(document.Header.Size + 1)], .. Varint(alpha.Length), .. alpha, .. rgb[(section.Offset + section.Length)..^4]]);
            Assert.Contains(expected, Assert.Throws<VqFormatException>(() => Codec.Decompress(file)).Message, StringComparison.Ordinal);
            Assert.Contains(expected, Assert.Throws<VqFormatException>(() => VqFile.Verify(file)).Message, StringComparison.Ordinal);
            Assert.Equal(3 * Width * Height, Codec.Decompress(file, new VqDecompressOptions { Format = PixelFormat.Rgb24 }).Pixels.Length);
        }

        static byte[] Varint(int value)
        {
            var bytes = new byte[VqWriter.VarintSize(value)];
            new VqWriter(bytes).WriteVarint(value);
            return bytes;
        }
    }

    [Fact]
    public void Compress_HiddenWhiteBehindADarkImage_IsSeenLessThanWithoutFilling()
    {
        // The shipped model, because a random one knows no image. The object is dark, and white lies unseen around it.
        using var codec = VqCodec.Load(Path.Combine(SharedData.RepositoryRoot, "models", DefaultModel.Name), new VqCodecOptions { Device = VqDevice.Cpu });
        const int Side = 128;
        var rgba = new byte[Side * Side * 4];
        for (var i = 0; i < Side * Side; i++)
        {
            var (x, y) = (i % Side, i / Side);
            var inside = Math.Pow(x - 64, 2) + Math.Pow(y - 64, 2) < 44 * 44;
            byte[] pixel = inside ? [(byte)(40 + (x / 4)), (byte)(20 + (y / 4)), 60, 255] : [255, 255, 255, 0];
            pixel.CopyTo(rgba, i * 4);
        }

        var plain = rgba.Where((_, i) => i % 4 != 3).ToArray();
        var options = new VqCompressOptions { Quality = 50 };
        var filled = Error(codec.Decompress(codec.Compress(rgba, Side, Side, PixelFormat.Rgba32, options), new VqDecompressOptions { Format = PixelFormat.Rgb24 }));
        var unfilled = Error(codec.Decompress(codec.Compress(plain, Side, Side, options: options)));
        Assert.True(filled < .5 * unfilled, $"mean squared error of visible pixels: {filled:f2} filled, {unfilled:f2} not");

        double Error(VqImage image) => Enumerable.Range(0, plain.Length).Where(i => rgba[(i / 3 * 4) + 3] != 0).Average(i => Math.Pow(image.Pixels[i] - plain[i], 2));
    }

    private static (byte[] Pixels, byte[] Alpha) Image(PixelFormat format, int seed)
    {
        var rgb = DrawnImage.Rgb(Width, Height, seed);
        var alpha = Enumerable.Range(0, Width * Height).Select(i => (byte)Math.Clamp((i % Width * 12) - 60 + (i / Width), 0, 255)).ToArray();
        byte[] pixels = format switch
        {
            PixelFormat.GrayAlpha16 => [.. alpha.SelectMany((a, i) => new[] { rgb[3 * i], a })],
            PixelFormat.Bgra32 => [.. alpha.SelectMany((a, i) => new[] { rgb[(3 * i) + 2], rgb[(3 * i) + 1], rgb[3 * i], a })],
            _ => [.. alpha.SelectMany((a, i) => new[] { rgb[3 * i], rgb[(3 * i) + 1], rgb[(3 * i) + 2], a })],
        };
        return (pixels, alpha);
    }

    private static byte[] Alpha(VqImage image)
    {
        var size = PixelRows.BytesPerPixel(image.Format);
        return [.. image.Pixels.Where((_, i) => i % size == size - 1)];
    }

    private static byte[] ToRgb(VqImage rgba) => [.. rgba.Pixels.Where((_, i) => i % 4 != 3)];
}
