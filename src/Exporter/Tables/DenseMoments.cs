using System.Numerics;
using VqVae.Runtime;

namespace VqVae.Exporter.Tables;

/// <summary>
/// Second moments of the neighbours' components and of the components that are to be predicted from them, and the linear predictor that
/// follows: for each dimension the few terms that explain most, chosen one after the other (orthogonal matching pursuit).
/// </summary>
internal sealed class DenseMoments
{
    /// <summary>A term must explain this share of what the ones before it leave.</summary>
    private const double LeastShare = 0.001;

    /// <summary>Coded neighbours that touch a position: the first ones.</summary>
    private const int Touching = 4;

    private readonly int _dimensions;
    private readonly int _inputs;
    private readonly int[] _outputs;
    private readonly double[] _products;
    private readonly double[] _moments;
    private readonly double[] _squares;
    private readonly double[] _values;
    private long _count;

    /// <param name="stage">The stage whose vectors are predicted.</param>
    public DenseMoments(DenseStage stage)
    {
        var n = stage.Dimensions;
        (_dimensions, _inputs) = (n, DenseShape.Neighbours * n);
        _outputs = [.. Enumerable.Range(0, n).Where(d => Enumerable.Range(0, stage.Codes).Any(k => stage.Vectors[(k * n) + d] != 0))];
        (_products, _moments, _squares) = (new double[_inputs * _inputs], new double[_inputs * n], new double[n]);
        _values = new double[_inputs];
    }

    /// <summary>Adds a position.</summary>
    /// <param name="neighbours">The neighbours' vectors, <c>[11, D]</c>.</param>
    /// <param name="wanted">The vector of the position's code, <c>[D]</c>.</param>
    public void Add(ReadOnlySpan<short> neighbours, ReadOnlySpan<short> wanted)
    {
        _count++;
        if (_outputs.Length == 0) return;
        for (var i = 0; i < _inputs; i++) _values[i] = neighbours[i];
        foreach (var d in _outputs)
        {
            double value = wanted[d];
            _squares[d] += value * value;
            if (value != 0) AddScaled(_moments.AsSpan(d * _inputs, _inputs), _values, value);
        }

        for (var i = 0; i < _inputs; i++)
            if (_values[i] != 0) AddScaled(_products.AsSpan(i * _inputs, i + 1), _values, _values[i]);
    }

    /// <summary>The predictor.</summary>
    /// <param name="isFirst">
    /// Whether nothing was known before the stage. Then a component is predicted from the same component of the four neighbours that touch the position,
    /// with all four terms damped: what is exact about edges is told by contexts, and fitting them better in the square costs bits elsewhere.
    /// </param>
    /// <param name="misses">For each dimension the mean square of what is not predicted.</param>
    public DensePredictor Fit(bool isFirst, out double[] misses)
    {
        misses = new double[_dimensions];
        var (ends, components, coefficients) = (new int[_dimensions], new List<ushort>(), new List<short>());
        for (var d = 0; d < _dimensions; d++)
        {
            var chosen = isFirst ? [.. Enumerable.Range(0, Touching).Select(j => (j * _dimensions) + d)] : new List<int>();
            var solution = Solve(d, chosen);
            while (!isFirst && chosen.Count < DenseShape.MaxTerms)
            {
                var (best, most) = (-1, 0.0);
                for (var i = 0; i < _inputs; i++)
                {
                    if (chosen.Contains(i)) continue;
                    var residual = Moment(d, i);
                    for (var c = 0; c < chosen.Count; c++) residual -= solution[c] * Product(chosen[c], i);
                    var gain = residual * residual / (Product(i, i) + _count);
                    if (gain > most) (best, most) = (i, gain);
                }

                if (best < 0 || most < LeastShare * Rest(d, chosen, solution)) break;
                chosen.Add(best);
                solution = Solve(d, chosen);
            }

            misses[d] = Math.Max(Rest(d, chosen, solution) / Math.Max(_count, 1), 0);
            foreach (var (component, coefficient) in chosen.Zip(solution))
            {
                components.Add((ushort)component);
                coefficients.Add((short)Math.Clamp(Math.Round(4096 * coefficient), -DenseShape.PredictorLimit, DenseShape.PredictorLimit));
            }

            ends[d] = components.Count;
        }

        return new DensePredictor(ends, [.. components], [.. coefficients]);
    }

    private double Rest(int dimension, List<int> terms, double[] solution)
    {
        var rest = _squares[dimension];
        for (var i = 0; i < terms.Count; i++) rest -= solution[i] * Moment(dimension, terms[i]);
        return rest;
    }

    /// <summary>to += factor · from, as far as <paramref name="to"/> goes.</summary>
    private static void AddScaled(Span<double> to, ReadOnlySpan<double> from, double factor)
    {
        var (at, count) = (0, Vector<double>.Count);
        for (; at + count <= to.Length; at += count) (new Vector<double>(to[at..]) + (new Vector<double>(from[at..]) * factor)).CopyTo(to[at..]);
        for (; at < to.Length; at++) to[at] += factor * from[at];
    }

    private double Product(int i, int j) => _products[(Math.Max(i, j) * _inputs) + Math.Min(i, j)];

    private double Moment(int dimension, int i) => _moments[(dimension * _inputs) + i];

    /// <summary>Least squares with a little damping, by elimination.</summary>
    private double[] Solve(int dimension, List<int> terms)
    {
        var count = terms.Count;
        var system = new double[count, count + 1];
        for (var i = 0; i < count; i++)
        {
            for (var j = 0; j < count; j++) system[i, j] = Product(terms[i], terms[j]);
            system[i, i] = (system[i, i] * 1.001) + 1;
            system[i, count] = Moment(dimension, terms[i]);
        }

        for (var i = 0; i < count; i++)
        {
            var pivot = system[i, i];
            for (var j = i; j <= count; j++) system[i, j] /= pivot;
            for (var k = 0; k < count; k++)
            {
                if (k == i) continue;
                var factor = system[k, i];
                for (var j = i; j <= count; j++) system[k, j] -= factor * system[i, j];
            }
        }

        return [.. Enumerable.Range(0, count).Select(i => system[i, count])];
    }
}
