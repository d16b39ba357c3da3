using VqVae.Models;

namespace VqVae.Runtime;

/// <summary>The entropy modes that a model can be coded in.</summary>
/// <param name="model">The model.</param>
/// <param name="tables">Gives the coder of a mode at a rate point, <c>null</c> where the model has no tables for it.</param>
internal sealed class CoderSet(ModelManifest model, Func<VqEntropyMode, int, IIndexCoder?>? tables)
{
    /// <summary>Fixed-length coding, which every model can do.</summary>
    public RawCoder Raw { get; } = new(model.Planes);

    /// <summary>The coder of a mode, <c>null</c> where the model has no tables for it.</summary>
    public IIndexCoder? Find(VqEntropyMode mode, int ratePoint) => mode == VqEntropyMode.Raw ? Raw : tables?.Invoke(mode, ratePoint);

    /// <summary>The mode that is used where none is asked for: the one that saves most of those that the model has and the effort allows.</summary>
    public VqEntropyMode Default(int ratePoint, VqEffort effort = VqEffort.Normal)
    {
        ReadOnlySpan<VqEntropyMode> modes = [VqEntropyMode.Dense, VqEntropyMode.Fast, VqEntropyMode.Static];
        foreach (var mode in effort == VqEffort.Fast ? modes[1..] : modes)
            if (Find(mode, ratePoint) is not null) return mode;
        return VqEntropyMode.Raw;
    }

    /// <summary>The coder for a file that is to be written.</summary>
    /// <exception cref="ArgumentException">The model has no tables for the mode.</exception>
    public IIndexCoder ForWriting(VqEntropyMode mode, int ratePoint)
    {
        if (!Enum.IsDefined(mode)) throw new ArgumentException($"entropy mode: expected {string.Join(", ", Enum.GetNames<VqEntropyMode>())}, got {(int)mode}");
        return Find(mode, ratePoint) ?? throw new ArgumentException(Missing(mode, ratePoint));
    }

    /// <summary>The coder for a file that is there.</summary>
    /// <exception cref="VqFormatException">The model has no tables for the file's mode.</exception>
    public IIndexCoder ForReading(in VqHeader header) =>
        Find(header.EntropyMode, header.RatePoint) ?? throw new VqFormatException(Missing(header.EntropyMode, header.RatePoint));

    private string Missing(VqEntropyMode mode, int ratePoint) => $"entropy mode: the model '{model.Name}' has no tables for {mode} at rate point {ratePoint}";
}
