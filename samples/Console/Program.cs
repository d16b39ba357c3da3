using NetVips;
using VqVae.Runtime;

if (args is not [var picture, var output])
{
    Console.Error.WriteLine("usage: PICTURE OUTPUT (writes OUTPUT.vq and OUTPUT.png)");
    return 2;
}

using var codec = VqCodec.LoadDefault();
using var upright = Image.NewFromFile(picture).Autorot();
using var srgb = upright.Colourspace(Enums.Interpretation.Srgb);
using var rgb = srgb.HasAlpha() ? srgb.Flatten(background: [255]) : srgb;
byte[] pixels = rgb.WriteToMemory<byte>();

byte[] vq = codec.Compress(pixels, rgb.Width, rgb.Height);
File.WriteAllBytes(output + ".vq", vq);

VqImage back = codec.Decompress(File.ReadAllBytes(output + ".vq"), new VqDecompressOptions { Format = PixelFormat.Rgb24 });
using var decoded = Image.NewFromMemory(back.Pixels, back.Width, back.Height, bands: 3, Enums.BandFormat.Uchar);
decoded.Pngsave(output + ".png");

double error = pixels.Zip(back.Pixels, (a, b) => (double)(a - b) * (a - b)).Average();
Console.WriteLine($"{back.Width}×{back.Height}: {new FileInfo(picture).Length:N0} bytes → {vq.Length:N0} bytes, {8.0 * vq.Length / back.Width / back.Height:F3} bits a pixel, {10 * Math.Log10(255 * 255 / error):F2} dB");
return 0;
