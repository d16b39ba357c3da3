using VqVae.Runtime;

namespace VqVae.Exporter.Tables;

/// <summary>
/// Trains a model's entropy tables from the index maps of its training images. Floats are allowed here and nowhere behind: the coders see
/// the integers that come out.
/// </summary>
internal static class TableTrainer
{
    /// <summary>Trains the tables of all modes; the same maps give the same tables.</summary>
    public static ModelTables Train(IReadOnlyList<CalibrationPlane> planes, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var tables = new RatePointTables { Static = StaticTrainer.Train(planes), Fast = FastTrainer.Train(planes, cancellationToken) };
        return new ModelTables([.. planes.Select(p => p.Plane)], [tables]);
    }
}
