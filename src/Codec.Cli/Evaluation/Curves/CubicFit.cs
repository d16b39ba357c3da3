namespace VqVae.Codec.Cli.Evaluation.Curves;

/// <summary>The polynomial of third degree that fits points best in the sense of least squares; through four points it goes.</summary>
internal sealed class CubicFit
{
    /// <summary>Fewest points that determine it.</summary>
    public const int FewestPoints = 4;

    private readonly double _centre, _scale;
    private readonly double[] _coefficients;

    /// <param name="x">At least four different values.</param>
    /// <param name="y">As many.</param>
    public CubicFit(IReadOnlyList<double> x, IReadOnlyList<double> y)
    {
        ArgumentNullException.ThrowIfNull(x);
        ArgumentNullException.ThrowIfNull(y);
        if (x.Count < FewestPoints || x.Count != y.Count) throw new ArgumentException($"expected {FewestPoints} points or more, got {x.Count} and {y.Count} values", nameof(x));

        // Powers of numbers from −1 to 1 are far less alike than those of numbers around 30, so that the equations stay well-conditioned.
        _centre = (x.Min() + x.Max()) / 2;
        _scale = (x.Max() - x.Min()) / 2;
        var equations = new double[4, 5];
        for (var point = 0; point < x.Count; point++)
        {
            double[] powers = [1, Scaled(x[point]), Math.Pow(Scaled(x[point]), 2), Math.Pow(Scaled(x[point]), 3)];
            for (var row = 0; row < 4; row++)
            {
                for (var column = 0; column < 4; column++) equations[row, column] += powers[row] * powers[column];
                equations[row, 4] += powers[row] * y[point];
            }
        }

        _coefficients = Solve(equations);
    }

    /// <summary>The value at a place.</summary>
    public double At(double x)
    {
        var t = Scaled(x);
        return _coefficients[0] + (t * (_coefficients[1] + (t * (_coefficients[2] + (t * _coefficients[3])))));
    }

    /// <summary>The integral from one place to another.</summary>
    public double Integral(double from, double to) => _scale * (Primitive(Scaled(to)) - Primitive(Scaled(from)));

    private double Primitive(double t) => t * (_coefficients[0] + (t * ((_coefficients[1] / 2) + (t * ((_coefficients[2] / 3) + (t * _coefficients[3] / 4))))));

    private double Scaled(double x) => (x - _centre) / _scale;

    /// <summary>Gauss's elimination with the largest pivot of each column.</summary>
    private static double[] Solve(double[,] equations)
    {
        const int size = 4;
        for (var column = 0; column < size; column++)
        {
            var pivot = Enumerable.Range(column, size - column).MaxBy(row => Math.Abs(equations[row, column]));
            if (Math.Abs(equations[pivot, column]) < 1e-12) throw new ArgumentException("expected four different values");
            for (var k = 0; k <= size; k++) (equations[column, k], equations[pivot, k]) = (equations[pivot, k], equations[column, k]);
            for (var row = column + 1; row < size; row++)
            {
                var factor = equations[row, column] / equations[column, column];
                for (var k = column; k <= size; k++) equations[row, k] -= factor * equations[column, k];
            }
        }

        var solution = new double[size];
        for (var row = size - 1; row >= 0; row--)
        {
            var rest = equations[row, size];
            for (var k = row + 1; k < size; k++) rest -= equations[row, k] * solution[k];
            solution[row] = rest / equations[row, row];
        }

        return solution;
    }
}
