using SkiaSharp;
using VqVae.Runtime;

namespace VqVae.ImageLibraries;

/// <summary>Pictures through SkiaSharp: the code of the embedding guide.</summary>
internal static class SkiaSharpPictures
{
    public static byte[] Compress(VqCodec codec, string path)
    {
        // Skia would multiply colours with alpha and keep the file's colour space; the codec takes neither.
        var info = SKBitmap.DecodeBounds(path).WithColorType(SKColorType.Rgba8888).WithAlphaType(SKAlphaType.Unpremul).WithColorSpace(SKColorSpace.CreateSrgb());
        using var picture = SKBitmap.Decode(path, info) ?? throw new InvalidDataException($"Skia cannot read '{path}'");
        return codec.Compress(picture.GetPixelSpan(), picture.Width, picture.Height, PixelFormat.Rgba32, new VqCompressOptions { Stride = picture.RowBytes });
    }

    public static void Decompress(VqCodec codec, byte[] vq, string path)
    {
        VqImage image = codec.Decompress(vq, new VqDecompressOptions { Format = PixelFormat.Rgba32 });
        var info = new SKImageInfo(image.Width, image.Height, SKColorType.Rgba8888, SKAlphaType.Unpremul, SKColorSpace.CreateSrgb());
        using var picture = SKImage.FromPixelCopy(info, image.Pixels);
        using var png = picture.Encode(SKEncodedImageFormat.Png, 100);
        using var file = File.Create(path);
        png.SaveTo(file);
    }
}
