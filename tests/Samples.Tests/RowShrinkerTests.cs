using VqVae.Runtime;
using VqVae.Samples.WebApi.Pictures;

namespace VqVae.Samples.Tests;

public class RowShrinkerTests
{
    [Theory]
    [InlineData(PixelFormat.Gray8, 1)]
    [InlineData(PixelFormat.GrayAlpha16, 2)]
    [InlineData(PixelFormat.Rgb24, 3)]
    [InlineData(PixelFormat.Rgba32, 4)]
    public void Add_AnySizes_GivesTheMeanOfEachArea(PixelFormat format, int channels)
    {
        var random = new Random(4);
        for (var i = 0; i < 60; i++)
        {
            var (width, height) = (random.Next(1, 40), random.Next(1, 40));
            var (newWidth, newHeight) = (random.Next(1, width + 1), random.Next(1, height + 1));
            var pixels = new byte[width * height * channels];
            random.NextBytes(pixels);

            var actual = Shrink(pixels, (width, height), (newWidth, newHeight), format, channels, random);

            for (var y = 0; y < newHeight; y++)
            {
                for (var x = 0; x < newWidth; x++)
                {
                    var expected = Mean(pixels, (width, height), (newWidth, newHeight), channels, x, y);
                    for (var c = 0; c < channels; c++)
                        Assert.True(Math.Abs(expected[c] - actual[(((y * newWidth) + x) * channels) + c]) <= .5 + 1e-6, $"{width}x{height} to {newWidth}x{newHeight} at {x},{y}: channel {c}");
                }
            }
        }
    }

    [Theory]
    [InlineData(768, 512, 300, 300, 200)]
    [InlineData(768, 512, 768, 768, 512)]
    [InlineData(768, 512, 5000, 768, 512)]
    [InlineData(16384, 3, 10, 10, 1)]
    [InlineData(3, 16384, 1, 1, 5461)]
    public void Size_OfAWidth_KeepsTheShape(int width, int height, int to, int newWidth, int newHeight) =>
        Assert.Equal((newWidth, newHeight), RowShrinker.Size((width, height), to));

    private static byte[] Shrink(byte[] pixels, (int Width, int Height) size, (int Width, int Height) newSize, PixelFormat format, int channels, Random random)
    {
        var result = new List<byte>();
        var next = 0;
        var shrinker = new RowShrinker(size, newSize, format, (y, rows) =>
        {
            Assert.Equal(next++, y);
            result.AddRange(rows);
        });
        for (var y = 0; y < size.Height;)
        {
            var count = random.Next(1, size.Height - y + 1);
            shrinker.Add(pixels.AsSpan(y * size.Width * channels, count * size.Width * channels));
            y += count;
        }

        Assert.Equal(newSize.Width * newSize.Height * channels, result.Count);
        return [.. result];
    }

    /// <summary>The mean as its definition says it, with alpha as the weight of colours.</summary>
    private static double[] Mean(byte[] pixels, (int Width, int Height) size, (int Width, int Height) newSize, int channels, int x, int y)
    {
        var (left, right) = ((double)x * size.Width / newSize.Width, (double)(x + 1) * size.Width / newSize.Width);
        var (top, bottom) = ((double)y * size.Height / newSize.Height, (double)(y + 1) * size.Height / newSize.Height);
        var hasAlpha = channels is 2 or 4;
        var (sums, weights, area) = (new double[channels], new double[channels], 0.0);
        for (var row = 0; row < size.Height; row++)
        {
            for (var column = 0; column < size.Width; column++)
            {
                var cover = Math.Max(0, Math.Min(right, column + 1) - Math.Max(left, column)) * Math.Max(0, Math.Min(bottom, row + 1) - Math.Max(top, row));
                var at = ((row * size.Width) + column) * channels;
                area += cover;
                for (var c = 0; c < channels; c++)
                {
                    var weight = hasAlpha && c < channels - 1 ? cover * pixels[at + channels - 1] : cover;
                    sums[c] += weight * pixels[at + c];
                    weights[c] += weight;
                }
            }
        }

        return [.. sums.Select((sum, c) => weights[c] == 0 ? 0 : sum / weights[c])];
    }
}
