using System.Drawing;
using System.Drawing.Imaging;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using VqVae.Runtime;
using Argb = System.Drawing.Imaging.PixelFormat;
using PixelFormat = VqVae.Runtime.PixelFormat;

namespace VqVae.ImageLibraries;

/// <summary>Pictures through System.Drawing, on Windows: the code of the embedding guide.</summary>
[SupportedOSPlatform("windows")]
internal static class SystemDrawingPictures
{
    public static unsafe byte[] Compress(VqCodec codec, string path)
    {
        using var picture = new Bitmap(path);
        BitmapData data = picture.LockBits(new Rectangle(0, 0, picture.Width, picture.Height), ImageLockMode.ReadOnly, Argb.Format32bppArgb);
        try
        {
            var pixels = new ReadOnlySpan<byte>((void*)data.Scan0, data.Stride * data.Height);
            return codec.Compress(pixels, data.Width, data.Height, PixelFormat.Bgra32, new VqCompressOptions { Stride = data.Stride });
        }
        finally
        {
            picture.UnlockBits(data);
        }
    }

    public static void Decompress(VqCodec codec, byte[] vq, string path)
    {
        VqImage image = codec.Decompress(vq, new VqDecompressOptions { Format = PixelFormat.Bgra32 });
        using var picture = new Bitmap(image.Width, image.Height, Argb.Format32bppArgb);
        BitmapData data = picture.LockBits(new Rectangle(0, 0, image.Width, image.Height), ImageLockMode.WriteOnly, Argb.Format32bppArgb);
        for (var y = 0; y < image.Height; y++)
            Marshal.Copy(image.Pixels, y * 4 * image.Width, data.Scan0 + (y * data.Stride), 4 * image.Width);
        picture.UnlockBits(data);
        picture.Save(path, ImageFormat.Png);
    }
}
