namespace VqVae.Reporting;

/// <summary>Maps values to positions along an axis, and chooses ticks.</summary>
internal sealed class Axis
{
    private readonly double _low;
    private readonly double _high;

    /// <param name="values">What is drawn; infinities and NaN are passed over, and on a logarithmic axis what is not above 0.</param>
    /// <param name="logarithmic">Whether equal ratios take equal lengths.</param>
    /// <param name="margin">Share of the range that is added at either end.</param>
    public Axis(IEnumerable<double> values, bool logarithmic = false, double margin = 0.04)
    {
        Logarithmic = logarithmic;
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (var value in values)
        {
            if (!Shows(value)) continue;
            low = Math.Min(low, Scaled(value));
            high = Math.Max(high, Scaled(value));
        }

        IsEmpty = low > high;
        if (IsEmpty) (low, high) = (0, 1);
        if (high - low < 1e-9 * Math.Max(1e-3, Math.Abs(high))) (low, high) = logarithmic ? (low - 0.15, high + 0.15) : Around(low);
        (_low, _high) = (low - (margin * (high - low)), high + (margin * (high - low)));
    }

    /// <summary>Whether nothing can be shown.</summary>
    public bool IsEmpty { get; }

    /// <summary>Whether equal ratios take equal lengths.</summary>
    public bool Logarithmic { get; }

    /// <summary>Whether a value has a place on the axis.</summary>
    public bool Shows(double value) => double.IsFinite(value) && (!Logarithmic || value > 0);

    /// <summary>Where a value lies: 0 at the low end, 1 at the high end.</summary>
    public double Position(double value) => (Scaled(value) - _low) / (_high - _low);

    /// <summary>About so many round values in the range: 1, 2 and 5 times powers of ten.</summary>
    public IReadOnlyList<double> Ticks(int about)
    {
        if (!Logarithmic) return Round(_low, _high, about);
        var decades = _high - _low;

        // Within less than a decade the multiples of 1, 2 and 5 are too far apart.
        if (decades < 0.8) return Round(Math.Pow(10, _low), Math.Pow(10, _high), about);
        double[] multiples = decades < 2.2 ? [1, 2, 5] : [1];
        var stride = Math.Max(1, (int)Math.Ceiling(decades / about));
        var ticks = new List<double>();
        for (var decade = (int)Math.Floor(_low); decade <= _high; decade++)
        {
            if (decades >= 2.2 && decade % stride != 0) continue;
            ticks.AddRange(multiples.Select(m => m * Math.Pow(10, decade)).Where(t => Math.Log10(t) >= _low && Math.Log10(t) <= _high));
        }

        return ticks;
    }

    private static List<double> Round(double low, double high, int about)
    {
        var raw = (high - low) / about;
        var power = Math.Pow(10, Math.Floor(Math.Log10(raw)));
        var step = power * (raw / power) switch { < 1.5 => 1, < 3.5 => 2, < 7.5 => 5, _ => 10 };
        var ticks = new List<double>();
        for (var i = (long)Math.Ceiling(low / step); i * step <= high; i++) ticks.Add(i * step);
        return ticks;
    }

    /// <summary>A range around the only value: so narrow that what is above 0, such as a learning rate, gets no negative ticks.</summary>
    private static (double Low, double High) Around(double value)
    {
        var margin = value == 0 ? 1e-3 : 0.05 * Math.Abs(value);
        return (value - margin, value + margin);
    }

    private double Scaled(double value) => Logarithmic ? Math.Log10(value) : value;
}
