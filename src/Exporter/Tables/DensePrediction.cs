using VqVae.Runtime;

namespace VqVae.Exporter.Tables;

/// <summary>
/// Fits what predicts a position's code from its neighbours: for each dimension a linear combination of their vectors by least squares,
/// how far it misses along each node's axis, and the levels that energies are told apart by.
/// </summary>
internal static class DensePrediction
{
    /// <summary>Positions that the fit looks at.</summary>
    private const int Positions = 1 << 16;

    /// <summary>Fills in <see cref="DenseStage.Predictor"/>, <see cref="DenseStage.Slopes"/> and <see cref="DenseStage.Levels"/> of a stage.</summary>
    public static void Fit(CalibrationPlane plane, DenseStage[] stages, int stage)
    {
        var target = stages[stage];
        var n = target.Dimensions;
        var step = Math.Max(1, (int)((long)plane.Maps * plane.Height * plane.Width / Positions));
        var moments = new DenseMoments(target);
        var histograms = new int[3][];
        for (var i = 0; i < 3; i++) histograms[i] = new int[80];
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
                    moments.Add(rows.Neighbours, target.Vectors.AsSpan(code * n, n));
                    rows.Enter(x, code);
                }
            }
        }

        for (var i = 0; i < 3; i++) target.Levels[i] = DenseDraft.LevelBase(histograms[i]);
        target.Predictor = moments.Fit(stage == 0, out var misses);
        for (var node = 0; node < target.Slopes.Length; node++)
        {
            var variance = 0.0;
            for (var d = 0; d < n; d++) variance += misses[d] * target.Axes[(node * n) + d] * target.Axes[(node * n) + d];
            target.Slopes[node] = (int)Math.Clamp(Math.Round(256 * 65536.0 / Math.Sqrt(Math.Max(variance, 1))), 0, 1 << 24);
        }
    }
}
