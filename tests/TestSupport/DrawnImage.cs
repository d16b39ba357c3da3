namespace VqVae.TestSupport;

/// <summary>Pictures that tests draw themselves: smooth shading, edges and texture, the same for the same seed on every machine.</summary>
public static class DrawnImage
{
    /// <summary>Draws RGB rows (3 bytes a pixel) of any size from 1×1 up.</summary>
    public static byte[] Rgb(int width, int height, int seed)
    {
        var random = new Random(seed);
        var pixels = new byte[3 * width * height];
        double Next(double min, double max) => min + ((max - min) * random.NextDouble());

        var background = new[] { Next(40, 215), Next(40, 215), Next(40, 215) };
        var (slopeX, slopeY) = (Next(-80, 80), Next(-80, 80));
        var shapes = Enumerable.Range(0, 6).Select(_ => (
            X: Next(0, width), Y: Next(0, height), Radius: Next(0.05, 0.35) * Math.Max(width, height), Box: random.Next(2) == 0,
            Color: new[] { Next(0, 255), Next(0, 255), Next(0, 255) })).ToArray();
        var (waveX, waveY, waveHeight) = (Next(0.1, 0.9), Next(0.1, 0.9), Next(2, 14));

        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var color = background;
                foreach (var shape in shapes)
                {
                    var (dx, dy) = (Math.Abs(x - shape.X), Math.Abs(y - shape.Y));
                    if (shape.Box ? Math.Max(dx, dy) < shape.Radius : (dx * dx) + (dy * dy) < shape.Radius * shape.Radius) color = shape.Color;
                }

                var shade = (slopeX * x / width) + (slopeY * y / height) + (waveHeight * Math.Sin((waveX * x) + (waveY * y))) + random.Next(-3, 4);
                for (var c = 0; c < 3; c++) pixels[(((y * width) + x) * 3) + c] = (byte)Math.Clamp(color[c] + shade, 0, 255);
            }
        }

        return pixels;
    }
}
