using VqVae.Models;

namespace VqVae.Exporter;

/// <summary>How a run folder becomes a model folder.</summary>
public sealed record ExportOptions
{
    /// <summary>The model's name; by default the output folder's.</summary>
    public string? Name { get; init; }

    /// <summary>Licence of the model and its training images; by default unspecified.</summary>
    public ManifestLicense? License { get; init; }

    /// <summary>Whether to export without comparing the graphs with the trainer's results; the manifest records it.</summary>
    public bool Unverified { get; init; }

    /// <summary>Whether to leave out the entropy coder's tables; the model then codes indices with fixed lengths.</summary>
    public bool NoTables { get; init; }

    /// <summary>Whether to leave out the quality map; the model then knows rate points, λ and stages only. Without tables there is none either.</summary>
    public bool NoQuality { get; init; }

    /// <summary>
    /// Which precisions of <see cref="GraphPrecision"/> the graphs are written in; fp32 always is. The others need calibration images: <c>null</c>, the default, is all
    /// of them where the run folder has such images.
    /// </summary>
    public IReadOnlyList<string>? Precisions { get; init; }

    /// <summary>Told what is done at the moment, since an export takes up to minutes.</summary>
    public Action<string>? Progress { get; init; }

    /// <summary>Whether an existing model folder may be replaced.</summary>
    public bool Force { get; init; }

    /// <summary>Tells <see cref="Progress"/>.</summary>
    internal void Report(string text) => Progress?.Invoke(text);
}
