namespace VqVae.Trainer.Seeing.Report;

/// <summary>A straight line through points by least squares, and how well the points fix its slope.</summary>
/// <param name="Slope">Change of y for each x.</param>
/// <param name="Error">Standard error of the slope, taking the points' distances from the line as independent noise.</param>
/// <param name="Points">Number of points.</param>
internal readonly record struct Trend(double Slope, double Error, int Points)
{
    /// <summary>Fewest points that show a trend beyond their noise.</summary>
    public const int FewestPoints = 5;

    /// <summary>Whether y rises by more than twice the error.</summary>
    public bool Rises => Points >= FewestPoints && Slope > 2 * Error;

    /// <summary>Whether y falls by more than twice the error.</summary>
    public bool Falls => Points >= FewestPoints && Slope < -2 * Error;

    /// <summary>The line through the points whose y is finite.</summary>
    public static Trend Of(IEnumerable<(double X, double Y)> points)
    {
        var finite = points.Where(p => double.IsFinite(p.X) && double.IsFinite(p.Y)).ToArray();
        if (finite.Length < 3) return new Trend(0, double.PositiveInfinity, finite.Length);
        var (meanX, meanY) = (finite.Average(p => p.X), finite.Average(p => p.Y));
        var squares = finite.Sum(p => (p.X - meanX) * (p.X - meanX));
        if (squares == 0) return new Trend(0, double.PositiveInfinity, finite.Length);
        var slope = finite.Sum(p => (p.X - meanX) * (p.Y - meanY)) / squares;
        var rest = finite.Sum(p => Math.Pow(p.Y - meanY - (slope * (p.X - meanX)), 2));
        return new Trend(slope, Math.Sqrt(rest / (finite.Length - 2) / squares), finite.Length);
    }

    /// <summary>Averages of finite values in windows that slide by one: what noise leaves of a curve.</summary>
    public static double[] Smooth(IReadOnlyList<double> values, int window)
    {
        var finite = values.Where(double.IsFinite).ToArray();
        if (finite.Length < window) return [];
        var averages = new double[finite.Length - window + 1];
        var sum = 0.0;
        for (var i = 0; i < finite.Length; i++)
        {
            sum += finite[i] - (i >= window ? finite[i - window] : 0);
            if (i >= window - 1) averages[i - window + 1] = sum / window;
        }

        return averages;
    }
}
