using System.Globalization;
using NetVips;
using VqVae.Codec.Cli.Evaluation.Codecs;
using VqVae.Runtime;

namespace VqVae.Benchmarks;

/// <summary>
/// A picture of what codecs of few bits are bad at, drawn and decoded side by side, for a model's card: blades of grass, a zone plate (every frequency in every direction), thin coloured
/// lines, and the small squares of a printed page.
/// </summary>
internal static class ChartQuick
{
    private const int Side = 192;
    private const int Tiles = 4;
    private const int Gap = 8;

    public static int Run(string[] args)
    {
        if (args is not ["--model", var model, "--quality", var number, var output] || !int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var quality) || quality is < 1 or > 100)
        {
            Console.Error.WriteLine("usage: chart --model DIR --quality Q OUT.png");
            return 2;
        }

        using var codec = VqCodec.Load(model, new VqCodecOptions { Device = VqDevice.Cpu });
        const int width = Tiles * Side;
        var drawn = new VqImage(width, Side, PixelFormat.Rgb24, Draw());
        var vq = codec.Compress(drawn.Pixels, width, Side, options: new VqCompressOptions { Quality = quality });
        var decoded = codec.Decompress(vq, new VqDecompressOptions { Format = PixelFormat.Rgb24 });
        using var above = VipsPixels.Open(drawn);
        using var below = VipsPixels.Open(decoded);
        using var both = above.Join(below, Enums.Direction.Vertical, shim: Gap, background: [255, 255, 255]);
        both.WriteToFile(output);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{output}: above as drawn, below at quality {quality}, {vq.Length} bytes, {8.0 * vq.Length / (width * Side):F3} bits a pixel"));
        return 0;
    }

    private static byte[] Draw()
    {
        var rgb = new byte[Tiles * Side * Side * 3];
        var random = new Random(1);
        var grass = Grass(random);
        var page = new bool[Side, Side];
        for (var y = 0; y < Side; y++)
            for (var x = 0; x < Side; x++) page[y, x] = y / 3 % 4 < 2 && (x / 3 % 6 == 5 ? 0 : random.Next(2)) == 1;
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                Put(0, grass[y, x]);
                var (dx, dy) = (x - (Side / 2), y - (Side / 2));
                var wave = 127.5 + (120 * Math.Cos(Math.PI * ((dx * dx) + (dy * dy)) / (1.1 * Side)));
                Put(1, (wave, wave, wave));
                var line = (x + (2 * y)) % 11 < 2;
                Put(2, line ? (200, 40, 60) : (y - x + Side) % 17 == 0 ? (30, 90, 200) : (235, 230, 215));
                Put(3, page[y, x] ? (40, 40, 45) : (248, 246, 240));

                void Put(int tile, (double R, double G, double B) color)
                {
                    var at = ((y * Tiles * Side) + (tile * Side) + x) * 3;
                    (rgb[at], rgb[at + 1], rgb[at + 2]) = (Byte(color.R), Byte(color.G), Byte(color.B));
                }
            }
        }

        return rgb;
    }

    /// <summary>Short strokes over one another, each of its own green.</summary>
    private static (double R, double G, double B)[,] Grass(Random random)
    {
        var field = new (double, double, double)[Side, Side];
        for (var y = 0; y < Side; y++)
            for (var x = 0; x < Side; x++) field[y, x] = (40, 60, 25);
        for (var blade = 0; blade < 4000; blade++)
        {
            var (x, y, lean, light) = (random.NextDouble() * Side, random.NextDouble() * Side, random.NextDouble() - 0.5, random.NextDouble());
            for (var step = 0; step < 16; step++)
            {
                var (px, py) = ((int)(x + (lean * step)), (int)y - step);
                if (px is >= 0 and < Side && py is >= 0 and < Side) field[py, px] = (60 + (90 * light), 90 + (110 * light), 30 + (50 * light));
            }
        }

        return field;
    }

    private static byte Byte(double value) => (byte)Math.Clamp(Math.Round(value), 0, 255);
}
