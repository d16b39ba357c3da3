using System.Text;
using NetVips;
using VqVae.Codec.Cli.Evaluation.Codecs;

namespace VqVae.Codec.Cli.Tests;

/// <summary>Which formats libvips reads in this process. Nothing else runs meanwhile: what is blocked is so for the whole process.</summary>
[Collection(Name)]
public sealed class LoaderTests
{
    public const string Name = "libvips loaders";

    private static readonly byte[] Gif = [.. "GIF89a\u0001\0\u0001\0\u0080\0\0"u8, 0, 0, 0, 255, 255, 255, 0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0, 0x3b];
    private static readonly byte[] Svg = Encoding.UTF8.GetBytes("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><rect width=\"9\" height=\"9\"/></svg>");

    [Fact]
    public void Prepare_OtherLoaders_AreBlockedInLibvipsItself()
    {
        foreach (var (operation, content) in new[] { ("heifload_buffer", Avif()), ("gifload_buffer", Gif), ("svgload_buffer", Svg) }) AssertBlocked(operation, content);
    }

    [Fact]
    public void OwnLoader_WhileItIsOpen_ReadsThatFormatAlone()
    {
        var avif = Avif();
        using (OwnLoader.Avif())
        {
            using (OwnLoader.Avif()) AssertRead(avif);

            // Still open: the outer one uses it.
            AssertRead(avif);
            AssertBlocked("svgload_buffer", Svg);
            AssertBlocked("gifload_buffer", Gif);
        }

        AssertBlocked("heifload_buffer", avif);
        using (OwnLoader.Svg()) AssertRead(Svg);
        AssertBlocked("svgload_buffer", Svg);
    }

    private static byte[] Avif()
    {
        using var image = Pictures.RgbImage();
        return image.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, effort: 0);
    }

    private static void AssertRead(byte[] content)
    {
        using var image = Image.NewFromBuffer(content);
        Assert.True(image.Width > 0);
    }

    private static void AssertBlocked(string operation, byte[] content)
    {
        Assert.Contains("blocked", Assert.Throws<VipsException>(() => Operation.Call(operation, content)).Message, StringComparison.Ordinal);
        Assert.Throws<VipsException>(() => Image.NewFromBuffer(content));
    }
}

/// <summary>Keeps <see cref="LoaderTests"/> apart from all other tests.</summary>
[CollectionDefinition(LoaderTests.Name, DisableParallelization = true)]
public sealed class LoaderTestsGroup;
