using NetVips;
using VqVae.Runtime;

if (args is not [var picture, var output]) throw new ArgumentException("usage: PICTURE OUTPUT (writes OUTPUT.vq and OUTPUT.png)");

using var codec = VqCodec.LoadDefault();
using var image = Image.Thumbnail(picture, VqLimits.MaxSide, size: Enums.Size.Down, outputProfile: "srgb").Flatten(); // upright, 8-bit sRGB, no alpha
using var rgb = image.Colourspace(Enums.Interpretation.Srgb);

byte[] vq = codec.Compress(rgb.WriteToMemory<byte>(), rgb.Width, rgb.Height);
File.WriteAllBytes(output + ".vq", vq);

VqImage back = codec.Decompress(File.ReadAllBytes(output + ".vq"), new VqDecompressOptions { Format = PixelFormat.Rgb24 });
using var decoded = Image.NewFromMemory(back.Pixels, back.Width, back.Height, bands: 3, Enums.BandFormat.Uchar);
decoded.Pngsave(output + ".png");

using var difference = (rgb - decoded).Cast(Enums.BandFormat.Float);
double mse = (difference * difference).Avg();
Console.WriteLine($"{back.Width}×{back.Height}: {new FileInfo(picture).Length:N0} bytes → {vq.Length:N0} bytes, {8.0 * vq.Length / back.Width / back.Height:F3} bits a pixel, {10 * Math.Log10(255 * 255 / mse):F2} dB");
