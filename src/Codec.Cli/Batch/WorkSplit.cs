namespace VqVae.Codec.Cli.Batch;

/// <summary>How cores are shared: many files at a time with few threads each, which wastes least, or few files with many.</summary>
/// <param name="Jobs">Files at a time.</param>
/// <param name="Threads">Threads for each.</param>
internal readonly record struct WorkSplit(int Jobs, int Threads)
{
    /// <summary>Chooses both together, so that all cores work and none has two threads.</summary>
    /// <param name="cores">Cores that the process may use.</param>
    /// <param name="files">Files to do.</param>
    /// <param name="jobs">What was asked for.</param>
    /// <param name="threads">What was asked for; 0 for one a core.</param>
    public static WorkSplit Choose(int cores, int files, int? jobs, int? threads)
    {
        var perFile = threads is 0 ? cores : threads;
        var atATime = Math.Clamp(jobs ?? cores / Math.Max(1, perFile ?? 1), 1, Math.Max(1, files));
        return new WorkSplit(atATime, perFile ?? Math.Max(1, cores / atATime));
    }
}
