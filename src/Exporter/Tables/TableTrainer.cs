using VqVae.Exporter.Graphs;
using VqVae.Models;
using VqVae.Runtime;

namespace VqVae.Exporter.Tables;

/// <summary>
/// Trains a model's entropy tables from the index maps of its training images. Floats are allowed here and nowhere behind: the coders see
/// the integers that come out.
/// </summary>
internal static class TableTrainer
{
    /// <summary>Trains the tables of all modes; the same maps give the same tables.</summary>
    /// <param name="checkpoint">The codebooks.</param>
    /// <param name="maps">For each rate point the index maps of each plane.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    public static ModelTables Train(Checkpoint checkpoint, IReadOnlyList<IReadOnlyList<CalibrationPlane>> maps, CancellationToken cancellationToken)
    {
        PlaneCodebooks[] codebooks = [.. checkpoint.Spec.Latents.Select(layout => new PlaneCodebooks(checkpoint, layout))];
        return new ModelTables(
            checkpoint.Spec.Planes,
            [.. maps.Select((planes, rate) => Train(planes, [.. codebooks.Select(c => (ReadOnlyMemory<float>)c.OfRatePoint(rate).ToArray())], cancellationToken))]);
    }

    /// <summary>Trains the tables of one rate point.</summary>
    /// <param name="planes">The index maps of each plane.</param>
    /// <param name="codebooks">The codebooks of each plane, <c>[L, K, D]</c>.</param>
    /// <param name="cancellationToken">Stops the training.</param>
    public static RatePointTables Train(IReadOnlyList<CalibrationPlane> planes, IReadOnlyList<ReadOnlyMemory<float>> codebooks, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new RatePointTables
        {
            Static = StaticTrainer.Train(planes),
            Fast = FastTrainer.Train(planes, cancellationToken),
            Dense = DenseTablesTrainer.Train(planes, codebooks, cancellationToken),
        };
    }
}
