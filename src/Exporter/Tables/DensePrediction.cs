using VqVae.Runtime;

namespace VqVae.Exporter.Tables;

/// <summary>
/// Fits what predicts a position's code from its neighbours: for each dimension a linear combination of their vectors by least squares,
/// how far it misses along each node's axis, and the levels that energies are told apart by.
/// </summary>
internal static class DensePrediction
{
    private const int Terms = DenseShape.Neighbours;

    /// <summary>Positions that the fit looks at.</summary>
    private const int Positions = 1 << 18;

    /// <summary>Fills in <see cref="DenseStage.Predictor"/>, <see cref="DenseStage.Slopes"/> and <see cref="DenseStage.Levels"/> of a stage.</summary>
    public static void Fit(CalibrationPlane plane, DenseStage[] stages, int stage)
    {
        var target = stages[stage];
        var n = target.Dimensions;
        var step = Math.Max(1, (int)((long)plane.Maps * plane.Height * plane.Width / Positions));
        var products = new double[n, Terms, Terms];
        var moments = new double[n, Terms];
        var squares = new double[n];
        var histograms = new int[3][];
        for (var i = 0; i < 3; i++) histograms[i] = new int[80];
        long count = 0;
        var rows = new DenseRows();
        for (var map = 0; map < plane.Maps; map += step)
        {
            var block = DenseSamples.Block(plane, map, stage);
            rows.Begin(stages, block);
            for (var y = 0; y < block.Height; y++)
            {
                rows.BeginRow(block, y);
                for (var x = 0; x < block.Width; x++)
                {
                    rows.Look(x, y);
                    for (var i = 0; i < 3; i++) histograms[i][rows.HalfOctaves[i]]++;
                    var code = block.Indices[(y * block.Width) + x];
                    for (var d = 0; d < n; d++)
                    {
                        double wanted = target.Vectors[(code * n) + d];
                        squares[d] += wanted * wanted;
                        for (var i = 0; i < Terms; i++)
                        {
                            double value = rows.Neighbours[(i * n) + d];
                            moments[d, i] += value * wanted;
                            for (var j = 0; j <= i; j++) products[d, i, j] += value * rows.Neighbours[(j * n) + d];
                        }
                    }

                    count++;
                    rows.Enter(x, code);
                }
            }
        }

        var misses = new double[n];
        for (var d = 0; d < n; d++)
        {
            var coefficients = Solve(products, moments, d);
            var explained = 0.0;
            for (var i = 0; i < Terms; i++)
            {
                explained += coefficients[i] * moments[d, i];
                target.Predictor[(i * n) + d] = (short)Math.Clamp(Math.Round(4096 * coefficients[i]), -DenseShape.PredictorLimit, DenseShape.PredictorLimit);
            }

            misses[d] = Math.Max((squares[d] - explained) / count, 0);
        }

        for (var i = 0; i < 3; i++) target.Levels[i] = DenseDraft.LevelBase(histograms[i]);
        for (var node = 0; node < target.Slopes.Length; node++)
        {
            var variance = 0.0;
            for (var d = 0; d < n; d++) variance += misses[d] * target.Axes[(node * n) + d] * target.Axes[(node * n) + d];
            target.Slopes[node] = (int)Math.Clamp(Math.Round(256 * 65536.0 / Math.Sqrt(Math.Max(variance, 1))), 0, 1 << 24);
        }
    }

    /// <summary>Least squares with a little damping, by elimination.</summary>
    private static double[] Solve(double[,,] products, double[,] moments, int dimension)
    {
        var system = new double[Terms, Terms + 1];
        for (var i = 0; i < Terms; i++)
        {
            for (var j = 0; j < Terms; j++) system[i, j] = products[dimension, Math.Max(i, j), Math.Min(i, j)];
            system[i, i] = (system[i, i] * 1.001) + 1;
            system[i, Terms] = moments[dimension, i];
        }

        for (var i = 0; i < Terms; i++)
        {
            var pivot = system[i, i];
            for (var j = i; j <= Terms; j++) system[i, j] /= pivot;
            for (var k = 0; k < Terms; k++)
            {
                if (k == i) continue;
                var factor = system[k, i];
                for (var j = i; j <= Terms; j++) system[k, j] -= factor * system[i, j];
            }
        }

        return [.. Enumerable.Range(0, Terms).Select(i => system[i, Terms])];
    }
}
