namespace VqVae.Benchmarks;

/// <summary>What a call took.</summary>
/// <param name="Seconds">Its time.</param>
/// <param name="Before">Bytes that were resident before it.</param>
/// <param name="Peak">Most bytes that were resident meanwhile.</param>
internal readonly record struct CallCost(double Seconds, long Before, long Peak)
{
    /// <summary>Bytes that the call added at its peak.</summary>
    public long Added => Peak - Before;

    /// <summary>Makes a call.</summary>
    public static CallCost Of(Action call)
    {
        ProcessMemory.ResetPeak();
        var before = ProcessMemory.Resident;
        var seconds = Timing.Seconds(call);
        return new CallCost(seconds, before, ProcessMemory.Peak);
    }
}
