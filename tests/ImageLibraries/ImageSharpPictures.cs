using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;
using SixLabors.ImageSharp.Processing;
using VqVae.Runtime;

namespace VqVae.ImageLibraries;

/// <summary>Pictures through ImageSharp: the code of the embedding guide.</summary>
internal static class ImageSharpPictures
{
    public static byte[] Compress(VqCodec codec, string path)
    {
        using var picture = Image.Load<Rgba32>(path);
        picture.Mutate(operations => operations.AutoOrient());
        var pixels = new byte[4 * picture.Width * picture.Height];
        picture.CopyPixelDataTo(pixels);
        return codec.Compress(pixels, picture.Width, picture.Height, PixelFormat.Rgba32);
    }

    public static void Decompress(VqCodec codec, byte[] vq, string path)
    {
        VqImage image = codec.Decompress(vq, new VqDecompressOptions { Format = PixelFormat.Rgba32 });
        using var picture = Image.LoadPixelData<Rgba32>(image.Pixels, image.Width, image.Height);
        picture.Save(path);
    }
}
