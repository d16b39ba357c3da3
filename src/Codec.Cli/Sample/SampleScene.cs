namespace VqVae.Codec.Cli.Sample;

/// <summary>
/// The sample picture: a lake in the mountains on a hazy morning, with smooth gradients, clouds, fine texture and sharp edges, so that a
/// codec has everything to do that a photograph asks for. Drawn by this code alone, the same bytes on every machine.
/// </summary>
internal static class SampleScene
{
    /// <summary>The size that the demo uses.</summary>
    public const int DefaultWidth = 768, DefaultHeight = 512;

    /// <summary>The seed that the demo uses.</summary>
    public const int DefaultSeed = 7;

    /// <summary>Samples a side in a pixel.</summary>
    private const int Supersampling = 2;

    /// <summary>Draws the scene as RGB rows.</summary>
    public static byte[] Render(int width, int height, int seed = DefaultSeed, CancellationToken cancellationToken = default)
    {
        var pixels = new byte[3 * width * height];
        var foreground = new Foreground(seed);
        var options = new ParallelOptions { CancellationToken = cancellationToken };
        Parallel.For(0, height, options, py =>
        {
            for (var px = 0; px < width; px++)
            {
                var sum = default(Tone);
                for (var s = 0; s < Supersampling * Supersampling; s++)
                {
                    var x = (px + (((s % Supersampling) + 0.5) / Supersampling)) / height;
                    var y = (py + (((s / Supersampling) + 0.5) / Supersampling)) / height;
                    sum += At(foreground, x, y, seed);
                }

                // The grain of a sensor, one or two steps of 255: without it large areas are smoother than any photograph.
                var grain = (Noise.Uniform(px, py, seed + 900) + Noise.Uniform(px, py, seed + 901) - 1) * 2.2;
                var tone = sum * (255.0 / (Supersampling * Supersampling));
                var at = 3 * ((py * width) + px);
                pixels[at] = Quantize(tone.R + grain);
                pixels[at + 1] = Quantize(tone.G + grain);
                pixels[at + 2] = Quantize(tone.B + grain);
            }
        });
        return pixels;
    }

    private static byte Quantize(double value) => (byte)Math.Clamp(value + 0.5, 0, 255);

    private static Tone At(Foreground foreground, double x, double y, int seed) =>
        foreground.Cover(x, y) ?? (y < Lake.Shore ? Distance(foreground, x, y, seed) : Lake.At(x, y, (u, v) => Distance(foreground, u, v, seed), seed));

    /// <summary>What lies behind the water, and what the water mirrors.</summary>
    private static Tone Distance(Foreground foreground, double x, double y, int seed)
    {
        if (foreground.FarTrees(x, y) is { } tree) return tree;
        return Mountains.Over(Sky.At(x, y, seed), x, y, seed);
    }
}
