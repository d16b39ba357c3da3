namespace VqVae.Exporter.Tests.Reference;

/// <summary>Feature planes of one image, <c>[channel, row, column]</c>, in double precision.</summary>
internal sealed class FeatureMap(int channels, int height, int width)
{
    private readonly double[] _values = new double[channels * height * width];

    public int Channels => channels;

    public int Height => height;

    public int Width => width;

    public double this[int c, int y, int x]
    {
        get => _values[(((c * height) + y) * width) + x];
        set => _values[(((c * height) + y) * width) + x] = value;
    }

    /// <summary>Makes each element from its position.</summary>
    public static FeatureMap Generate(int channels, int height, int width, Func<int, int, int, double> element)
    {
        var map = new FeatureMap(channels, height, width);
        for (var c = 0; c < channels; c++)
            for (var y = 0; y < height; y++)
                for (var x = 0; x < width; x++)
                    map[c, y, x] = element(c, y, x);
        return map;
    }

    public FeatureMap Relu() => Generate(channels, height, width, (c, y, x) => Math.Max(0, this[c, y, x]));

    public FeatureMap Plus(FeatureMap other) => Generate(channels, height, width, (c, y, x) => this[c, y, x] + other[c, y, x]);

    /// <summary>Channels of this map, then those of the other.</summary>
    public FeatureMap Followed(FeatureMap other) =>
        Generate(channels + other.Channels, height, width, (c, y, x) => c < channels ? this[c, y, x] : other[c - channels, y, x]);

    public FeatureMap FirstChannels(int count) => Generate(count, height, width, (c, y, x) => this[c, y, x]);

    /// <summary>PyTorch's pixel_shuffle: channel c·b² + i·b + j becomes pixel (i, j) of channel c's b × b block.</summary>
    public FeatureMap PixelShuffle(int b) =>
        Generate(channels / (b * b), height * b, width * b, (c, y, x) => this[(c * b * b) + (y % b * b) + (x % b), y / b, x / b]);

    /// <summary>Cross-correlation with zero padding; weights <c>[out, in, k, k]</c>.</summary>
    public FeatureMap Conv(float[] weight, float[] bias, int kernel, int stride, int padding)
    {
        var (outHeight, outWidth) = (((height + (2 * padding) - kernel) / stride) + 1, ((width + (2 * padding) - kernel) / stride) + 1);
        return Generate(bias.Length, outHeight, outWidth, (o, y, x) =>
        {
            double sum = bias[o];
            for (var c = 0; c < channels; c++)
                for (var i = 0; i < kernel; i++)
                    for (var j = 0; j < kernel; j++)
                    {
                        var (row, column) = ((y * stride) - padding + i, (x * stride) - padding + j);
                        if (row >= 0 && row < height && column >= 0 && column < width)
                            sum += this[c, row, column] * weight[(((((o * channels) + c) * kernel) + i) * kernel) + j];
                    }

            return sum;
        });
    }

    /// <summary>Transposed convolution: each input element adds its kernel to the output; weights <c>[in, out, k, k]</c>.</summary>
    public FeatureMap ConvTranspose(float[] weight, float[] bias, int kernel, int stride, int padding)
    {
        var (outHeight, outWidth) = (((height - 1) * stride) - (2 * padding) + kernel, ((width - 1) * stride) - (2 * padding) + kernel);
        var result = Generate(bias.Length, outHeight, outWidth, (o, _, _) => bias[o]);
        for (var c = 0; c < channels; c++)
            for (var y = 0; y < height; y++)
                for (var x = 0; x < width; x++)
                    for (var o = 0; o < bias.Length; o++)
                        for (var i = 0; i < kernel; i++)
                            for (var j = 0; j < kernel; j++)
                            {
                                var (row, column) = ((y * stride) - padding + i, (x * stride) - padding + j);
                                if (row >= 0 && row < outHeight && column >= 0 && column < outWidth)
                                    result[o, row, column] += this[c, y, x] * weight[(((((c * bias.Length) + o) * kernel) + i) * kernel) + j];
                            }

        return result;
    }
}
