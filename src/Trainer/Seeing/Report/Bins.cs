namespace VqVae.Trainer.Seeing.Report;

/// <summary>Cuts a long run's rows into a bounded number of ranges of steps, so that a curve's size does not grow with the run.</summary>
internal sealed class Bins
{
    private readonly int[] _bin;

    /// <param name="x">The rows' steps, rising.</param>
    /// <param name="most">Most ranges; with no more rows than that, each row is one.</param>
    public Bins(double[] x, int most)
    {
        _bin = new int[x.Length];
        if (x.Length <= most)
        {
            for (var i = 0; i < x.Length; i++) _bin[i] = i;
            X = x;
            return;
        }

        var (low, width) = (x[0], (x[^1] - x[0]) / most);
        var centers = new List<double>();
        var last = -1;
        for (var i = 0; i < x.Length; i++)
        {
            var range = Math.Min(most - 1, (int)((x[i] - low) / width));
            if (range != last) centers.Add(x[i]);
            last = range;
            _bin[i] = centers.Count - 1;

            // A range stands at its last row, so that the curve ends where the run does.
            centers[^1] = x[i];
        }

        X = [.. centers];
    }

    /// <summary>Where each range is drawn.</summary>
    public double[] X { get; }

    /// <summary>The mean, the lowest and the highest finite value of each range; NaN where it has none.</summary>
    public (double[] Mean, double[] Low, double[] High) Of(double[] values)
    {
        var (sum, count, low, high) = (new double[X.Length], new int[X.Length], new double[X.Length], new double[X.Length]);
        Array.Fill(low, double.NaN);
        Array.Fill(high, double.NaN);
        for (var i = 0; i < values.Length; i++)
        {
            var value = values[i];
            if (!double.IsFinite(value)) continue;
            var bin = _bin[i];
            if (count[bin]++ == 0) (low[bin], high[bin]) = (value, value);
            sum[bin] += value;
            low[bin] = Math.Min(low[bin], value);
            high[bin] = Math.Max(high[bin], value);
        }

        for (var i = 0; i < sum.Length; i++) sum[i] = count[i] == 0 ? double.NaN : sum[i] / count[i];
        return (sum, low, high);
    }
}
