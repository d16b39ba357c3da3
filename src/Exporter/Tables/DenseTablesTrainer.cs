using VqVae.Runtime;

namespace VqVae.Exporter.Tables;

/// <summary>
/// Trains the tables of the dense mode. Probabilities are learnt from most maps and weights from the others, coded from the probabilities
/// as the coder will: weights learnt on maps that the probabilities have seen would trust them too much. At last the probabilities
/// learn from those maps as well.
/// </summary>
internal static class DenseTablesTrainer
{
    /// <summary>One map in so many is kept for the weights.</summary>
    private const int HoldOut = 5;

    private const int FastRate = 60, SlowRate = 16;

    /// <summary>Held-out maps that the coder's rate of the weights is chosen by.</summary>
    private const int RateMaps = 12;

    /// <summary>What is tried: large alphabets with much to tell want faster weights than stages that are nearly all zero.</summary>
    private static readonly int[] Rates = [8, 12, 20, 32];

    /// <summary>Trains; the same maps and codebooks give the same tables.</summary>
    /// <param name="planes">The index maps of each plane.</param>
    /// <param name="codebooks">The codebooks of each plane, <c>[L, K, D]</c>.</param>
    /// <param name="cancellationToken">Stops between two maps.</param>
    /// <returns>The tables; <c>null</c> where a model has so many codes that they would be too large.</returns>
    public static DenseTables? Train(IReadOnlyList<CalibrationPlane> planes, IReadOnlyList<ReadOnlyMemory<float>> codebooks, CancellationToken cancellationToken = default)
    {
        if (DenseBudget.For([.. planes.Select(p => p.Plane)], [.. codebooks.Select(c => c.Length)]) is not { } budget) return null;
        var trained = new List<IReadOnlyList<DenseStage>>();
        for (var p = 0; p < planes.Count; p++)
        {
            var stages = DenseDraft.Build(planes[p], codebooks[p].Span, budget);
            for (var s = 0; s < stages.Length; s++) TrainStage(planes[p], stages, s, budget.StartBits, cancellationToken);
            trained.Add(stages);
        }

        return new DenseTables { Planes = trained };
    }

    private static void TrainStage(CalibrationPlane plane, DenseStage[] stages, int stage, int startBits, CancellationToken cancellationToken)
    {
        var pass = new DensePass(plane, stages, stage);
        pass.BeginLearning();
        for (var map = 0; map < plane.Maps; map++)
        {
            if (map % HoldOut == 0) continue;
            cancellationToken.ThrowIfCancellationRequested();
            pass.Learn(map, map < plane.Maps / 3 ? FastRate : SlowRate);
        }

        stages[stage] = WithProbabilities(stages[stage], pass, startBits, withWeights: true);
        var weights = new DensePass(plane, stages, stage);
        weights.BeginWeights();
        for (var map = 0; map < plane.Maps; map += HoldOut)
        {
            cancellationToken.ThrowIfCancellationRequested();
            weights.LearnWeights(map, SlowRate);
        }

        stages[stage] = WithWeights(stages[stage], weights);
        stages[stage].WeightRate = ChooseRate(plane, new DensePass(plane, stages, stage), cancellationToken);
        for (var map = 0; map < plane.Maps; map += HoldOut)
        {
            cancellationToken.ThrowIfCancellationRequested();
            pass.Learn(map, SlowRate);
        }

        stages[stage] = WithProbabilities(stages[stage], pass, startBits, withWeights: false);
    }

    /// <summary>The rate that codes maps in fewest bits whose probabilities are not in the tables yet.</summary>
    private static int ChooseRate(CalibrationPlane plane, DensePass pass, CancellationToken cancellationToken)
    {
        var step = HoldOut * Math.Max(1, plane.Maps / (HoldOut * RateMaps));
        return Rates.MinBy(rate =>
        {
            for (var map = 0; map < plane.Maps; map += step)
            {
                cancellationToken.ThrowIfCancellationRequested();
                pass.Code(map, rate);
            }

            return pass.TakeBits();
        });
    }

    private static DenseStage WithProbabilities(DenseStage stage, DensePass pass, int startBits, bool withWeights) => Copy(
        stage,
        [.. pass.State.Order0.AsSpan(0, stage.Codes - 1).ToArray().Select(e => DenseStartSlot.Unpack(0, DenseStartSlot.Pack(e)))],
        DenseStartTable.Build(pass, startBits),
        withWeights ? Rounded(pass.State.DepthWeights) : stage.DepthWeights,
        withWeights && stage.ActivityWeights.Length > 0 ? Rounded(pass.State.ActivityWeights) : stage.ActivityWeights);

    private static DenseStage WithWeights(DenseStage stage, DensePass pass) =>
        Copy(stage, stage.Order0, stage.Start, Rounded(pass.State.DepthWeights), stage.ActivityWeights.Length > 0 ? Rounded(pass.State.ActivityWeights) : []);

    /// <summary>Weights as they are stored, in 4096ths.</summary>
    private static int[] Rounded(int[] weights) => [.. weights.Select(w => Math.Clamp((w + 8) >> 4, -short.MaxValue, short.MaxValue) << 4)];

    private static DenseStage Copy(DenseStage stage, uint[] order0, uint[] start, int[] depthWeights, int[] activityWeights) => new()
    {
        Codes = stage.Codes,
        Leaves = stage.Leaves,
        Left = stage.Left,
        Dimensions = stage.Dimensions,
        Vectors = stage.Vectors,
        Axes = stage.Axes,
        Thresholds = stage.Thresholds,
        Slopes = stage.Slopes,
        Predictor = stage.Predictor,
        Classes = stage.Classes,
        Ranks = stage.Ranks,
        Energies = stage.Energies,
        Levels = stage.Levels,
        WeightRate = stage.WeightRate,
        Confidence = stage.Confidence,
        Order0 = order0,
        Start = start,
        DepthWeights = depthWeights,
        ActivityWeights = activityWeights,
    };
}
