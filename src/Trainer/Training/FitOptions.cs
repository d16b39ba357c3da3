namespace VqVae.Trainer.Training;

/// <summary>How often a run reports and saves, and with what resources; none of it changes the weights.</summary>
internal sealed record FitOptions
{
    /// <summary>Steps between reports.</summary>
    public int ReportEvery { get; init; } = 20;

    /// <summary>Steps between measurements on the validation images.</summary>
    public int ValidateEvery { get; init; } = 200;

    /// <summary>Steps between pictures of samples.</summary>
    public int SamplesEvery { get; init; } = 500;

    /// <summary>Steps between saved states.</summary>
    public int SaveEvery { get; init; } = 500;

    /// <summary>Seconds after which a state is saved even if <see cref="SaveEvery"/> is not reached: the most that a slow machine can lose.</summary>
    public double SaveEverySeconds { get; init; } = 300;

    /// <summary>Steps between weights that are kept whatever comes later; 0 for none.</summary>
    public int KeepEvery { get; init; }

    /// <summary>Whether to go on from the run folder's saved state.</summary>
    public bool Resume { get; init; }

    /// <summary>Bytes of decoded images kept in memory: by default a quarter of what there is, at most 4 GiB.</summary>
    public long CacheBytes { get; init; } = Math.Min(4L << 30, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4);

    /// <summary>A folder that keeps decoded images from run to run, or <c>null</c> for none.</summary>
    public string? CacheFolder { get; init; }

    /// <summary>Bytes that <see cref="CacheFolder"/> may take, of all runs together.</summary>
    public long CacheFolderBytes { get; init; } = 20L << 30;

    /// <summary>Threads that load images: by default half of the processors, at most 8.</summary>
    public int LoaderThreads { get; init; } = Math.Clamp(Environment.ProcessorCount / 2, 1, 8);
}
