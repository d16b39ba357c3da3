namespace VqVae.Models;

/// <summary>Where a model comes from: what the trainer knew when it wrote the checkpoint.</summary>
public sealed record Provenance
{
    /// <summary>The program that trained the weights, with its version.</summary>
    public string? Trainer { get; init; }

    /// <summary>The preset that the run started from.</summary>
    public string? Preset { get; init; }

    /// <summary>The training images: the folder's name, never its path.</summary>
    public string? Data { get; init; }

    /// <summary>How many images it was trained on.</summary>
    public int? Images { get; init; }

    /// <summary>Optimisation steps done.</summary>
    public long? Steps { get; init; }

    /// <summary>Samples in a step.</summary>
    public int? Batch { get; init; }

    /// <summary>The seed of the run.</summary>
    public long? Seed { get; init; }

    /// <summary>Metrics on the validation split, such as <c>psnr_stages_1</c> in dB; images of the split were never trained on.</summary>
    public IReadOnlyDictionary<string, double>? Metrics { get; init; }
}
