namespace VqVae.Exporter.Variants;

/// <summary>What a tensor <c>[N, C, …]</c> held while samples ran: for each channel its range, its mean and some of its numbers.</summary>
internal sealed class TensorStatistics(int channels)
{
    /// <summary>Numbers that are kept of a channel in a run.</summary>
    private const int Kept = 256;

    private readonly double[] _sums = new double[channels];
    private readonly List<float>[] _some = [.. Enumerable.Range(0, channels).Select(_ => new List<float>())];
    private long _count;

    /// <summary>The smallest number of each channel.</summary>
    public float[] Least { get; } = [.. Enumerable.Repeat(float.PositiveInfinity, channels)];

    /// <summary>The largest number of each channel.</summary>
    public float[] Most { get; } = [.. Enumerable.Repeat(float.NegativeInfinity, channels)];

    /// <summary>Number of channels.</summary>
    public int Channels => channels;

    /// <summary>The largest magnitude of a channel.</summary>
    public float Magnitude(int channel) => Math.Max(Math.Abs(Least[channel]), Math.Abs(Most[channel]));

    /// <summary>The mean of a channel.</summary>
    public double Mean(int channel) => _sums[channel] / _count;

    /// <summary>Some numbers of a channel, evenly taken.</summary>
    public IReadOnlyList<float> Some(int channel) => _some[channel];

    /// <summary>Adds a run's numbers.</summary>
    public void Add(ReadOnlySpan<float> values, long[] shape)
    {
        var (images, size) = ((int)shape[0], values.Length / (int)shape[0] / channels);
        var step = Math.Max(1, images * size / Kept);
        _count += (long)images * size;
        for (var image = 0; image < images; image++)
        {
            for (var c = 0; c < channels; c++)
            {
                var own = values.Slice(((image * channels) + c) * size, size);
                var (least, most, sum) = (Least[c], Most[c], 0.0);
                foreach (var value in own) (least, most, sum) = (Math.Min(least, value), Math.Max(most, value), sum + value);
                (Least[c], Most[c]) = (least, most);
                _sums[c] += sum;
                for (var i = (image + c) % step; i < size; i += step) _some[c].Add(own[i]);
            }
        }
    }
}
