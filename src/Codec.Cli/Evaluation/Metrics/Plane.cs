using VqVae.Runtime;

namespace VqVae.Codec.Cli.Evaluation.Metrics;

/// <summary>One channel of a picture as numbers: black −½, white ½, because float32 loses least around zero.</summary>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Values">The rows from top to bottom, tightly packed.</param>
internal sealed record Plane(int Width, int Height, float[] Values)
{
    private const float Step = 1 / 255f;

    /// <summary>A row.</summary>
    public ReadOnlySpan<float> Row(int y) => Values.AsSpan(y * Width, Width);

    /// <summary>Red, green or blue.</summary>
    /// <param name="picture">An Rgb24 picture.</param>
    /// <param name="channel">0 red, 1 green, 2 blue.</param>
    public static Plane Channel(VqImage picture, int channel)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var pixels = picture.Pixels;
        var values = new float[picture.Width * picture.Height];
        for (int i = 0, at = channel; i < values.Length; i++, at += 3) values[i] = (pixels[at] * Step) - 0.5f;
        return new Plane(picture.Width, picture.Height, values);
    }

    /// <summary>
    /// Luma Y = 0.299 R + 0.587 G + 0.114 B (ITU-R BT.601) over the full range and not rounded, as JFIF has it before it rounds; not the 16 to 235 of video.
    /// </summary>
    /// <param name="picture">An Rgb24 picture.</param>
    public static Plane Luma(VqImage picture)
    {
        ArgumentNullException.ThrowIfNull(picture);
        var pixels = picture.Pixels;
        var values = new float[picture.Width * picture.Height];
        for (int i = 0, at = 0; i < values.Length; i++, at += 3)
            values[i] = ((0.299f * pixels[at]) + (0.587f * pixels[at + 1]) + (0.114f * pixels[at + 2])) * Step - 0.5f;
        return new Plane(picture.Width, picture.Height, values);
    }

    /// <summary>Averages of 2 × 2 pixels, and of those that there are at an odd edge.</summary>
    public Plane Halved()
    {
        var (width, height) = ((Width + 1) / 2, (Height + 1) / 2);
        var values = new float[width * height];
        for (var y = 0; y < height; y++)
        {
            var upper = Row(2 * y);
            var lower = Row(Math.Min((2 * y) + 1, Height - 1));
            var row = values.AsSpan(y * width, width);
            for (var x = 0; x < Width / 2; x++) row[x] = (upper[2 * x] + upper[(2 * x) + 1] + lower[2 * x] + lower[(2 * x) + 1]) / 4;
            if (Width % 2 == 1) row[^1] = (upper[^1] + lower[^1]) / 2;
        }

        return new Plane(width, height, values);
    }

    /// <summary>The mean of the squared differences, in the plane's units.</summary>
    public double MeanSquaredError(Plane other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var sum = 0.0;
        for (var i = 0; i < Values.Length; i++)
        {
            double difference = Values[i] - other.Values[i];
            sum += difference * difference;
        }

        return sum / Values.Length;
    }
}
