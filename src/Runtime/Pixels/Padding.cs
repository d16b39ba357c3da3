using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>The size that an image is extended to, so that every plane's stride divides it.</summary>
internal readonly record struct Padding(int Width, int Height)
{
    public static Padding Of(IReadOnlyList<LatentPlane> planes, int width, int height)
    {
        var multiple = 1;
        foreach (var plane in planes) multiple = Math.Max(multiple, plane.Stride);
        return new Padding(Up(width, multiple), Up(height, multiple));
    }

    /// <summary>Pixels of the padded image.</summary>
    public long Pixels => (long)Width * Height;

    /// <summary>Positions of a plane's grid.</summary>
    public long Positions(LatentPlane plane) => (long)(Width / plane.Stride) * (Height / plane.Stride);

    /// <summary>Bytes of the padded image, 3 a pixel.</summary>
    public int RgbSize => checked(Width * Height * 3);

    private static int Up(int size, int multiple) => (size + multiple - 1) / multiple * multiple;
}
