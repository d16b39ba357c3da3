namespace VqVae.Codec.Cli.Evaluation.Curves;

/// <summary>
/// A cubic between each two points that never leaves their range (PCHIP): Fritsch and Butland, "A method for constructing local monotone piecewise cubic
/// interpolants", SIAM Journal on Scientific and Statistical Computing 5 (1984), with the ends of Moler, "Numerical Computing with MATLAB", 3.4. SciPy's
/// <c>PchipInterpolator</c>, MATLAB's <c>pchip</c> and the spreadsheet of the JCT-VC's common test conditions compute the same.
/// </summary>
internal sealed class PiecewiseCubic
{
    private readonly double[] _x, _y, _slopes;

    /// <param name="x">At least two values, each larger than the one before.</param>
    /// <param name="y">As many.</param>
    public PiecewiseCubic(IEnumerable<double> x, IEnumerable<double> y)
    {
        (_x, _y) = ([.. x], [.. y]);
        if (_x.Length < 2 || _x.Length != _y.Length) throw new ArgumentException($"expected two points or more, got {_x.Length} and {_y.Length} values", nameof(x));
        for (var i = 1; i < _x.Length; i++)
            if (!(_x[i] > _x[i - 1])) throw new ArgumentException($"expected rising values, got {_x[i - 1]} before {_x[i]}", nameof(x));
        _slopes = Slopes(_x, _y);
    }

    /// <summary>Where the first point is.</summary>
    public double First => _x[0];

    /// <summary>Where the last point is.</summary>
    public double Last => _x[^1];

    /// <summary>The value at a place.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is outside the points.</exception>
    public double At(double x)
    {
        Check(x);
        var i = Segment(x);
        var (width, t) = (_x[i + 1] - _x[i], (x - _x[i]) / (_x[i + 1] - _x[i]));
        var (quadratic, cubic) = Coefficients(i);
        return _y[i] + (width * t * (_slopes[i] + (t * (quadratic + (t * cubic)))));
    }

    /// <summary>The integral from one place to another.</summary>
    /// <exception cref="ArgumentOutOfRangeException">One is outside the points.</exception>
    public double Integral(double from, double to)
    {
        Check(from);
        Check(to);
        return Primitive(to) - Primitive(from);
    }

    /// <summary>The integral from the first point on.</summary>
    private double Primitive(double x)
    {
        var last = Segment(x);
        var sum = 0.0;
        for (var i = 0; i < last; i++) sum += Within(i, 1);
        return sum + Within(last, (x - _x[last]) / (_x[last + 1] - _x[last]));
    }

    /// <summary>The integral over the first part of a segment.</summary>
    private double Within(int i, double t)
    {
        var width = _x[i + 1] - _x[i];
        var (quadratic, cubic) = Coefficients(i);
        return width * t * (_y[i] + (width * t * ((_slopes[i] / 2) + (t * ((quadratic / 3) + (t * cubic / 4))))));
    }

    /// <summary>The Hermite cubic of a segment in t from 0 to 1 is y + width · (slope · t + quadratic · t² + cubic · t³).</summary>
    private (double Quadratic, double Cubic) Coefficients(int i)
    {
        var secant = (_y[i + 1] - _y[i]) / (_x[i + 1] - _x[i]);
        return ((3 * secant) - (2 * _slopes[i]) - _slopes[i + 1], _slopes[i] + _slopes[i + 1] - (2 * secant));
    }

    private int Segment(double x)
    {
        var found = Array.BinarySearch(_x, x);
        return Math.Clamp(found >= 0 ? found : ~found - 1, 0, _x.Length - 2);
    }

    private void Check(double x)
    {
        if (!(x >= First && x <= Last)) throw new ArgumentOutOfRangeException(nameof(x), x, $"expected {First} to {Last}");
    }

    private static double[] Slopes(double[] x, double[] y)
    {
        var count = x.Length;
        var widths = new double[count - 1];
        var secants = new double[count - 1];
        for (var i = 0; i < count - 1; i++) (widths[i], secants[i]) = (x[i + 1] - x[i], (y[i + 1] - y[i]) / (x[i + 1] - x[i]));
        if (count == 2) return [secants[0], secants[0]];

        var slopes = new double[count];
        for (var i = 1; i < count - 1; i++)
        {
            // Level where the points turn, otherwise the harmonic mean, weighted by the lengths of the segments.
            if (secants[i - 1] * secants[i] <= 0) continue;
            var (before, after) = ((2 * widths[i]) + widths[i - 1], widths[i] + (2 * widths[i - 1]));
            slopes[i] = (before + after) / ((before / secants[i - 1]) + (after / secants[i]));
        }

        slopes[0] = End(widths[0], widths[1], secants[0], secants[1]);
        slopes[^1] = End(widths[^1], widths[^2], secants[^1], secants[^2]);
        return slopes;
    }

    /// <summary>The slope at an end by three points, kept from turning the curve.</summary>
    private static double End(double width, double nextWidth, double secant, double nextSecant)
    {
        var slope = ((((2 * width) + nextWidth) * secant) - (width * nextSecant)) / (width + nextWidth);
        if (Math.Sign(slope) != Math.Sign(secant)) return 0;
        return Math.Sign(secant) != Math.Sign(nextSecant) && Math.Abs(slope) > 3 * Math.Abs(secant) ? 3 * secant : slope;
    }
}
