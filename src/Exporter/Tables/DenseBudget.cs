using VqVae.Models;
using VqVae.Runtime;

namespace VqVae.Exporter.Tables;

/// <summary>How much of what the dense mode can have goes into a model, so that a rate point's tables stay within their size.</summary>
/// <param name="Dimensions">Dimensions of the integer vectors: 16 or 0.</param>
/// <param name="ActivityWeights">Whether there are weights for each activity.</param>
/// <param name="StartBits">Binary logarithm of a stage's start table: 0 where there is none, otherwise 2 to 18.</param>
internal sealed record DenseBudget(int Dimensions, bool ActivityWeights, int StartBits)
{
    /// <summary>Most bytes of a rate point's tables.</summary>
    public const int MaxBytes = 1 << 20;

    /// <summary>The least that is worth giving up vectors or weights for.</summary>
    private const int GoodStartBits = 10;

    /// <summary>Most numbers of a codebook that vectors are found for: beyond, training would take too long.</summary>
    private const long MaxCodebook = 1 << 22;

    /// <summary>Shares the bytes out.</summary>
    /// <param name="planes">The model's planes.</param>
    /// <param name="codebooks">Numbers in the codebooks of each plane.</param>
    /// <returns>The shares; <c>null</c> where the trees alone are too large.</returns>
    public static DenseBudget? For(IReadOnlyList<LatentPlane> planes, IReadOnlyList<int> codebooks)
    {
        var stages = planes.Sum(p => p.Stages);
        var withVectors = codebooks.Zip(planes).All(c => (long)c.First / c.Second.Stages <= MaxCodebook);
        foreach (var (dimensions, activity) in new[] { (16, true), (16, false), (0, true), (0, false) })
        {
            if (dimensions > 0 && !withVectors) continue;
            var rest = MaxBytes - planes.Sum(p => 1 + ((long)p.Stages * Size(p.Codes, dimensions, activity)));
            if (rest < 0) continue;
            var bits = DenseShape.MaxStartBits;
            while (bits > 1 && 3L * stages << bits > rest) bits--;
            if (bits >= GoodStartBits || (dimensions == 0 && !activity)) return new DenseBudget(dimensions, activity, bits > 1 ? bits : 0);
        }

        return null;
    }

    private static long Size(int codes, int dimensions, bool activity)
    {
        var tree = (2L * codes) + (4 * (codes - 1)) + (4 * codes);
        var vectors = dimensions == 0 ? 0 : (2L * dimensions * ((2 * codes) - 1)) + (8 * (codes - 1)) + ((1 + (4 * DenseShape.MaxTerms)) * dimensions);
        var weights = 2L * DenseShape.Inputs * (DenseShape.Depths + (activity ? DenseShape.ActivitySets : 0));
        return tree + vectors + weights + (2 * DenseShape.Contexts * DenseShape.CountClasses) + 6;
    }
}
